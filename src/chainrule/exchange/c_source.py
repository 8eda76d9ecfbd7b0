"""C source of a fitted network: one file, the C library and nothing else."""

import os
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from ..activations.leaky_relu import SLOPE
from ..activations.selu import ALPHA, SCALE
from ..errors import InvalidValueError, path_of, plain_line, require
from ..files import atomic_write
from ..layers import ActivatedLayer, BatchNorm, Dense, Dropout, Layer, LayerNorm, Scale
from .fitted import network_of

_HEAD = """\
/* A network fitted by chainrule {version}: {sizes}.

   void {name}(const {real} *x, {real} *out);

   x has {n_in} inputs, out {n_out} outputs.{remarks}
   C99, no memory but the stack ({stack} bytes and the C library's own); reentrant. */

#include <math.h>

"""


def export_c(model: Any, path: str | os.PathLike[str] | None = None, name: str = "predict") -> str:
    """A fitted network as one C99 file, for a microcontroller: no dependency, no allocation.

    The numbers are constants in the parameters' type, `float` or `double`. What comes before the
    network in a pipeline stays outside: the head of the file says how each input is made.

    Parameters
    ----------
    model : TrainingResult, TrainedNetwork, Pipeline or estimator
    path : str or path, optional
        Where to write it; by default nowhere.
    name : str, default "predict"
        The function's name.

    Returns
    -------
    str
        The source.

    Raises
    ------
    InvalidValueError
        If it has a layer or an activation that is not built in, or the name is none in C.
    WriteError
        If the file cannot be written.

    Examples
    --------
    >>> import chainrule as cr
    >>> from chainrule.exchange import export_c
    >>> result = cr.train(cr.mlp(2, (3,), 1), [[0.0, 1.0], [1.0, 0.0]], [0.0, 1.0], loss="mse",
    ...     epochs=1, seed=0)
    >>> "void predict(const double *x, double *out)" in export_c(result)
    True
    """
    from .. import __version__

    fits = isinstance(name, str) and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,60}", name)
    require(bool(fits), "name", name, "be a name in C, such as 'predict'")
    network, parameters = network_of(model)
    real = "float" if parameters.vector.dtype == np.float32 else "double"
    constants: list[str] = []
    steps: list[str] = []
    here, width = "x", network.n_in
    buffers: list[int] = []
    for i, layer in enumerate(network.layers):
        inner = layer.inner
        if type(inner) is Dropout:
            continue
        if type(inner) not in _LAYERS:
            raise InvalidValueError(
                f"layers[{i}] is a {type(inner).__name__}, which no C is known for; a network of "
                "Dense, BatchNorm, LayerNorm, Scale, Dropout and Frozen layers can be exported"
            )
        n_out = inner.n_out or width
        buffers.append(n_out)
        there = f"a{i}"
        arrays, body = _LAYERS[type(inner)](inner, parameters.layer(i), i, here, there, width)
        constants += [_array(real, key, array) for key, array in arrays.items()]
        steps += [f"    {real} {there}[{n_out}];", *body, *_activation(inner, there, n_out, i)]
        here, width = there, n_out
    steps.append(f"    for (int j = 0; j < {width}; ++j) out[j] = {here}[j];")
    size = 4 if real == "float" else 8
    source = _HEAD.format(
        version=__version__, sizes=network.sizes, name=name, real=real, n_in=network.n_in,
        n_out=network.n_out, remarks=_remarks(model), stack=size * sum(buffers),
    )  # fmt: skip
    source += "\n".join(constants)
    body = "\n".join(steps).replace("REAL", real).replace("(real)", f"({real})")
    if real == "float":  # the C library's functions of float
        body = re.sub(r"\b(exp|log|sqrt|tanh|erfc|fabs|fmax|expm1|log1p)\(", r"\1f(", body)
    source += f"\nvoid {name}(const {real} *x, {real} *out) {{\n{body}\n}}\n"
    if path is not None:
        with atomic_write(path_of("path", path)) as file:
            file.write(source.encode())
    return source


def _array(real: str, name: str, array: Any) -> str:
    """Numbers with as many digits as bring the same bits back."""
    suffix = "f" if real == "float" else ""
    numbers = [
        np.format_float_scientific(value, unique=True, trim="0") + suffix
        for value in np.asarray(array).ravel()
    ]
    rows = [", ".join(numbers[k : k + 8]) for k in range(0, len(numbers), 8)]
    return f"static const {real} {name}[{len(numbers)}] = {{\n    " + ",\n    ".join(rows) + "};\n"


def _dense(layer: Any, views: Any, i: int, x: str, a: str, n_in: int) -> Any:
    """z_j = b_j + sum_i x_i W_ij."""
    arrays = {f"W{i}": views["W"], **({f"b{i}": views["b"]} if layer.bias else {})}
    start = f"b{i}[j]" if layer.bias else "0"
    n = layer.n_out
    return arrays, [
        f"    for (int j = 0; j < {n}; ++j) {a}[j] = {start};",
        f"    for (int i = 0; i < {n_in}; ++i)",
        f"        for (int j = 0; j < {n}; ++j) {a}[j] += {x}[i] * W{i}[i * {n} + j];",
    ]


