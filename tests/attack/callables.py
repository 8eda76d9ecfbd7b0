"""Every public callable with arguments that it takes, to be spoiled one by one."""
# ruff: noqa: E501 - tables of calls and programs

import inspect
import warnings
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
from tests.attack.calling import NETWORK, PARAMETERS, SGD, Call, X, y
from tests.attack.fitted_callables import (
    EQUATION,
    of_estimators,
    of_evaluation,
    of_plots,
    of_tables,
    of_training,
    result,
)

import chainrule as cr
from chainrule import diagnose, gradient_free, initializers, lessons, losses, models, tables
from chainrule.engines import choose_engine, compiled_engine, installed_engine
from chainrule.explain import json_schema
from chainrule.training import METRICS, class_sample_weight

OBJECTIVE = cr.Objective(NETWORK, "mean_squared_error")


@cache
def _look() -> Any:
    return diagnose.snapshot(NETWORK, X, y, loss="mean_squared_error", parameters=PARAMETERS)


def _trains(**others: Any) -> Callable[[Any], Any]:
    """What a fit does with an object that is named in `others` as None."""

    def then(made: Any) -> Any:
        given = {name: made if value is None else value for name, value in others.items()}
        arguments = {
            "network": NETWORK,
            "loss": "mean_squared_error",
            "epochs": 2,
            "seed": 0,
            **given,
        }
        network = arguments.pop("network")
        shape = (network.n_in, network.n_out)
        return cr.train(network, X[:, : shape[0]], np.ones((12, shape[1])), **arguments)

    return then


