"""scikit-learn's own tests of its MLPs, run from the installed package against ours.

Its module is executed anew with `MLPClassifier` and `MLPRegressor` replaced; no line of it is
copied. Six functions look at private attributes, which ours do not have; what they check is
tested in `test_meaning.py`:

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

import pytest
import sklearn.neural_network

from chainrule.estimators import MLPClassifier, MLPRegressor

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


def load_with_ours() -> ModuleType:
    package = sklearn.neural_network
    path = Path(package.__file__).parent / "tests" / "test_mlp.py"
    spec = importlib.util.spec_from_file_location("sklearn_test_mlp_on_chainrule", path)
    module = importlib.util.module_from_spec(spec)
    theirs = package.MLPClassifier, package.MLPRegressor
    package.MLPClassifier, package.MLPRegressor = MLPClassifier, MLPRegressor
    try:
        spec.loader.exec_module(module)
    finally:
        package.MLPClassifier, package.MLPRegressor = theirs
    return module


@pytest.fixture
def global_random_seed() -> int:
    """The seed of scikit-learn's own conftest."""
    return 42


_theirs = load_with_ours()
_functions = {name: f for name, f in vars(_theirs).items() if name.startswith("test_")}
globals().update({name: f for name, f in _functions.items() if name not in PRIVATE})


def test_the_suite_is_there_and_tests_ours() -> None:
    assert set(_functions) > PRIVATE
    version = tuple(map(int, sklearn.__version__.split(".")[:2]))
    assert len(_functions) - len(PRIVATE) >= (37 if version >= (1, 9) else 36)
    assert _theirs.MLPClassifier is MLPClassifier
    assert _theirs.MLPRegressor is MLPRegressor
