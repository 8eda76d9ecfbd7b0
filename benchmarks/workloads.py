"""What is computed: data, initial parameters, loss, optimizer and number of updates of each task.

Every contestant gets the same arrays and must do the same work. W1 to W3 are bound by overhead, W4
to W8 and P2 by arithmetic, W7 by tanh; the names that end in s take the rows in a new random order
in every epoch, each contestant by its own generator.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Kind = Literal["fit", "many", "predict"]


@dataclass(frozen=True)
class Workload:
    """One task.

    X has shape (n, n_in) and y (n, n_out), one-hot for classes. Layer k computes
    f_k(a W[k] + b[k]); b is empty where there are no biases. A "many" workload trains many
    networks on the same rows: W[k] has shape (networks, n_in, n_out), b[k] (networks, n_out) and
    the learning rate (networks,). A "predict" workload computes the outputs of all rows, `batch`
    rows at once where a contestant gains from that.
    """

    name: str
    title: str
    X: Array
    y: Array
    W: list[Array]
    b: list[Array]
    activations: tuple[str, ...]
    loss: str
    learning_rate: Any = 0.0
    optimizer: Literal["sgd", "adam"] = "sgd"
    batch: int = 1
    epochs: int = 0
    shuffle: bool = False
    kind: Kind = "fit"
    threads: tuple[int, ...] = (1, 2)
    arithmetic_bound: bool = False

    @property
    def dtype(self) -> Any:
        """The type of all numbers."""
        return self.X.dtype

    @property
    def sizes(self) -> list[int]:
        """Inputs, units of each layer."""
        return [self.W[0].shape[-2], *(W.shape[-1] for W in self.W)]

    @property
    def networks(self) -> int:
        """How many networks are trained."""
        return len(self.W[0]) if self.kind == "many" else 1

    @cached_property
    def labels(self) -> Array:
        """The number of each row's class, for who wants no one-hot rows."""
        return self.y.argmax(axis=1) if self.y.shape[1] > 1 else self.y[:, 0].astype(np.int64)

    @property
    def flops(self) -> int:
        """Multiplications and additions of the matrix products.

        A product of (n, i) by (i, o) has 2 n i o. Training has three for each layer (outputs,
        gradient of the weights, gradient of the inputs), but the first layer needs no gradient of
        its inputs; prediction has one.
        """
        products = [i * o for i, o in pairwise(self.sizes)]
        if self.kind == "predict":
            return 2 * len(self.X) * sum(products)
        each_row = 6 * sum(products) - 2 * products[0]
        return self.networks * self.epochs * len(self.X) * each_row


def w1() -> Workload:
    return Workload(
        "W1",
        "one neuron, 2 rows, 1,001 steps on both rows, float64",
        X=np.array([[1.0], [2.0]]),
        y=np.array([[2.0], [4.0]]),
        W=[np.array([[0.5]])],
        b=[np.array([0.1])],
        activations=("identity",),
        loss="half_mean_squared_error",
        learning_rate=0.1,
        batch=2,
        epochs=1001,
        threads=(1,),
    )


def w2() -> Workload:
    rng = np.random.default_rng(2)
    return Workload(
        "W2",
        "2-2-1 sigmoid, 4 rows one at a time, 1,000 epochs, float64",
        X=np.array([[-2.0, -1.0], [25.0, 6.0], [17.0, 4.0], [-15.0, -6.0]]),
        y=np.array([[1.0], [0.0], [0.0], [1.0]]),
        W=[rng.normal(size=(2, 2)), rng.normal(size=(2, 1))],
        b=[rng.normal(size=2), rng.normal(size=1)],
        activations=("sigmoid", "sigmoid"),
        loss="mean_squared_error",
        learning_rate=0.1,
        batch=1,
        epochs=1000,
        threads=(1,),
    )


def w3() -> Workload:
    rng = np.random.default_rng(3)
    y = (np.arange(100) % 2).astype(np.float64)[:, None]
    return Workload(
        "W3",
        "one sigmoid neuron, 100 x 2, batches of 32, 50 epochs, float64",
        X=rng.normal(scale=0.5, size=(100, 2)) + (2.0 * y - 1.0) * [0.9, 0.4],
        y=y,
        W=[np.array([[0.1], [-0.1]])],
        b=[np.zeros(1)],
        activations=("sigmoid",),
        loss="half_mean_squared_error",
        learning_rate=0.5,
        batch=32,
        epochs=50,
        threads=(1,),
    )


def w4(dtype: type = np.float64) -> Workload:
    rng = np.random.default_rng(4)
    return Workload(
        "W4" if dtype is np.float64 else "W4f",
        f"1000-100-1 relu without biases, 128 rows, 500 steps on all, {dtype.__name__}",
        X=rng.normal(size=(128, 1000)).astype(dtype),
        y=rng.normal(size=(128, 1)).astype(dtype),
        W=[rng.normal(size=(1000, 100)).astype(dtype), rng.normal(size=(100, 1)).astype(dtype)],
        b=[],
        activations=("relu", "identity"),
        loss="sum_squared_error",
        learning_rate=1e-6,
        batch=128,
        epochs=500,
        arithmetic_bound=True,
    )


