"""What is to be done (`Plan`), with which rows (`Data`), and how far it has come (`State`)."""

from .checks import check_finite_start, check_state
from .data import Data
from .monitor import LossRule, Monitor, RuleState
from .plan import Order, Plan
from .selected import SelectedRows
from .state import PartialEpoch, State
from .stream import RowStream, StreamedData

__all__ = [
    "Data",
    "LossRule",
    "Monitor",
    "Order",
    "PartialEpoch",
    "Plan",
    "RowStream",
    "RuleState",
    "SelectedRows",
    "State",
    "StreamedData",
    "check_finite_start",
    "check_state",
]
