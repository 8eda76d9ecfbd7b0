"""Learning without gradients: guessing, adjusting in turn, the perceptron rule."""

from .alternating import Adjustment, adjust_in_turn
from .equation import LinearEquation
from .gates import GATES, xor_network
from .monte_carlo import Guesses, guess
from .perceptron_rule import PerceptronFit, perceptron_rule

__all__ = [
    "GATES",
    "Adjustment",
    "Guesses",
    "LinearEquation",
    "PerceptronFit",
    "adjust_in_turn",
    "guess",
    "perceptron_rule",
    "xor_network",
]
