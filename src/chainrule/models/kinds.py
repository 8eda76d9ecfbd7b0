"""What a model file can hold: each kind's parts for the header, and the way back."""

import warnings
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from ..errors import (
    ModelFileError,
    require_boolean,
    require_integer,
    require_mapping,
    require_text,
    shown,
)
from ..network import Network
from ..objective import Objective
from ..parameters import Parameters
from .network_data import network_from_dict, network_to_dict
from .trained_network import TrainedNetwork
from .values import Arrays, from_data, record_from_data, record_to_data, to_data


class Kind(Protocol):
    """How objects of one kind are written and read."""

    parts: tuple[str, ...]
    """The names of its parts in the header."""

    def write(self, model: Any, arrays: Arrays) -> dict[str, Any]:
        """The parts as plain data; arrays are put into `arrays`."""

    def read(self, parts: Mapping[str, Any], arrays: Mapping[str, Any]) -> Any:
        """The object that `write` described; any error means a damaged file."""


class NetworkKind:
    """A `TrainedNetwork`: layers and parameters."""

    parts: tuple[str, ...] = ("network",)

    def write(self, model: TrainedNetwork, arrays: Arrays) -> dict[str, Any]:
        """The layers; the parameter vector is the only array."""
        arrays["parameters"] = model.parameters.vector
        return {"network": network_to_dict(model.network)}

    def read(self, parts: Mapping[str, Any], arrays: Mapping[str, Any]) -> TrainedNetwork:
        """A network with its parameters."""
        network = _network(parts["network"])
        return TrainedNetwork(network, Parameters(network.layout, _vector(arrays)))


class ResultKind:
    """A `TrainingResult`: parameters, history, state and plan, so that training can go on."""

    parts: tuple[str, ...] = ("result",)

    def write(self, model: Any, arrays: Arrays) -> dict[str, Any]:
        """All fields but the engine, which belongs to its machine."""
        return {"result": _result_to_data(model, arrays, "result")}

    def read(self, parts: Mapping[str, Any], arrays: Mapping[str, Any]) -> Any:
        """A result whose engine is chosen anew."""
        return _result_from_data(parts["result"], arrays)


class ResultsKind:
    """`TrainingResults`: what `train_many` gives, each as a result, with its settings."""

    parts: tuple[str, ...] = ("results", "settings")

    def write(self, model: Any, arrays: Arrays) -> dict[str, Any]:
        """The results one after the other."""
        return {
            "results": [
                _result_to_data(one, arrays, f"results[{i}]") for i, one in enumerate(model)
            ],
            "settings": [
                to_data(own, arrays, f"settings[{i}]") for i, own in enumerate(model.settings)
            ],
        }

    def read(self, parts: Mapping[str, Any], arrays: Mapping[str, Any]) -> Any:
        """The list of results."""
        from ..training import TrainingResults

        settings = [from_data(own, arrays) for own in parts["settings"]]
        results = [_result_from_data(one, arrays) for one in parts["results"]]
        return TrainingResults(results, settings)


def _result_to_data(result: Any, arrays: Arrays, where: str) -> dict[str, Any]:
    return record_to_data(result, arrays, where, without=("backend",))


def _result_from_data(data: Mapping[str, Any], arrays: Mapping[str, Any]) -> Any:
    from ..engines import choose_engine
    from ..plan import Data, Plan
    from ..plan.checks import check_belongs, check_parts
    from ..training import TrainingResult
    from ..training.history import check_history

    values = record_from_data(data, arrays)
    plan, parameters = values["plan"], values["parameters"]
    network = plan.objective.network
    check_parts(values["state"])
    check_history(values["history"])
    for name in ("engine", "engine_reason", "stopped"):
        require_text(name, values[name])
    require_boolean("diverged", values["diverged"])
    for held in (parameters, values["state"].parameters):
        if held.layout != network.layout:
            raise ModelFileError("the parameters do not fit the network")
    check_belongs(plan, values["state"])
    row = (np.zeros((1, n), plan.dtype) for n in (network.n_in, network.n_out))
    # The engine that ran, where this machine has it: its predictions are the same bits.
    name = "reference" if values["engine"] == "reference" else "auto"
    any_optimizer = Plan(plan.objective, seed=0, dtype=plan.dtype)
    engine, _ = choose_engine(name, any_optimizer, Data(*row))
    return TrainingResult(**values, backend=engine)


