"""The compiled engine: whole epochs in C++, for everything that is built in."""

from .engine import CompiledEngine

__all__ = ["CompiledEngine"]
