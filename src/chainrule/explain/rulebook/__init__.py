"""The rule behind each local derivative: its formula, and the formula with its numbers.

An object's own LaTeX is the only source. A formula that the object does not state, or that does
not come to the number that the object computes, is replaced by the object's name.
"""

from .activation import activation_value
from .base import Rule, named, place
from .fused import fused_loss, fused_rule
from .layer import local_rule, parameter_rule
from .loss import loss_name, loss_rule, loss_term

__all__ = [
    "Rule",
    "activation_value",
    "fused_loss",
    "fused_rule",
    "local_rule",
    "loss_name",
    "loss_rule",
    "loss_term",
    "named",
    "parameter_rule",
    "place",
]
