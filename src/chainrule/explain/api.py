"""The questions that can be asked."""

from collections.abc import Sequence
from typing import Any

from ..backprop import output_gradients
from ..errors import InvalidValueError, require_integer
from ..losses import Loss
from ..optimizers import Optimizer
from ..plan import State
from ..subject import Penalties, subject_of
from ..typing import Array
from .adapters import Rows, in_place, rows_of
from .batch import BatchExplanation, derive_batch
from .columns import ColumnExplanation, Method, derive_columns
from .derivation.derive import derive
from .derivation.weights import WeightRef
from .explanation import Explanation
from .prediction import PredictionExplanation, derive_prediction
from .ranking import GradientRanking, derive_ranking


def explain(
    network: Any,
    parameters: Any = None,
    x: Any = None,
    y: Any = None,
    *,
    weight: str,
    loss: Loss | str | None = None,
    penalties: Penalties = (),
    sample_weight: Any = None,
    row: int | None = None,
    paths: int = 5,
    optimizer: Optimizer | str | None = None,
    state: State | None = None,
    labels: Sequence[str] = (),
) -> Explanation:
    """The derivative of the loss by one weight, factor by factor, with its numbers.

    Everything is computed in float64, as at evaluation: dropout drops nothing, batch normalisation
    uses its running statistics.

    Parameters
    ----------
    network : Network, Objective, TrainingResult, Pipeline or estimator
        What is explained: whatever has a method ``subject()``, such as a result, a pipeline or an
        estimator (or a scikit-learn pipeline that ends in one), brings its own parameters, loss and
        penalties: then x and y may follow at once, as in ``explain(result, x, y, weight="w1")``.
    parameters : Parameters, State, mapping or vector, optional
        The numbers of a `Network` or an `Objective`; elsewhere in place of the model's own.
    x : array_like, shape (n_in,) or (n, n_in)
        The row, or several of which `row` names one. For a pipeline, whatever `read_table` takes.
    y : array_like, shape (n_out,) or (n, n_out)
        The targets; for a classifier, the labels. A pipeline finds them in the table.
    weight : str
        ``layers[0].W[0, 1]``, ``h2.w1``, or ``w3`` in the numbering of a small network.
    loss : Loss or str, optional
        Needed for a network; elsewhere it takes the place of the model's own.
    penalties : Penalty or sequence of penalties, default ()
        In place of the model's own.
    sample_weight : float or array_like, shape (n,), optional
        What each row counts.
    row : int, optional
        Which row, from 0.
    paths : int, default 5
        How many of the largest paths are kept.
    optimizer : Optimizer or str, optional
        Whose step is shown; by default the one of the training, else ``sgd``, and then from a
        fresh state.
    state : State, optional
        The optimizer's memory.
    labels : sequence of str, default ()
        What the rows are called; by default x[0], x[1], ...

    Raises
    ------
    UnknownNameError
        If nothing has the weight's name, or it names a whole array.
    NotFittedError
        If there are no parameters.
    ShapeError, DataError, InvalidValueError, InvalidTypeError
        If the rows do not fit, or the one named does not exist.

    Examples
    --------
    >>> import chainrule as cr
    >>> network = cr.Network([cr.Dense(2, 2, "sigmoid"), cr.Dense(2, 1, "sigmoid")])
    >>> ones = {"layers[0].W": 1, "layers[0].b": 0, "layers[1].W": 1, "layers[1].b": 0}
    >>> explained = explain(network, ones, [-2, -1], 1, loss="mean_squared_error", weight="w1")
    >>> [round(factor.value, 6) for factor in explained.factors]
    [-0.95261, 0.249439, 1.0, 0.045177, -2.0]
    >>> round(explained.derivative, 6)
    0.02147
    """
    require_integer("paths", paths, at_least=1)
    parameters, x, y = in_place(network, parameters, x, y)
    subject = subject_of(network, parameters, loss, penalties)
    ref = WeightRef.find(subject.network.layout, weight)
    rows = rows_of(subject, x, y, row=row, sample_weight=sample_weight, labels=labels)
    _only_one(rows)
    return derive(subject, rows, ref, n_paths=paths, optimizer=optimizer, state=state)


