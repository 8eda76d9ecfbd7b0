"""``python -m chainrule.cli`` is the command `chainrule`."""

from .group import main

main(prog_name="chainrule")