def _batch_norm(layer: Any, views: Any, i: int, x: str, a: str, n: int) -> Any:
    """s x + t, by the running mean and variance."""
    wide = {key: np.asarray(array, np.float64) for key, array in views.items()}
    scale = wide["gamma"] / np.sqrt(wide["variance"] + layer.eps)
    dtype = views["gamma"].dtype
    arrays = {
        f"s{i}": scale.astype(dtype),
        f"t{i}": (wide["beta"] - scale * wide["mean"]).astype(dtype),
    }
    return arrays, [f"    for (int j = 0; j < {n}; ++j) {a}[j] = s{i}[j] * {x}[j] + t{i}[j];"]


def _layer_norm(layer: Any, views: Any, i: int, x: str, a: str, n: int) -> Any:
    """gamma (x - mean) / sqrt(variance + eps) + beta."""
    arrays = {f"gamma{i}": views["gamma"], f"beta{i}": views["beta"]}
    real = "float" if views["gamma"].dtype == np.float32 else "double"
    return arrays, [
        f"    {real} m{i} = 0, v{i} = 0;",
        f"    for (int j = 0; j < {n}; ++j) m{i} += {x}[j] / {n};",
        f"    for (int j = 0; j < {n}; ++j) v{i} += ({x}[j] - m{i}) * ({x}[j] - m{i}) / {n};",
        f"    for (int j = 0; j < {n}; ++j)",
        f"        {a}[j] = gamma{i}[j] * ({x}[j] - m{i}) / sqrt(v{i} + ({real}){layer.eps!r})"
        f" + beta{i}[j];",
    ]


def _scale(layer: Any, views: Any, i: int, x: str, a: str, n: int) -> Any:
    """s x."""
    arrays = {f"s{i}": views["s"]}
    return arrays, [f"    for (int j = 0; j < {n}; ++j) {a}[j] = s{i}[j] * {x}[j];"]


_LAYERS: dict[type, Callable[..., Any]] = {
    Dense: _dense,
    BatchNorm: _batch_norm,
    LayerNorm: _layer_norm,
    Scale: _scale,
}

_BELOW = "(z > 0 ? z : expm1(z))"
_SOFTPLUS = "((z > 0 ? z : 0) + log1p(exp(-fabs(z))))"
_FORMULAS = {
    "Step": "z >= 0",
    "Sigmoid": "z >= 0 ? 1 / (1 + exp(-z)) : exp(z) / (1 + exp(z))",
    "Tanh": "tanh(z)",
    "ReLU": "z > 0 ? z : 0",
    "LeakyReLU": f"z > 0 ? z : (real){SLOPE!r} * z",
    "ELU": _BELOW,
    "SELU": f"(real){SCALE!r} * (z > 0 ? z : (real){ALPHA!r} * expm1(z))",
    "Softplus": _SOFTPLUS,
    "SiLU": "z >= 0 ? z / (1 + exp(-z)) : z * exp(z) / (1 + exp(z))",
    "GELU": "z * (real)0.5 * erfc(z * (real)-0.70710678118654752)",
    "Mish": f"z * tanh({_SOFTPLUS})",
    "Exp": "exp(z)",
}


def _activation(layer: Layer, a: str, n: int, i: int) -> list[str]:
    """a_j = f(a_j), in place."""
    if not isinstance(layer, ActivatedLayer):
        return []
    activation: Any = layer.last_activation
    kind = type(activation).__name__
    real = "REAL"
    if kind == "Identity":
        return []
    if kind == "Softmax":
        return [
            f"    {real} top{i} = {a}[0], sum{i} = 0;",
            f"    for (int j = 1; j < {n}; ++j) if ({a}[j] > top{i}) top{i} = {a}[j];",
            f"    for (int j = 0; j < {n}; ++j) sum{i} += {a}[j] = exp({a}[j] - top{i});",
            f"    for (int j = 0; j < {n}; ++j) {a}[j] /= sum{i};",
        ]
    if kind not in _FORMULAS or not type(activation).__module__.startswith("chainrule."):
        raise InvalidValueError(
            f"the activation {kind} of layers[{i}] is not built in, and no C is known for it"
        )
    return [
        f"    for (int j = 0; j < {n}; ++j) {{",
        f"        const {real} z = {a}[j];",
        f"        {a}[j] = {_FORMULAS[kind]};",
        "    }",
    ]


def _remarks(model: Any) -> str:
    """What the inputs and outputs are, where the model knows."""
    pipeline = getattr(model, "pipeline_", model)
    lines: list[str] = []
    if hasattr(pipeline, "encoder"):
        k = 0
        for column in pipeline.encoder.columns:
            lines += [f"x[{k + j}]: {name}" for j, name in enumerate(column.feature_names)]
            if hasattr(column, "center"):
                lines[k] += (
                    f" as z / sqrt(1 + z z / 16), z = (value - {column.center!r}) / "
                    f"{column.scale!r}; 0 where missing"
                )
                for j, period in enumerate(column.periods):
                    for wave, at in (("sin", k + 1 + 2 * j), ("cos", k + 2 + 2 * j)):
                        lines[at] += f" as {wave}(2 pi value / {period!r}); 0 where missing"
            k = len(lines)
        lines += [f"out[{j}]: {name}" for j, name in enumerate(pipeline.target.output_names)]
        lines += list(pipeline.target.notes)
    elif hasattr(model, "classes_"):
        lines.append(f"classes: {', '.join(map(str, np.ravel(model.classes_).tolist()))}")
    safe = [plain_line(line, 300).replace("*/", "* /") for line in lines]
    return "".join(f"\n   {line}" for line in safe)