def explain_batch(
    network: Any,
    parameters: Any = None,
    x: Any = None,
    y: Any = None,
    *,
    weight: str,
    loss: Loss | str | None = None,
    penalties: Penalties = (),
    sample_weight: Any = None,
    labels: Sequence[str] = (),
) -> BatchExplanation:
    """What each row of a batch adds to the derivative by one weight, the largest share first.

    The shares and the penalties' terms sum to the gradient of training (of evaluation, where a
    layer does something else in training): a flat activation shows as a product near 0, and one
    row that drives the update stands at the top. Parameters and errors are those of `explain`.

    Examples
    --------
    >>> import chainrule as cr
    >>> network = cr.Network([cr.Dense(1, 1, "sigmoid")])
    >>> zeros = {"layers[0].W": 0, "layers[0].b": 0}
    >>> explained = explain_batch(
    ...     network, zeros, [[1.0], [3.0]], [0, 1], loss="mean_squared_error", weight="w1"
    ... )
    >>> [(sample.label, sample.share) for sample in explained.samples]
    [('x[1]', -0.375), ('x[0]', 0.125)]
    """
    parameters, x, y = in_place(network, parameters, x, y)
    subject = subject_of(network, parameters, loss, penalties)
    ref = WeightRef.find(subject.network.layout, weight)
    rows = rows_of(subject, x, y, sample_weight=sample_weight, labels=labels)
    return derive_batch(subject, rows, ref)


def explain_prediction(
    network: Any,
    parameters: Any = None,
    x: Any = None,
    *,
    row: int | None = None,
    labels: Sequence[str] = (),
) -> PredictionExplanation:
    """How one row becomes a prediction: z, a and every contribution, and d output / d input.

    Parameters and errors are those of `explain`; no loss and no target are needed.

    Examples
    --------
    >>> import chainrule as cr
    >>> network = cr.Network([cr.Dense(2, 1, "sigmoid")])
    >>> explained = explain_prediction(network, {"layers[0].W": [[0], [1]], "b1": 4}, [2, 3])
    >>> explained.layers[0].contributions[:, 0].tolist(), explained.outputs[0].value
    ([0.0, 3.0], 0.9990889488055994)
    """
    parameters, x, _ = in_place(network, parameters, x, None)
    subject = subject_of(network, parameters)
    rows = rows_of(subject, x, row=row, labels=labels, with_targets=False)
    _only_one(rows)
    return derive_prediction(subject, rows)


def explain_columns(
    network: Any,
    parameters: Any = None,
    x: Any = None,
    *,
    row: int | None = None,
    output: int | str | None = None,
    method: Method = "integrated_gradients",
    background: Any = None,
    n_permutations: int = 200,
    seed: int = 0,
    labels: Sequence[str] = (),
) -> ColumnExplanation:
    r"""What each column of a row adds to an output: baseline + contributions = output.

    The baseline is the output where each input has its mean. Integrated gradients give input i
    :math:`(x_i - b_i) \int_0^1 \partial f / \partial x_i (b + t (x - b))\, dt`; Shapley values are
    what a column adds when it joins the others in random order, on average. A column of a table has
    several inputs, whose contributions are added. Values are in the target's own unit; of classes
    they are probabilities.

    Parameters
    ----------
    network, parameters, x, row, labels
        As in `explain_prediction`.
    output : int or str, optional
        Which output: its place from 0, or the label of its class; by default the largest.
    method : {"integrated_gradients", "shapley"}, default "integrated_gradients"
        The first is exact but for its quadrature and asks for about a hundred gradients; the second
        is sampled, and needs no derivative.
    background : array_like or table, optional
        The rows whose means are the baseline; by default those learned from, where the model knows
        them: pipelines and the estimators for tables do.
    n_permutations : int, default 200
        Orders of the columns that Shapley values are sampled with, at least 4, in pairs.
    seed : int, default 0
        What decides them.

    Raises
    ------
    InvalidValueError
        If the means are not known, or there is no such output, method or row.
    NotFittedError, ShapeError, DataError, InvalidTypeError
        As `explain`.

    References
    ----------
    Sundararajan, Taly & Yan 2017, "Axiomatic attribution for deep networks"; Castro, Gomez & Tejada
    2009, "Polynomial calculation of the Shapley value based on sampling".

    Examples
    --------
    >>> import chainrule as cr
    >>> network = cr.Network([cr.Dense(2, 1)])
    >>> found = explain_columns(
    ...     network, {"layers[0].W": [[1], [10]], "b1": 0}, [3, 2], background=[[1, 1], [3, 1]]
    ... )
    >>> found.baseline, [(c.column, round(c.value, 9)) for c in found.contributions], found.output
    (12.0, [('x2', 10.0), ('x1', 1.0)], 23.0)
    """
    parameters, x, _ = in_place(network, parameters, x, None)
    subject = subject_of(network, parameters)
    rows = rows_of(subject, x, row=row, labels=labels, with_targets=False)
    _only_one(rows)
    return derive_columns(
        subject,
        rows,
        output=output,
        method=method,
        background=background,
        n_permutations=n_permutations,
        seed=seed,
    )