def calls(slow: bool = True) -> list[Call]:
    """All of them, or those that take little time."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # fits of two epochs have not converged
        quick = [*_calls(), *of_training(), *of_estimators(slow)]
        return [*quick, *of_tables(), *of_evaluation(), *of_plots()] if slow else quick


def _calls() -> list[Call]:
    train = {
        "network": NETWORK,
        "X": X,
        "y": y,
        "loss": "mean_squared_error",
        "epochs": 1,
        "seed": 0,
    }
    rows = {k: v for k, v in train.items() if k != "epochs"}
    # With huge numbers of epochs it ends after the first one.
    ends = {**train, "stop": cr.Target(1e300)}
    explained = {
        "network": NETWORK,
        "parameters": PARAMETERS,
        "x": X,
        "y": y,
        "loss": "mean_squared_error",
    }
    look = _look()
    made = [
        Call("train", cr.train, ends),
        Call("training_session", cr.training_session, rows, lambda s: s[0].advance(s[1], epochs=1)),
        Call("train_many", cr.train_many, {**ends, "settings": [{}, {"seed": 1}]}),
        Call("mlp", cr.mlp, {"n_in": 3, "hidden": (2,), "n_out": 1}),
        Call("Network", cr.Network, {"layers": [cr.Dense(3, 1)]}),
        Call("Network.initial_parameters", NETWORK.initial_parameters, {"seed": 0}),
        Call("Network.check_input", NETWORK.check_input, {"X": X}),
        Call("Parameters", cr.Parameters, {"layout": NETWORK.layout, "vector": PARAMETERS.vector}),
        Call("Parameters.__getitem__", PARAMETERS.__getitem__, {"name": "w1"}),
        Call("Parameters.__setitem__", PARAMETERS.copy().__setitem__, {"name": "w1", "value": 0.5}),
        Call("Parameters.layer", PARAMETERS.layer, {"index": 0}),
        Call("Parameters.astype", PARAMETERS.astype, {"dtype": "float32"}),
        Call("Objective", cr.Objective, {"network": NETWORK, "loss": "mean_squared_error"}),
        Call("Plan", cr.Plan, {"objective": OBJECTIVE, "seed": 0}),
        Call("Data.check", cr.Data.check, {"objective": OBJECTIVE, "X": X, "y": y}),
        Call("value_and_gradient", cr.value_and_gradient, {"objective": OBJECTIVE, "parameters": PARAMETERS, "X": X, "y": y}),
        Call("Neuron", cr.Neuron, {"weights": [1.0, 2.0]}, lambda n: n([1.0, 2.0])),
        Call("Neuron.__call__", cr.Neuron([1.0, 2.0]).__call__, {"x": [1.0, 2.0]}),
        Call("minimize", cr.minimize, {"function": lambda p: float(p @ p), "gradient": lambda p: 2 * p, "start": [1.0], "optimizer": SGD, "steps": 2}),
        Call("Metric", cr.Metric, {"name": "m", "function": lambda a, y, w: 0.0, "greater_is_better": True}, lambda m: _trains(metrics=[m])(m)),
        Call("METRICS.accuracy", METRICS["accuracy"].__call__, {"a": [0.5, 0.2], "y": [1, 0]}),
        Call("class_sample_weight", class_sample_weight, {"y": np.eye(2), "class_weight": "balanced"}),
        Call("check_gradient", cr.check_gradient, {"subject": cr.activations.ACTIVATIONS["tanh"]}),
        Call("diagnose", diagnose.diagnose, {"network": NETWORK, "X": X, "y": y, "loss": "mean_squared_error", "parameters": PARAMETERS}),
        Call("snapshot", diagnose.snapshot, {"network": NETWORK, "X": X, "y": y, "loss": "mean_squared_error", "parameters": PARAMETERS}),
        Call("curvature", diagnose.curvature, {"look": look}),
        Call("dead_units", diagnose.dead_units, {"look": look}),
        Call("symmetric_units", diagnose.symmetric_units, {"look": look}),
        Call("saturation", diagnose.saturation, {"look": look}),
        Call("gradient_flow", diagnose.gradient_flow, {"look": look}),
        Call("learning_rate_finder", diagnose.learning_rate_finder, {"network": NETWORK, "X": X, "y": y, "loss": "mean_squared_error", "steps": 5, "seed": 0}),
        Call("explain", cr.explain, {**explained, "weight": "w1", "row": 0}),
        Call("explain_batch", cr.explain_batch, {**explained, "weight": "w1"}),
        Call("explain_prediction", cr.explain_prediction, {"network": NETWORK, "parameters": PARAMETERS, "x": X, "row": 0}),
        Call("largest_gradients", cr.largest_gradients, {**explained, "row": 0}),
        Call("json_schema", json_schema, {}),
        Call("LinearEquation", gradient_free.LinearEquation, {"coefficients": [1, 2], "target": 3}, repr),
        Call("LinearEquation.error", EQUATION.error, {"point": [1, 1]}),
        Call("LinearEquation.nearest_solution", EQUATION.nearest_solution, {"point": [1, 1]}),
        Call("guess", gradient_free.guess, {"equation": EQUATION, "integers": True, "seed": 0, "max_tries": 10}),
        Call("adjust_in_turn", gradient_free.adjust_in_turn, {"equation": EQUATION, "start": [0, 0], "steps": 50}),
        Call("perceptron_rule", gradient_free.perceptron_rule, {"X": X, "y": [0, 1] * 6}),
        Call("get_lesson", lessons.get_lesson, {"name": "line"}),
        Call("split_rows", tables.split_rows, {"n": 10, "fraction": 0.2, "seed": 0}),
        Call("save_model", cr.save_model, {"model": models.TrainedNetwork(NETWORK, PARAMETERS), "path": "/dev/null"}),
        Call("load_model", cr.load_model, {"path": "/nonexistent/m"}),
        Call("network_from_dict", models.network_from_dict, {"data": models.network_to_dict(NETWORK)}),
        Call("network_to_dict", models.network_to_dict, {"network": NETWORK}),
        Call("TrainedNetwork", models.TrainedNetwork, {"network": NETWORK, "parameters": PARAMETERS}, lambda t: t.predict(X)),
        Call("choose_engine", choose_engine, {"name": "auto", "plan": cr.Plan(OBJECTIVE, seed=0), "data": cr.Data(X, y)}),
        Call("compiled_engine", compiled_engine, {}),
        Call("installed_engine", installed_engine, {"name": "reference"}),
        Call("TrainingResult.predict", result().predict, {"X": X}),
        Call("from_logits", losses.from_logits, {"loss": losses.LOSSES["binary_cross_entropy"], "activation": cr.activations.ACTIVATIONS["sigmoid"]}),
        Call("State", cr.State, {"parameters": PARAMETERS, "optimizer_state": np.zeros((2, PARAMETERS.vector.size))}, lambda s: _trains(initial=None)(s)),
        Call("RuleState", cr.RuleState, {}),
        Call("Rule", cr.Rule, {}),
    ]  # fmt: skip
    layers = {
        cr.Dense: {"n_in": 3, "n_out": 1},
        cr.Dropout: {},
        cr.BatchNorm: {"n": 3},
        cr.LayerNorm: {"n": 3},
        cr.ParametricActivation: {"n": 3},
        cr.PeriodicEmbedding: {"n": 3},
        cr.OneHot: {"sizes": (0, 2, 0)},
        cr.Embedding: {"sizes": (3, 2, 1)},
        cr.ByColumn: {"groups": [((0, 1, 2), cr.Scale(3))]},
        cr.Scale: {"n": 3},
        cr.Frozen: {"layer": cr.Dense(3, 3)},
    }
    for layer, arguments in layers.items():
        made.append(Call(layer.__name__, layer, arguments, _of_layer))
    needed = {"steps": 10, "quantile": 0.5, "strength": 0.1, "value": 0.5, "seconds": 10.0}
    objects: list[tuple[Mapping[str, Any], Callable[[Any], Any]]] = [
        (cr.optimizers.OPTIMIZERS.classes, _trains(optimizer=None)),
        (cr.schedules.SCHEDULES.classes, _trains(schedule=None)),
        (cr.penalties.PENALTIES.classes, _trains(penalties=None)),
        (losses.LOSSES.classes, repr),
        (initializers.INITIALIZERS.classes, lambda i: _of_layer(cr.Dense(3, 2, initializer=i))),
        (
            {c.__name__: c for c in (cr.EarlyStopping, cr.Target, cr.TimeLimit, cr.Tolerance)},
            lambda rule: _trains(stop=None, validation=(X, y))(rule),
        ),
    ]
    for classes, then in objects:
        for name, kind in classes.items():
            own = inspect.signature(kind).parameters
            given = {k: v for k, v in needed.items() if k in own and own[k].default is own[k].empty}
            made.append(Call(name, kind, given, then))
    made.append(Call("AdamW", cr.optimizers.AdamW, {}, _trains(optimizer=None)))
    return made


def _of_layer(layer: Any) -> Any:
    layers = [layer] if getattr(layer, "n_in", None) else [cr.Dense(3, 3), layer]
    network = cr.Network(layers)
    network.initial_parameters(0)
    return network
