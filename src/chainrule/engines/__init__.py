"""Engines: ways to compute what `backprop` and the optimizers define."""

from .base import Ended, Engine, Report, Watch, Watched, WatchingEngine
from .choose import ENGINES, choose_engine, compiled_engine
from .reference import ReferenceEngine

__all__ = [
    "ENGINES",
    "Ended",
    "Engine",
    "ReferenceEngine",
    "Report",
    "Watch",
    "Watched",
    "WatchingEngine",
    "choose_engine",
    "compiled_engine",
]