def input_gradient(network: Any, parameters: Any = None, x: Any = None) -> Array:
    """How each output changes with each input of the network, at every row: d output / d input.

    Everything is computed in float64, as at evaluation; for a table the inputs are those that it
    is encoded as. One row's numbers are the `sensitivities` of `explain_prediction`.

    Parameters
    ----------
    network, parameters
        As in `explain`; ``input_gradient(result, X)`` for whatever is fitted.
    x : array_like, shape (n, n_in), or a table
        The rows.

    Returns
    -------
    gradient : ndarray, shape (n, n_in), or (n, n_out, n_in) where there are several outputs

    Raises
    ------
    NotFittedError, ShapeError, DataError, InvalidTypeError
        As `explain`.

    Examples
    --------
    >>> import chainrule as cr
    >>> network = cr.Network([cr.Dense(2, 1)])
    >>> input_gradient(network, {"layers[0].W": [[3], [4]], "b1": 0}, [[1, 0], [0, 1]]).tolist()
    [[3.0, 4.0], [3.0, 4.0]]
    """
    parameters, x, _ = in_place(network, parameters, x, None)
    subject = subject_of(network, parameters)
    rows = rows_of(subject, x, with_targets=False)
    gradients = output_gradients(subject.network, subject.parameters, rows.X)
    return gradients[:, 0] if gradients.shape[1] == 1 else gradients


def largest_gradients(
    network: Any,
    parameters: Any = None,
    x: Any = None,
    y: Any = None,
    *,
    top: int = 10,
    loss: Loss | str | None = None,
    penalties: Penalties = (),
    sample_weight: Any = None,
    row: int | None = None,
    labels: Sequence[str] = (),
) -> GradientRanking:
    """The weights with the largest derivatives on the given rows, the largest first.

    Parameters
    ----------
    top : int, default 10
        How many weights.
    **others
        As in `explain`; several rows without `row` are taken as a batch.

    Examples
    --------
    >>> import chainrule as cr
    >>> network = cr.Network([cr.Dense(2, 1)])
    >>> found = largest_gradients(
    ...     network, {"layers[0].W": [[1], [1]], "b1": 0}, [5, 2], 1,
    ...     loss="mean_squared_error", top=2,
    ... )
    >>> [(item.weight.symbol.text, item.derivative) for item in found.items]
    [('w1', 60.0), ('w2', 24.0)]
    """
    require_integer("top", top, at_least=1)
    parameters, x, y = in_place(network, parameters, x, y)
    subject = subject_of(network, parameters, loss, penalties)
    rows = rows_of(subject, x, y, row=row, sample_weight=sample_weight, labels=labels)
    return derive_ranking(subject, rows, top)


def _only_one(rows: Rows) -> None:
    if len(rows.X) != 1:
        raise InvalidValueError(
            f"x has {len(rows.X)} rows; name one with row=0, or ask explain_batch about all of them"
        )
