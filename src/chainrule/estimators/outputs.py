"""The outputs of a fitted network, packed once for many calls."""

from collections.abc import Callable, Sequence
from operator import is_
from typing import Any, final

from ..engines import Engine, ReferenceEngine, compiled_engine
from ..network import Network
from ..plan.data import is_sparse
from ..training.parts import PartsEngine
from ..typing import Array
from .initial import join


@final
class Outputs:
    """A function from weights and checked rows to the network's outputs.

    The weights are packed for the engine when they are first seen; an array that was put in the
    place of another one is noticed at the next call.
    """

    def __init__(self, network: Network, engine: str, threads: int | None) -> None:
        self.network, self.engine, self.threads = network, engine, threads
        self._arrays: tuple[Array, ...] = ()
        self._predict: Callable[[Array], Array] | None = None

    def __call__(self, coefs: Sequence[Array], intercepts: Sequence[Array], X: Any) -> Array:
        """The outputs, shape (n, n_out), for rows of shape (n, n_in), dense or CSR."""
        arrays = (*coefs, *intercepts)
        predict = self._predict
        if (
            predict is None
            or len(arrays) != len(self._arrays)
            or not all(map(is_, arrays, self._arrays))
        ):
            predict = self._pack(coefs, intercepts)
        if is_sparse(X):
            parameters = join(self.network, coefs, intercepts)
            return PartsEngine(self.backend()).predictor(self.network, parameters)(X)
        dtype = coefs[0].dtype
        return predict(X if X.dtype == dtype else X.astype(dtype))

    def backend(self) -> Engine:
        """The engine that predicts."""
        engine = compiled_engine(self.threads)[0] if self.engine == "compiled" else None
        return engine or ReferenceEngine()

    def _pack(
        self, coefs: Sequence[Array], intercepts: Sequence[Array]
    ) -> Callable[[Array], Array]:
        parameters = join(self.network, coefs, intercepts)
        self._predict = self.backend().predictor(self.network, parameters)
        self._arrays = (*coefs, *intercepts)
        return self._predict

    def __getstate__(self) -> dict[str, Any]:
        return {"network": self.network, "engine": self.engine, "threads": self.threads}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _arrays=(), _predict=None)