class PipelineKind:
    """A `Pipeline`: schema, encoder, target, network and summary; not the fit's history."""

    parts: tuple[str, ...] = ("schema", "encoder", "target", "network", "training")

    def write(self, model: Any, arrays: Arrays) -> dict[str, Any]:
        """The parts; the arrays are parameters, those of other members, and residuals."""
        from ..tables.target_group import targets_to_dict

        arrays["parameters"] = model.parameters.vector
        for i, member in enumerate(model.others, start=1):
            arrays[f"members[{i}].parameters"] = member.vector
        if model.residuals is not None:
            arrays["residuals"] = model.residuals
        return {
            "schema": model.schema.to_dict(),
            "encoder": model.encoder.to_dict(),
            "target": targets_to_dict(model.target),
            "network": network_to_dict(model.network),
            "training": model.summary,
        }

    def read(self, parts: Mapping[str, Any], arrays: Mapping[str, Any]) -> Any:
        """A pipeline whose parts fit each other."""
        from ..tables.encoder import Encoder
        from ..tables.pipeline import Pipeline
        from ..tables.schema import Schema
        from ..tables.target_group import targets_from_dict

        network = _network(parts["network"])
        n_others = sum(name.startswith("members[") for name in arrays)
        pipeline = Pipeline(
            Schema.from_dict(parts["schema"]),
            Encoder.from_dict(parts["encoder"]),
            targets_from_dict(parts["target"]),
            network,
            Parameters(network.layout, _vector(arrays)),
            _summary(parts["training"]),
            others=tuple(
                Parameters(network.layout, _vector(arrays, f"members[{i}].parameters"))
                for i in range(1, n_others + 1)
            ),
            residuals=_residuals(arrays),
        )
        n_features, n_out = pipeline.encoder.n_features, pipeline.target.n_out
        if network.n_in != n_features:
            raise ModelFileError(
                f"the network takes {network.n_in} inputs, the encoder gives {n_features}"
            )
        if network.n_out != n_out:
            raise ModelFileError(
                f"the network has {network.n_out} outputs, the target needs {n_out}"
            )
        names = [column.name for column in pipeline.encoder.columns]
        if len(set(names)) < len(names):
            raise ModelFileError("the encoder has two columns of one name")
        if {column.name for column in pipeline.schema.features} != set(names):
            raise ModelFileError("the encoder has other columns than the schema")
        n_means = len(pipeline.encoder.means)
        if n_means not in (0, n_features):
            raise ModelFileError(f"the encoder has {n_means} means for {n_features} inputs")
        Objective(network, pipeline.target.loss)
        return pipeline


class EstimatorKind:
    """An estimator of `chainrule.estimators`: its parameters and what its fit has learned."""

    parts: tuple[str, ...] = ("estimator",)

    def write(self, model: Any, arrays: Arrays) -> dict[str, Any]:
        """Parameters and attributes, by their names."""
        names = model.get_params(deep=False)
        # What a pipeline or a packed predictor holds is written by its own rule.
        return {
            "estimator": {
                "type": type(model).__name__,
                "parameters": {n: _written(v, arrays, n) for n, v in names.items()},
                "attributes": {
                    n: _written(v, arrays, n) for n, v in vars(model).items() if n not in names
                },
            }
        }

    def read(self, parts: Mapping[str, Any], arrays: Mapping[str, Any]) -> Any:
        """The estimator, fitted as it was."""
        data = parts["estimator"]
        model = estimator_classes()[data["type"]](
            **{name: _built(value, arrays) for name, value in data["parameters"].items()}
        )
        attributes = {name: _built(value, arrays) for name, value in data["attributes"].items()}
        for name in attributes:
            # Nothing that would stand in front of a method.
            if not name.isidentifier() or hasattr(type(model), name):
                raise ModelFileError(f"{shown(name)} is no attribute of a fit")
        vars(model).update(attributes)
        if data["type"] != "LabelBinarizer":  # scikit-learn's own would warn of its version
            model.__setstate__(vars(model))
        if "coef_" in attributes or "coefs_" in attributes:
            _try(model)
        elif "pipeline_" in attributes and model.n_features_in_ != len(model._columns):
            raise ModelFileError("it has other columns than features")
        return model


