"""Engines: ways to compute what `backprop` and the optimizers define."""

from .base import Ended, Engine, Report, Session, Updater, Window
from .choose import ENGINES, choose_engine, compiled_engine, installed_engine
from .reference import ReferenceEngine

__all__ = [
    "ENGINES",
    "Ended",
    "Engine",
    "ReferenceEngine",
    "Report",
    "Session",
    "Updater",
    "Window",
    "choose_engine",
    "compiled_engine",
    "installed_engine",
]
