"""What each fit leaves on disk: its settings, its history while it goes on, its scores."""

from .fingerprint import data_hash, versions
from .folder import RunFolder
from .record import RunRecord, compare_runs, list_runs, read_run
from .settings import read_settings, settings_text

__all__ = [
    "RunFolder",
    "RunRecord",
    "compare_runs",
    "data_hash",
    "list_runs",
    "read_run",
    "read_settings",
    "settings_text",
    "versions",
]