def _try(model: Any) -> None:
    """Predict a row with an estimator on arrays: any error means a damaged file."""
    require_integer("n_features_in_", model.n_features_in_, at_least=1)
    # Before anything of their size is made: the arrays of the file are what there is.
    weights = model.coefs_[0].T if hasattr(model, "coefs_") else model.coef_
    if weights.shape[1:] != (model.n_features_in_,):
        raise ModelFileError(f"its weights do not take {model.n_features_in_} inputs")
    if hasattr(model, "coefs_"):
        size = sum(array.size for array in (*model.coefs_, *model.intercepts_))
        for network in (model.network_, model._outputs.network):
            if network.layout.size != size:
                raise ModelFileError("its weights do not fit its network")
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        model.predict(np.zeros((1, model.n_features_in_)))
        if hasattr(model, "subject"):
            model.subject()


def estimator_classes() -> dict[str, type]:
    """The estimators, and what they are made of."""
    from sklearn.preprocessing import LabelBinarizer

    from .. import estimators

    return {
        **{name: getattr(estimators, name) for name in estimators.__all__},
        "LabelBinarizer": LabelBinarizer,
    }


def _written(value: Any, arrays: Arrays, where: str) -> Any:
    name = type(value).__name__
    if name == "Pipeline":
        inner: Arrays = {}
        parts = PipelineKind().write(value, inner)
        arrays.update({f"{where}.{key}": array for key, array in inner.items()})
        return {"pipeline": [where, parts]}
    if name == "Outputs":
        return {"outputs": {k: to_data(v, arrays, where) for k, v in value.__getstate__().items()}}
    if estimator_classes().get(name) is type(value):
        return {"estimator": EstimatorKind().write(value, arrays)["estimator"]}
    return to_data(value, arrays, where)


def _built(data: Any, arrays: Mapping[str, Any]) -> Any:
    tag = next(iter(data)) if isinstance(data, dict) else None
    if tag == "pipeline":
        where, parts = data[tag]
        inner = {
            name.removeprefix(f"{where}."): array
            for name, array in arrays.items()
            if name.startswith(f"{where}.")
        }
        return PipelineKind().read(parts, inner)
    if tag == "outputs":
        from ..estimators.outputs import Outputs

        return Outputs(**{name: from_data(value, arrays) for name, value in data[tag].items()})
    if tag == "estimator":
        return EstimatorKind().read(data, arrays)
    return from_data(data, arrays)


def _network(data: Any) -> Network:
    if not data["layers"]:
        raise ModelFileError("the network has no layers")
    return network_from_dict(data)


def _summary(data: Any) -> dict[str, Any]:
    """What a fit was like: names, with numbers, words or nothing."""
    require_mapping("summary", data)
    for name, value in data.items():
        if isinstance(value, Mapping):
            _summary(value)
        elif not isinstance(value, str | int | float | None):
            raise ModelFileError(f"the summary's {shown(name)} is no number and no word")
    return dict(data)


def _residuals(arrays: Mapping[str, Any]) -> Any:
    if "residuals" not in arrays:
        return None
    residuals = arrays["residuals"]
    if residuals.ndim != 1 or residuals.dtype != np.float64 or (residuals < 0).any():
        raise ModelFileError("the residuals are no sizes of errors")
    return residuals.copy()


def _vector(arrays: Mapping[str, Any], name: str = "parameters") -> Any:
    if name not in arrays:
        raise ModelFileError(f"it has no tensor {name!r}")
    vector = arrays[name]
    if vector.dtype not in (np.float32, np.float64):
        raise ModelFileError(f"the parameters are {vector.dtype}, not float32 or float64")
    return vector


KINDS: dict[str, Kind] = {
    "pipeline": PipelineKind(),
    "network": NetworkKind(),
    "training result": ResultKind(),
    "training results": ResultsKind(),
    "estimator": EstimatorKind(),
}
