"""The parts of the docstrings that a classifier and a regressor share."""

from typing import TypeVar

_PARAMETERS = """\
solver : {"adam", "sgd", "lbfgs"}, name or Optimizer, default "adam"
        "adam" (the epsilon-hat form) and "sgd" (its velocity contains the learning rate) are
        scikit-learn's; "lbfgs" sees all rows at once and suits small tables. Other names
        (``rmsprop``, ``nadam``, ...) take ``learning_rate_init``; an object is taken as it is.
    alpha : float, default 0.0001
        Strength of the L2 penalty alpha / 2 * sum w^2, divided by the sum of the batch's sample
        weights. Biases are free.
    batch_size : int, "auto" or "full", default "auto"
        Rows of one update; "auto" is min(200, n), "full" is n.
    learning_rate : {"constant", "invscaling", "adaptive"}, name or Schedule, default "constant"
        "invscaling" and "adaptive" are for ``solver="sgd"``. "invscaling" multiplies the rate by
        (samples seen + 1)^-power_t before each epoch. "adaptive" divides it by 5 where the fit
        would otherwise have stopped, until it is at most 1e-6. Names of other schedules
        (``cosine``, ...) and objects work with every stochastic solver.
    learning_rate_init : float, default 0.001
        The learning rate; > 0.
    power_t : float, default 0.5
        The exponent of "invscaling"; >= 0.
    max_iter : int, default 200
        Epochs at most; for "lbfgs", iterations.
    shuffle : bool, default True
        Whether each epoch takes the rows in a new order.
    random_state : int, RandomState or None, default None
        Decides the first weights, the split for early stopping and the orders. The same number
        gives scikit-learn's first weights and split; the orders are chainrule's own.
    tol : float, default 1e-4
        What the loss must fall by, or the score rise by, to count as better. For "lbfgs", the
        largest component of the gradient at which it stops.
    verbose : bool or int, default False
        Whether each epoch is printed to stdout.
    warm_start : bool, default False
        Whether `fit` starts from the weights of the fit before it.
    momentum : float, default 0.9
        What "sgd" keeps of its last step; in [0, 1).
    nesterovs_momentum : bool, default True
        Whether the momentum of "sgd" looks ahead.
    early_stopping : bool, default False
        Whether to hold out a part of the rows (or to take ``X_val``), to stop once their score
        has not risen for a while, and to keep the best weights.
    validation_fraction : float, default 0.1
        The part that is held out; in [0, 1).
    beta_1, beta_2 : float, default 0.9 and 0.999
        What "adam" keeps of its averages; in [0, 1).
    epsilon : float, default 1e-8
        Keeps the division of "adam" finite; > 0.
    n_iter_no_change : int, default 10
        Epochs in a row that may not be better; ``numpy.inf`` never stops early.
    max_fun : int, default 15000
        Evaluations of the loss at most, for "lbfgs".
    scoring : str, callable, "loss" or None, default None
        What early stopping looks at: any scikit-learn scorer, or the loss of the validation rows.
        The names of chainrule's metrics mean the same; "log_loss" is "neg_log_loss" there. None is
        the accuracy of a classifier, the R2 of a regressor.
    dropout : float or sequence, default 0
        The share of each hidden layer's units that is dropped in training, for all layers or for
        each.
    l1 : float, default 0
        Strength of the L1 penalty l1 * sum abs(w), divided as alpha is.
    weight_decay : float, default 0
        Decoupled weight decay (Loshchilov & Hutter 2019), for stochastic solvers.
    callbacks : callable or sequence, default ()
        Called with a `chainrule.Progress` after every epoch; the fit ends when one returns True.
    progress : bool, default False
        Whether to show a progress bar on stderr, in a terminal or a notebook.
    threads : int or None, default None
        The largest number of threads.
    engine : {"auto", "compiled", "reference"}, default "auto"
        Who computes."""

_ATTRIBUTES = """\
coefs_, intercepts_ : list of ndarray
        Weights (n_in, n_out) and biases of each layer. The arrays cannot be written to, since a
        packed copy predicts; put another array in the list to change a layer.
    n_iter_, t_ : int
        Epochs of the last fit, and samples seen in all of them.
    loss_, best_loss_ : float
        The last and the lowest loss; best_loss_ is None with early stopping.
    loss_curve_ : list of float
        The loss of each epoch, each batch's taken before its update.
    validation_scores_, validation_loss_curve_ : list of float or None
        Score and loss (without penalties) of the validation rows after each epoch.
    best_validation_score_ : float or None
    history_ : chainrule.History
        All curves: losses as they are minimised, norms of gradients, learning rates, seconds.
    network_, parameters_ : chainrule.Network, chainrule.Parameters
        What was fitted, for chainrule's own functions.
    result_ : chainrule.TrainingResult
        The whole fit, as `chainrule.train` gives it.
    engine_, stopped_ : str
        Which engine ran, and why the fit ended.
    n_features_in_, feature_names_in_, n_layers_, n_outputs_, out_activation_
        As in scikit-learn."""

