"""Everything that is compared: named configurations, the same for every table."""

from collections import ChainMap
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from inspect import signature
from typing import Any, Literal, get_args, get_origin

from chainrule.estimators import TabularClassifier, TabularRegressor

from . import peers


@dataclass(frozen=True)
class Method:
    """An estimator with its options.

    `make(task, seed, threads)` gives it, unfitted; `library` is the module that it needs; `takes`
    makes what it learns from out of a pyarrow table, before anything is timed.
    """

    library: str
    make: Callable[[str, int, int], Any]
    takes: Callable[[Any], Any] = peers.frame

    @property
    def installed(self) -> bool:
        """Whether its library is there."""
        return find_spec(self.library) is not None


def presets(estimator: type) -> dict[str, dict[str, str]]:
    """The options of each preset that a constructor offers: the values of its parameter `preset`.

    A constructor without that parameter has one, "plain", without options.
    """
    parameter = signature(estimator, eval_str=True).parameters.get("preset")
    if parameter is None:
        return {"plain": {}}
    hint = parameter.annotation
    names = [
        name
        for part in (hint, *get_args(hint))
        if get_origin(part) is Literal
        for name in get_args(part)
    ]
    if not names:
        raise TypeError(
            f"preset of {estimator.__name__} has the type {hint!r}: a Literal has to name the "
            "presets"
        )
    return {name: {"preset": name} for name in names}


def chainrule(**options: Any) -> Method:
    """A tabular estimator with these options, those of them that it has, on tables as they are."""

    def make(task: str, seed: int, threads: int) -> Any:
        estimator = {"classification": TabularClassifier, "regression": TabularRegressor}[task]
        known = {k: v for k, v in options.items() if k in signature(estimator).parameters}
        return estimator(random_state=seed, threads=threads, **known)

    return Method("chainrule", make, takes=lambda table: table)


METHODS: dict[str, Method] = {
    **{f"chainrule-{name}": chainrule(**o) for name, o in presets(TabularClassifier).items()},
    "sklearn-mlp": Method("sklearn", peers.multilayer_perceptron),
    "hist-gradient-boosting": Method("sklearn", peers.hist_gradient_boosting),
    "lightgbm": Method("lightgbm", peers.lightgbm),
    "xgboost": Method("xgboost", peers.xgboost),
    "catboost": Method("catboost", peers.catboost),
    "realmlp-td-s": Method("pytabkit", peers.realmlp_td_s),
    "realmlp-td": Method("pytabkit", peers.realmlp_td),
}

ABLATIONS: dict[str, Method] = {
    f"auto-{name}": chainrule(preset="auto", **options)
    for name, options in {
        "without-label-smoothing": {"label_smoothing": 0.0},
        "without-scale": {"scale_factor": 0.0},
        "without-ntk": {"parametrization": "standard"},
        "with-a-constant-rate": {"schedule": "constant"},
        "with-relu": {"activation": "relu"},
        "without-folds": {"folds": 0},
        "without-calibration": {"calibrate": False},
        "without-refit": {"refit": False},
        "with-embeddings": {"embedding": 4},
        "with-2-layers-of-64": {"hidden": (64, 64)},
        "with-3-layers-of-256": {"hidden": (256, 256, 256)},
    }.items()
}
"""The preset "auto" with one part left out or another in its place; only where they are named."""

EVERY = ChainMap(METHODS, ABLATIONS)
