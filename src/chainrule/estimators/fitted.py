"""What can be asked of a fitted network."""

from abc import abstractmethod
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from sklearn import get_config
from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
    is_classifier,
)
from sklearn.utils.validation import check_is_fitted

from ..backprop import output_gradients
from ..engines.chunked import ChunkedEngine
from ..errors import require, require_integer
from ..network import Network
from ..parameters import Parameters
from ..plan import Plan, State
from ..plan.data import is_sparse
from ..subject import Subject, not_fitted
from ..training import History, TrainingResult
from ..typing import Array
from ._compat import ParameterError, naming
from .initial import dense_layers, join
from .inputs import array_of, check_X, is_frame, is_plain
from .outputs import Outputs
from .reader import EstimatorReader

if TYPE_CHECKING:
    from ..diagnose import Diagnosis
    from ..explain import Explanation

_DENSE = 2**27
"""Numbers of a sparse matrix that may become dense at once: 1 GB."""


class Fitted(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """A network with its weights: outputs, activations, derivatives, explanations."""

    coefs_: list[Array]
    intercepts_: list[Array]
    n_layers_: int
    n_outputs_: int
    network_: Network
    history_: History
    engine_: str
    stopped_: str
    _plan: Plan
    _state: State
    _engine_reason: str
    _diverged: bool
    _outputs: Outputs

    @abstractmethod
    def _encode_more(self, y: Any, n: int, name: str, rows: str) -> tuple[Any, Array]:
        """Checked labels and targets of n more rows, and what messages call both."""

    def _rows(self, X: Any) -> Any:
        """X, checked; what the checks would leave as it is passes at once."""
        fitted = self.__dict__
        if (
            "_outputs" in fitted
            and "feature_names_in_" not in fitted
            and is_plain(X, fitted["n_features_in_"])
        ):
            return X
        check_is_fitted(self)
        return check_X(self, X)

    def _output(self, X: Any) -> Array:
        """The network's outputs, shape (n, n_outputs)."""
        X = self._rows(X)
        return self._outputs(self, X)

    @property
    def parameters_(self) -> Parameters:
        """A copy of all weights, as chainrule's own functions take them."""
        check_is_fitted(self)
        return join(self.network_, self.coefs_, self.intercepts_)

    @property
    def result_(self) -> TrainingResult:
        """The fit as `chainrule.train` gives it, for chainrule's own functions."""
        return TrainingResult(
            self.parameters_,
            self.history_,
            self._state,
            self._plan,
            self.engine_,
            self._engine_reason,
            self.stopped_,
            self._diverged,
            self._outputs.backend(),
        )

    def subject(self) -> Subject:
        """The fitted network with its labels and columns, as explanations and plots see it."""
        if "_outputs" not in vars(self):
            raise not_fitted(self)
        found = self.result_.subject()
        return replace(found, reader=EstimatorReader(self, found.network.n_out))

    @property
    def _n_features_out(self) -> int:
        return int(self.coefs_[-1].shape[0])

    def transform(self, X: Any, layer: int = -2) -> Array:
        """The activations of a layer, for the rows of X.

        Parameters
        ----------
        X : array_like, sparse matrix or data frame, shape (n, n_features)
        layer : int, default -2
            Which layer, counted as in ``n_layers_``: 0 is the input itself, 1 the first hidden
            one, -1 the output. The default is the layer before the output; `get_feature_names_out`
            names its units, and ``set_output`` makes frames of it, but not of other layers.

        Returns
        -------
        a : ndarray, shape (n, n_units)
        """
        X = self._rows(X)
        n = self.n_layers_
        require_integer("layer", layer, at_least=-n)
        require(layer < n, "layer", layer, f"be < {n}, the number of layers with the input")
        if layer % n != n - 2 and _makes_frames(self):
            raise ParameterError(
                f"layer (={layer}) has no names for the columns of a frame: get_feature_names_out "
                "names the layer before the output; call set_output(transform='default') first"
            )
        if layer % n == 0:
            return cast(Array, X)
        last = dense_layers(self.network_)[layer % n - 1]
        part = Network(self.network_.layers[: last + 1])
        parameters = Parameters(part.layout, self.parameters_.vector[: part.layout.size])
        engine = ChunkedEngine(self._outputs.backend())
        return engine.predictor(part, parameters)(X.astype(parameters.vector.dtype, copy=False))

    def input_gradient(self, X: Any) -> Array:
        """How each output changes with each input: d output / d input, at the rows of X.

        Parameters
        ----------
        X : array_like, sparse matrix or data frame, shape (n, n_features)

        Returns
        -------
        gradient : ndarray, shape (n, n_features), or (n, n_outputs, n_features)
            Of the prediction of a regressor, or of the probability of each class; a classifier
            with two classes has one output, the probability of ``classes_[1]``.
        """
        X = self._rows(X)
        network, parameters = self.network_, self.parameters_
        X = X.astype(parameters.vector.dtype, copy=False)
        gradients = output_gradients(network, parameters, X)
        return gradients[:, 0] if network.n_out == 1 else gradients

    def explain(self, x: Any, y: Any, *, weight: str, **more: Any) -> "Explanation":
        """The derivative of one row's loss by one weight, factor by factor, with its numbers.

        Parameters
        ----------
        x : array_like, series, sparse matrix or data frame, shape (n_features,) or (n, n_features)
            The row, or several of which ``row=`` names one.
        y : label or number, or n of them
            Its target, as `fit` takes it; several outputs in a list.
        weight : str
            ``layers[0].W[0, 1]``, ``h2.w1`` or ``w3``.
        **more
            As for `chainrule.explain`.

        Returns
        -------
        Explanation
        """
        from ..explain import explain

        check_is_fitted(self)
        X = self._explained(x)
        with naming("y"):
            y = np.asarray(y)
        y = y.reshape(1, -1) if len(X) == 1 and y.ndim < 2 else y
        y, Y = self._encode_more(y, len(X), "y", "x")
        told = y if is_classifier(self) and self.n_outputs_ == 1 else Y
        return explain(self, x=X, y=told, weight=weight, **more)

    def _explained(self, x: Any) -> Array:
        """Rows to be explained, dense; an array may leave out the names of its columns."""
        if is_frame(x):
            return cast(Array, check_X(self, x, name="x"))
        if hasattr(x, "to_frame") and hasattr(x, "index"):  # a row of a pandas frame
            return cast(Array, check_X(self, x.to_frame().T, name="x"))
        nameless = copy(self)
        nameless.__dict__.pop("feature_names_in_", None)
        x = x.toarray() if is_sparse(x) else array_of("x", x)
        return cast(Array, check_X(nameless, x[None] if x.ndim == 1 else x, name="x"))

    def diagnose(self, X: Any, y: Any, *, stability: bool = True) -> "Diagnosis":
        """What keeps the network from learning: dead units, saturation, stability, and more.

        Parameters
        ----------
        X, y
            Rows and targets, as `fit` takes them; a sparse X becomes dense.
        stability : bool, default True
            Whether to compute the curvature, which takes up to 200 gradients.

        Returns
        -------
        Diagnosis
        """
        from ..diagnose import diagnose

        check_is_fitted(self)
        X = check_X(self, X)
        if is_sparse(X):
            n, columns = X.shape
            require(
                n * columns <= _DENSE,
                "X.shape",
                X.shape,
                f"have at most {_DENSE} numbers, which become dense; take some of the rows",
            )
            X = X.toarray()
        _, Y = self._encode_more(y, len(X), "y", "X")
        return diagnose(self.result_, X, Y, stability=stability)


def _makes_frames(estimator: Any) -> bool:
    """Whether `set_output` or scikit-learn's configuration asks for frames."""
    own = getattr(estimator, "_sklearn_output_config", {}).get("transform")
    return bool((own or get_config()["transform_output"]) != "default")
