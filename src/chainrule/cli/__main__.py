"""``python -m chainrule.cli`` is the command `chainrule`."""

from .start import run

run()
