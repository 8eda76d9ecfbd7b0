"""Every built-in object of Python has its twin in C++, and the other way round."""

from pathlib import Path

from chainrule import _core
from chainrule.activations import ACTIVATIONS
from chainrule.layers import LAYERS
from chainrule.losses import LOSSES
from chainrule.optimizers import OPTIMIZERS, ElementwiseOptimizer
from chainrule.penalties import PENALTIES


def test_activations():
    assert _core.activations() == [type(a).__name__ for a in ACTIVATIONS.values()]


def test_losses():
    assert sorted(_core.losses()) == sorted(LOSSES.classes)


def test_penalties():
    assert sorted(_core.penalties()) == sorted(PENALTIES.classes)


def test_optimizers():
    elementwise = [n for n, c in OPTIMIZERS.classes.items() if issubclass(c, ElementwiseOptimizer)]
    assert sorted(_core.optimizers()) == sorted(elementwise)


def test_layers():
    assert sorted(_core.layers()) == sorted(c.__name__ for c in LAYERS.values())


def test_every_twin_has_a_file_of_the_same_name():
    root = Path(__file__).parents[2]
    # What is one small file in Python is one small file in C++. Losses' fused forms are one more on
    # both sides; base and the lists are each side's own.
    own = {"__init__", "base", "list", "adam_w", "lbfgs", "minimize", "column_sums"}
    for package in ("activations", "losses", "penalties", "optimizers", "layers"):
        python = {f.stem for f in (root / "src" / "chainrule" / package).glob("*.py")}
        native = {f.stem for f in (root / "native/include/chainrule" / package).glob("*.hpp")}
        assert native - own == python - own, package
