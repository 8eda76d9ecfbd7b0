"""scikit-learn's own tests of its MLPs and its Perceptron, run from the package against ours.

Its modules are executed anew with the classes replaced; no line of them is copied. Six functions
look at private attributes, which our MLPs do not have; what they check is tested in
`test_meaning.py`:

- test_fit sets private optimizer state by hand: there, one step from given weights by hand.
- test_gradient calls the private `_loss_grad_lbfgs`: there, numerical gradients of the objective.
- test_learning_rate_warmstart reads `_optimizer.learning_rate`: there, `history_.learning_rate`.
- test_adaptive_learning_rate reads it, too: there, the same.
- test_n_iter_no_change reads `_no_improvement_count`: there, the epoch in which a fit ends.
- test_n_iter_no_change_inf reads it, too: there, the same.
"""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import sklearn.linear_model
import sklearn.neural_network

from chainrule.estimators import MLPClassifier, MLPRegressor, Perceptron

# The other suite does not treat warnings as errors.
pytestmark = pytest.mark.filterwarnings("default")

PRIVATE = {
    "test_fit",
    "test_gradient",
    "test_learning_rate_warmstart",
    "test_adaptive_learning_rate",
    "test_n_iter_no_change",
    "test_n_iter_no_change_inf",
}


def load_with_ours(package: ModuleType, test: str, *ours: type) -> ModuleType:
    path = Path(package.__file__).parent / "tests" / f"{test}.py"
    spec = importlib.util.spec_from_file_location(f"sklearn_{test}_on_chainrule", path)
    module = importlib.util.module_from_spec(spec)
    theirs = {kind.__name__: getattr(package, kind.__name__) for kind in ours}
    vars(package).update({kind.__name__: kind for kind in ours})
    try:
        spec.loader.exec_module(module)
    finally:
        vars(package).update(theirs)
    return module


@pytest.fixture
def global_random_seed() -> int:
    """The seed of scikit-learn's own conftest."""
    return 42


def functions_of(module: ModuleType) -> dict[str, Any]:
    return {name: f for name, f in vars(module).items() if name.startswith("test_")}


_mlp = load_with_ours(sklearn.neural_network, "test_mlp", MLPClassifier, MLPRegressor)
_perceptron = load_with_ours(sklearn.linear_model, "test_perceptron", Perceptron)
_functions = functions_of(_mlp)
globals().update({name: f for name, f in _functions.items() if name not in PRIVATE})
globals().update(functions_of(_perceptron))


def test_the_suites_are_there_and_test_ours() -> None:
    assert set(_functions) > PRIVATE
    version = tuple(map(int, sklearn.__version__.split(".")[:2]))
    assert len(_functions) - len(PRIVATE) >= (37 if version >= (1, 9) else 36)
    assert _mlp.MLPClassifier is MLPClassifier
    assert _mlp.MLPRegressor is MLPRegressor
    assert len(functions_of(_perceptron)) >= 4
    assert _perceptron.Perceptron is Perceptron
