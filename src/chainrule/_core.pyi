"""The compiled core: descriptions of plans, and training and prediction with them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .typing import Array, BoolArray, IntArray

def activations() -> list[str]:
    """The class names of the activations."""

def losses() -> list[str]:
    """The class names of the losses."""

def penalties() -> list[str]:
    """The class names of the penalties."""

def optimizers() -> list[str]:
    """The class names of the optimizers."""

def layers() -> list[str]:
    """The class names of the layers."""

def instruction_sets() -> list[str]:
    """The instruction sets that this processor has, the fastest first."""

def instruction_set() -> str:
    """The instruction set in use: the fastest, or the one that CHAINRULE_ISA names."""

def instruction_set_note() -> str:
    """Why the set that CHAINRULE_ISA names is not in use, or an empty string."""

class Description:
    """A built-in object: its class and hyperparameters."""

    def __init__(self, name: str, values: Mapping[str, float | str | Sequence[float]]) -> None: ...

class LayerDescription:
    """A layer.

    It has its class, its hyperparameters, the classes of its activations by the names of their
    hyperparameters, and the layers inside it.
    """

    def __init__(
        self,
        name: str,
        values: Mapping[str, float | str | Sequence[float]],
        activations: Mapping[str, str],
        layers: Sequence[LayerDescription],
    ) -> None: ...

class Segment:
    """A range of the parameter vector that is treated alike."""

    def __init__(
        self,
        start: int,
        stop: int,
        learning_rate_factor: float,
        penalised: bool,
        trainable: bool,
    ) -> None: ...

class ObjectiveDescription:
    """What is minimised."""

    def __init__(
        self,
        layers: Sequence[LayerDescription],
        segments: Sequence[Segment],
        loss: Description,
        penalties: Sequence[Description],
        from_logits: bool,
    ) -> None: ...

class PlanDescription:
    """How it is minimised; clip_norm 0: as it is."""

    def __init__(
        self,
        objective: ObjectiveDescription,
        optimizer: Description,
        batch_rows: int,
        shuffle: bool,
        seed: int,
        clip_norm: float,
    ) -> None: ...

def value_and_gradient(
    objective: ObjectiveDescription,
    parameters: Array,
    X: Array,
    y: Array,
    sample_weight: Array | None,
    position: tuple[int, int] | None,
    threads: int = 1,
) -> tuple[float, Array]:
    """The value and the gradient; position is (seed, update) in training, None at evaluation."""

def value(
    objective: ObjectiveDescription,
    parameters: Array,
    X: Array,
    y: Array,
    sample_weight: Array | None,
    threads: int = 1,
) -> float:
    """The loss at evaluation, without the penalties."""

def advance(
    plan: PlanDescription,
    parameters: Array,
    slots: Array,
    update: int,
    epoch: int,
    X: Array,
    y: Array,
    sample_weight: Array | None,
    learning_rates: Array | float,
    epochs: int = 0,
    orders: IntArray | None = None,
    validation: tuple[Array, Array, Array | None] | None = None,
    rules: Sequence[tuple[Any, ...]] = (),
    threads: int = 1,
) -> tuple[Any, ...]:
    """Train for some epochs, with learning_rates (epochs, n_batches) or one of them all.

    Parameters and slots are written to. Returns update and epoch, then for each epoch the loss, the
    gradient's norm, the learning rate and the seconds, shape (4, k), the validation losses, shape
    (1, k), or None, what the rules remember, which one said stop, and why it ended: "done",
    "diverged", "interrupted" or "stopped".
    """

def advance_many(
    fits: list[tuple[Any, ...]], threads: int, progress: Callable[[int], object] | None
) -> tuple[list[tuple[Any, ...]], bool]:
    """Fits given as tuples of the arguments of `advance` but the last.

    Returns their reports, and whether there was an interrupt. progress(n) is told how many are
    done.
    """

def processors() -> int:
    """How many processors this process may run on."""

def variable(name: str) -> str | None:
    """A variable of the environment, or None."""

class Predictor:
    """A network with its parameters, ready to be called."""

    def __init__(self, layers: Sequence[LayerDescription], parameters: Array) -> None: ...
    def __call__(self, X: Array, outputs: Array, threads: int = 1) -> None:
        """Write the outputs (n, n_out) for X (n, n_in)."""

def philox(counter: Sequence[int], seed: int) -> list[int]:
    """Four random words for a counter."""

def permutation(seed: int, position: int, n: int) -> IntArray:
    """The order of the rows of an epoch."""

def keep_mask(seed: int, update: int, layer: int, rows: int, units: int, rate: float) -> BoolArray:
    """Which units dropout keeps."""