_TABLE_PARAMETERS = """\
preset : {"auto", "best", "plain"}, default "auto"
        What decides all that is None below: "auto" is RealMLP's simplified recipe within a budget
        of updates, "best" the mean of several such networks, "plain" an ordinary multilayer
        perceptron. `chainrule.tables.Pipeline.fit` says what each preset takes.
    hidden : sequence of int, optional
        Units of the hidden layers; () for a linear model.
    activation : str, optional
        Of the hidden layers.
    epochs : int, optional
        The largest number of passes over the rows.
    batch_size : int, "auto" or "full", optional
        Rows of one update.
    optimizer : str or Optimizer, optional
    learning_rate : float, optional
        Replaces the optimizer's own.
    schedule : str or Schedule, optional
        How the learning rate changes.
    penalties : Penalty, sequence of penalties or "auto", optional
        `L1` and `L2` on the weights; () for none. "auto" is `L2` with the strength
        min(0.001, 3 / n_rows).
    <of classes>scale_factor : float, optional
        The learning rate factor of a factor for each input; 0 for none.
    parametrization : {"standard", "ntk"}, optional
        "ntk" multiplies the learning rate of each layer by 1 / sqrt(n_in).
    embedding : int, optional
        Outputs of a `PeriodicEmbedding` for each number; 0 for none.
    validation_fraction : float, optional
        The share of rows held out to see when to stop, in [0, 1), where there are no folds; 0
        learns from all rows for all epochs.
    folds : int, optional
        In how many parts the rows are cut, of which each is held out once; 0 for none.
    ensemble : bool, default False
        Whether the networks of all folds are kept and averaged, in the place of those that are
        fitted to all rows.
    refit : bool, optional
        Whether the rows held out are learned from in the end, for as many epochs as were best.
    members : int, optional
        How many networks are trained in the end, of which the mean predicts.
    patience : int, optional
        Epochs without improvement until it stops.
    metric : str or None, default None
        What decides which epoch is best; None is the validation loss.
    time_limit : float, optional
        Seconds that training may take.
    numbers, categories, texts, drop : sequence of str, default ()
        Columns to take as numbers, as categories, as texts or not at all, whatever they look like;
        the columns of an array are called x0, x1, ... Texts are learned from by their runs of
        characters, hashed; by default a column of mostly different texts is left out.
    ordered : mapping, optional
        From columns to their levels in ascending order. Ordered categories of a data frame are
        such without it, unless they are in `categories`.
    decimal : {".", ","}, optional
        The decimal mark of numbers in texts. By default it is found, and where 1.234 may be 1234
        the other columns decide.
    dates : {"ymd", "dmy", "mdy"}, optional
        The order of day and month in texts that are dates; by default it is found.
    engine : {"auto", "compiled", "reference"}, default "auto"
        Who computes.
    threads : int or None, default None
        The largest number of threads.
    callbacks : callable or sequence, default ()
        Called with a `chainrule.Progress` after every epoch; the fit ends when one returns True.
    random_state : int, RandomState or None, default None
        Decides the rows held out, the first weights and the batches; a number is the ``seed`` of
        `Pipeline.fit`."""

_OF_CLASSES = """\
label_smoothing : float, optional
        How far labels are moved towards equal shares.
    calibrate : bool, optional
        Whether rows held out decide a temperature for the probabilities.
    """

_TABLE_ATTRIBUTES = """\
pipeline_ : chainrule.tables.Pipeline
        What was learned, from the table's columns to predictions; `chainrule.save_model` writes
        it to a file. It takes the columns of a table in any order, and ignores others.
    n_iter_ : int
        Epochs of the fit.
    loss_curve_ : list of float
        The loss of each epoch, each batch's taken before its update.
    validation_loss_curve_ : list of float or None
        The loss of the rows held out, after each epoch; None if there were none.
    n_features_in_ : int
        Columns of the table.
    feature_names_in_ : ndarray of str
        Their names, if they all had one."""

T = TypeVar("T", bound=type)


def documented(cls: T) -> T:
    """Put the parts that the networks share into a class's docstring."""
    return _with_parts(cls, _PARAMETERS, _ATTRIBUTES)


def documented_for_tables(cls: T) -> T:
    """Put the parts that the estimators for tables share into a class's docstring."""
    of_classes = _OF_CLASSES if "class_weight" in (cls.__doc__ or "") else ""
    parameters = _TABLE_PARAMETERS.replace("<of classes>", of_classes)
    return _with_parts(cls, parameters, _TABLE_ATTRIBUTES)


def _with_parts(cls: T, parameters: str, attributes: str) -> T:
    assert cls.__doc__ is not None
    doc = cls.__doc__.replace("<parameters>", parameters).replace("<attributes>", attributes)
    cls.__doc__ = doc
    return cls