def _relu_network(rng: np.random.Generator, sizes: list[int]) -> tuple[list[Array], list[Array]]:
    """He's normal weights and no bias yet."""
    W = [rng.normal(scale=np.sqrt(2 / i), size=(i, o)) for i, o in pairwise(sizes)]
    return [w.astype(np.float32) for w in W], [np.zeros(o, np.float32) for o in sizes[1:]]


def _regression(name: str, title: str, n: int, sizes: list[int], seed: int, **how: Any) -> Workload:
    """y = the sum of eight ridges tanh(x . a) and a little noise."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, sizes[0]), dtype=np.float32)
    ridges = rng.normal(scale=sizes[0] ** -0.5, size=(sizes[0], 8)).astype(np.float32)
    y = np.tanh(X @ ridges).sum(axis=1, keepdims=True)
    y += rng.normal(scale=0.1, size=y.shape).astype(np.float32)
    W, b = _relu_network(rng, sizes)
    return Workload(
        name,
        title,
        X,
        y,
        W,
        b,
        activations=("relu",) * (len(W) - 1) + ("identity",),
        loss="half_mean_squared_error",
        optimizer="adam",
        learning_rate=1e-3,
        arithmetic_bound=True,
        **how,
    )


def w5() -> Workload:
    title = "20,640 x 8, 64-64-1 relu, batches of 128, Adam, 20 epochs, float32"
    return _regression("W5", title, 20_640, [8, 64, 64, 1], 5, batch=128, epochs=20)


def w6() -> Workload:
    n, sizes = 60_000, [784, 128, 10]
    rng = np.random.default_rng(6)
    X = rng.random((n, sizes[0]), dtype=np.float32)
    X *= X  # in place: the fit's own memory is measured, and must not hide behind the data's
    directions = rng.normal(scale=sizes[0] ** -0.5, size=(784, 10)).astype(np.float32)
    scores = X @ directions - X.mean(axis=0) @ directions
    scores += rng.normal(scale=0.15, size=scores.shape).astype(np.float32)
    W, b = _relu_network(rng, sizes)
    return Workload(
        "W6",
        "60,000 x 784, 128-10 relu and softmax, batches of 128, Adam, 3 epochs, float32",
        X,
        np.eye(10, dtype=np.float32)[scores.argmax(axis=1)],
        W,
        b,
        activations=("relu", "softmax"),
        loss="cross_entropy",
        optimizer="adam",
        learning_rate=1e-3,
        batch=128,
        epochs=3,
        arithmetic_bound=True,
    )


def w7() -> Workload:
    n, networks, hidden = 1000, 256, 16
    rng = np.random.default_rng(7)
    y = (np.arange(n) % 2).astype(np.float32)[:, None]
    angle = rng.uniform(0, 2 * np.pi, size=(n, 1))
    radius = 1.0 + 0.8 * y + 0.2 * rng.normal(size=(n, 1))
    X = radius * np.hstack([np.cos(angle), np.sin(angle)])
    arrays = {
        "W1": rng.normal(size=(networks, 2, hidden)),
        "b1": rng.normal(scale=0.5, size=(networks, hidden)),
        "W2": rng.normal(scale=0.25, size=(networks, hidden, 1)),
        "b2": np.zeros((networks, 1)),
    }
    start = {name: array.astype(np.float32) for name, array in arrays.items()}
    return Workload(
        "W7",
        "256 networks 2-16-1 tanh and sigmoid, 1,000 rows, 300 steps on all, float32",
        X=X.astype(np.float32),
        y=y,
        W=[start["W1"], start["W2"]],
        b=[start["b1"], start["b2"]],
        activations=("tanh", "sigmoid"),
        loss="binary_cross_entropy",
        learning_rate=np.geomspace(0.05, 1.0, networks).astype(np.float32),
        batch=n,
        epochs=300,
        kind="many",
    )


def w8() -> Workload:
    title = "100,000 x 50, 256-256-1 relu, batches of 1,024, Adam, 3 epochs, float32"
    return _regression("W8", title, 100_000, [50, 256, 256, 1], 8, batch=1024, epochs=3)


def prediction(name: str, n: int, threads: tuple[int, ...]) -> Workload:
    """The network of W5 on n rows; who predicts in blocks takes as many rows as fit into caches."""
    title = f"outputs of an 8-64-64-1 relu network for {n:,} row{'s' * (n > 1)}, float32"
    how: dict[str, Any] = {"kind": "predict", "batch": 8192, "threads": threads}
    task = _regression(name, title, n, [8, 64, 64, 1], 99, **how)
    return replace(task, arithmetic_bound=n > 1)


def shuffled(task: Workload) -> Workload:
    """The same with the rows in a new order in every epoch, on one thread."""
    title = task.title + ", shuffled"
    return replace(task, name=task.name + "s", title=title, shuffle=True, threads=(1,))


WORKLOADS: dict[str, Callable[[], Workload]] = {
    "W1": w1,
    "W2": w2,
    "W3": w3,
    "W3s": lambda: shuffled(w3()),
    "W4": w4,
    "W4f": lambda: w4(np.float32),
    "W5": w5,
    "W5s": lambda: shuffled(w5()),
    "W6": w6,
    "W6s": lambda: shuffled(w6()),
    "W7": w7,
    "W8": w8,
    "P1": lambda: prediction("P1", 1, (1,)),
    "P2": lambda: prediction("P2", 1_000_000, (1, 2)),
}
"""The makers of all workloads, by name: data are made where they are needed."""
