"""What is to be done (`Plan`), with which rows (`Data`), and how far it has come (`State`)."""

from .data import Data
from .plan import Order, Plan
from .state import State

__all__ = ["Data", "Order", "Plan", "State"]
