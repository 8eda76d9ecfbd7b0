"""One page that shows how good a model of a table is, to be kept and shown to others."""

from .page import html_report

__all__ = ["html_report"]
