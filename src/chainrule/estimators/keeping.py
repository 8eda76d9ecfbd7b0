"""Constructors that keep what they are given, and do nothing else."""

from typing import Any


class KeepsParameters:
    """Every parameter becomes an attribute of its name, unchanged, as scikit-learn wants it."""

    def _store(self, parameters: dict[str, Any]) -> None:
        for name, value in parameters.items():
            if name not in ("self", "__class__"):
                setattr(self, name, value)
