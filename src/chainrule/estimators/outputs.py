"""The outputs of a fitted network, packed once for many calls."""

from collections.abc import Callable
from operator import is_
from typing import Any, final

import numpy as np

from ..engines import Engine, installed_engine
from ..engines.chunked import ChunkedEngine
from ..network import Network
from ..plan.data import is_sparse
from ..typing import Array
from .initial import join


@final
class Outputs:
    """A function from weights and checked rows to the network's outputs.

    The weights are packed for the engine when they are first seen; an array that was put in the
    place of another one is noticed at the next call, and kept as a copy that nobody can write to.
    """

    def __init__(self, network: Network, engine: str, threads: int | None) -> None:
        self.network, self.engine, self.threads = network, engine, threads
        self._forget()

    def _forget(self) -> None:
        self._arrays: tuple[Array, ...] = ()
        self._dense: Callable[[Array], Array] | None = None
        self._sparse: Callable[[Array], Array] | None = None

    def __call__(self, owner: Any, X: Any) -> Array:
        """The outputs, shape (n, n_out), for rows of shape (n, n_in), dense or CSR."""
        arrays = (*owner.coefs_, *owner.intercepts_)
        if len(arrays) != len(self._arrays) or not all(map(is_, arrays, self._arrays)):
            self._forget()
            owner.coefs_ = [_locked(W) for W in owner.coefs_]
            owner.intercepts_ = [_locked(b) for b in owner.intercepts_]
            self._arrays = (*owner.coefs_, *owner.intercepts_)
        if is_sparse(X):
            predict = self._sparse
            if predict is None:
                predict = self._sparse = self._pack(owner, ChunkedEngine(self.backend()))
            return predict(X.astype(self._arrays[0].dtype, copy=False))
        predict = self._dense
        if predict is None:
            predict = self._dense = self._pack(owner, self.backend())
        dtype = self._arrays[0].dtype
        return predict(X if X.dtype == dtype else X.astype(dtype))

    def backend(self) -> Engine:
        """The engine that predicts."""
        return installed_engine(self.engine, self.threads)

    def _pack(self, owner: Any, engine: Engine) -> Callable[[Array], Array]:
        return engine.predictor(self.network, join(self.network, owner.coefs_, owner.intercepts_))

    def __getstate__(self) -> dict[str, Any]:
        return {"network": self.network, "engine": self.engine, "threads": self.threads}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._forget()


def _locked(array: Any) -> Array:
    """An array that cannot be written to: itself, or a copy."""
    array = np.asarray(array)
    if array.flags.writeable:
        array = array.copy()
        array.flags.writeable = False
    return array
