"""The compiled core: descriptions of plans, and training and prediction with them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

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
    """A layer: its class, its hyperparameters, the classes of its activations by the names of
    their hyperparameters, and the layers inside it.
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
        self, start: int, stop: int, learning_rate_factor: float, penalised: bool, trainable: bool
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

def useful_threads(objective: ObjectiveDescription, rows: int, threads: int) -> int:
    """How many threads an update of so many rows is shared by, of those that there are."""

class Rule:
    """A stop rule that watches a loss."""

    def __init__(
        self,
        kind: int,
        on_validation: bool,
        bound: float,
        patience: int,
        start_from_epoch: int,
        keep: bool,
    ) -> None: ...

class RuleState:
    """What a rule remembers."""

    def __init__(self, best: float, best_epoch: int, waited: int) -> None: ...
    @property
    def best(self) -> float: ...
    @property
    def best_epoch(self) -> int: ...
    @property
    def waited(self) -> int: ...
    @property
    def parameters(self) -> Array | None:
        """Those of the best epoch, if it was one of an advance."""

class PartialEpoch:
    """Where training stands inside an epoch."""

    def __init__(
        self,
        batch: int,
        loss: float,
        weight: float,
        gradient_norm: float,
        seconds: float,
        update: int,
        parameters: Array,
        optimizer_state: Array,
    ) -> None: ...
    @property
    def batch(self) -> int: ...
    @property
    def loss(self) -> float: ...
    @property
    def weight(self) -> float: ...
    @property
    def gradient_norm(self) -> float: ...
    @property
    def seconds(self) -> float: ...
    @property
    def update(self) -> int: ...
    @property
    def parameters(self) -> Array: ...
    @property
    def optimizer_state(self) -> Array: ...

class Advance:
    """One advance of a session: the state that it begins with, and how far it goes: epochs or
    updates, with learning_rates (epochs, n_batches) or one of them all. Afterwards the new
    state, and what was recorded.
    """

    def __init__(
        self,
        parameters: Array,
        optimizer_state: Array,
        update: int,
        epoch: int,
        partial: PartialEpoch | None,
        rules: Sequence[RuleState],
        learning_rates: float | Array,
        epochs: int | None,
        updates: int | None,
        orders: IntArray | None = None,
    ) -> None: ...
    @property
    def parameters(self) -> Array: ...
    @property
    def optimizer_state(self) -> Array: ...
    @property
    def update(self) -> int: ...
    @property
    def epoch(self) -> int: ...
    @property
    def partial(self) -> PartialEpoch | None: ...
    @property
    def rules(self) -> list[RuleState]: ...
    @property
    def n_epochs(self) -> int:
        """The number of epochs that were recorded."""

    def write_curves(self, curves: Array) -> None:
        """Write each epoch's loss, gradient norm, learning rate and seconds, (4, n_epochs)."""

    @property
    def validation_losses(self) -> Array | None:
        """The validation loss of each epoch, or None."""

    @property
    def batch_loss(self) -> float: ...
    @property
    def rule(self) -> int: ...
    @property
    def ended(self) -> Literal["done", "diverged", "interrupted", "stopped"]: ...
    @property
    def interrupted(self) -> bool: ...

class Session:
    """A plan and its rows, prepared for training: n of them, by their numbers, where some are
    selected.
    """

    def __init__(
        self,
        plan: PlanDescription,
        rows: tuple[Array, Array, Array | None],
        validation: tuple[Array, Array, Array | None] | None = None,
        rules: Sequence[Rule] = [],
        first: int = 0,
        n: int | None = None,
        selected: Array | None = None,
    ) -> None: ...
    def advance(self, advance: Advance, threads: int = 1) -> None:
        """Train as far as the advance goes, and write to it and its arrays."""

def advance_many(
    fits: Sequence[tuple[Session, Advance]], threads: int, progress: Callable[[int], object] | None
) -> bool:
    """Carry out (session, advance) of many fits: whether there was an interrupt. progress(n) is
    called with how many are done.
    """

def processors() -> int:
    """How many processors this process may run on."""

def variable(name: str) -> str | None:
    """A variable of the environment, or None."""

class Updater:
    """Updates of parameters by a gradient that is given."""

    def __init__(self, plan: PlanDescription) -> None: ...
    def step(
        self,
        parameters: Array,
        optimizer_state: Array,
        gradient: Array,
        update: int,
        learning_rate: float,
        weight: float,
        threads: int = 1,
    ) -> tuple[float, float]:
        """Write to all three arrays; update counts from 1, weight is the batch's. Returns the
        penalties and the gradient's norm before clipping.
        """

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
