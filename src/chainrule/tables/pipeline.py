"""The object that takes a table to predictions."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ..errors import InvalidValueError, TrainingInterrupted, shown
from ..network import Network
from ..optimizers import Optimizer
from ..parameters import Parameters
from ..penalties import Penalty
from ..schedules import Schedule
from ..training import Callback, TrainingResult, TrainingResults
from ..typing import Array, ArrayLike
from .checkpointing import begun_seed
from .dates import Order
from .deadline import left_of, now
from .encoder import Encoder
from .fitting import choose_metric, summarise, target_of
from .given_levels import Ordered
from .learning import Learning
from .numerals import Decimal
from .predicting import Predicting
from .presets import MOST_MEMBERS, Preset, folds_for
from .recipe import Parametrization, choose_recipe
from .run import HeldOutRows, Learned, Run
from .scanned import prepared
from .schema import Schema
from .target_group import Targets
from .training_set import TaskChoice, TrainingSet


@dataclass(repr=False)
class Pipeline(Predicting):
    """Everything that a prediction needs; from `Pipeline.fit` or `chainrule.models.load_model`.

    Attributes
    ----------
    schema : Schema
        What the columns hold.
    encoder : Encoder
        From columns to inputs.
    target : ClassTarget, NumericTarget or TargetGroup
        From the target columns to the network's targets, and from outputs to predictions.
    network : Network
    parameters : Parameters
    summary : dict
        How the fit went, as plain data: seed, epochs, losses, rows, engine, date.
    result : TrainingResult or None
        The fit itself, with its history; None after loading. Of several members the first one's.
    others : tuple of Parameters
        Of the other members of an ensemble: its outputs are the means of all.
    residuals : ndarray or None
        Of a regression the absolute errors, in ascending order, of rows that were held out.
    held_out : HeldOutRows or None
        Of one target of classes what was predicted for the rows held out, for
        `chainrule.evaluation.mislabelled_rows`; None after loading.
    """

    schema: Schema
    encoder: Encoder
    target: Targets
    network: Network
    parameters: Parameters
    summary: dict[str, Any] = field(default_factory=dict)
    result: TrainingResult | None = None
    others: tuple[Parameters, ...] = ()
    residuals: Array | None = None
    held_out: HeldOutRows | None = None

    @staticmethod
    def fit(
        frame: Any,
        target: str | Sequence[str],
        *,
        task: TaskChoice = None,
        numbers: Iterable[str] = (),
        categories: Iterable[str] = (),
        texts: Iterable[str] = (),
        ordered: Ordered = None,
        drop: Iterable[str] = (),
        weight: str | None = None,
        sample_weight: ArrayLike | None = None,
        decimal: Decimal | None = None,
        dates: Order | None = None,
        preset: Preset = "auto",
        hidden: Sequence[int] | None = None,
        activation: str | None = None,
        epochs: int | None = None,
        batch_size: int | Literal["auto", "full"] | None = None,
        optimizer: str | Optimizer | None = None,
        learning_rate: float | None = None,
        schedule: str | Schedule | None = None,
        penalties: Penalty | str | Sequence[Penalty | str] | None = None,
        label_smoothing: float | None = None,
        scale_factor: float | None = None,
        parametrization: Parametrization | None = None,
        embedding: int | None = None,
        calibrate: bool | None = None,
        class_weight: Any = None,
        seed: int | None = None,
        validation_fraction: float | None = None,
        folds: int | None = None,
        validation: Any = None,
        ensemble: bool = False,
        refit: bool | None = None,
        members: int | None = None,
        patience: int | None = None,
        metric: str | None = None,
        time_limit: float | None = None,
        engine: str = "auto",
        threads: int | None = None,
        train_many: Callable[..., TrainingResults] | None = None,
        callbacks: Sequence[Callback] = (),
        checkpoint: Any = None,
    ) -> "Pipeline":
        """Learn to predict one column of a table, or several, from the others.

        A preset decides how; whatever is given beside it is done as given. Some rows are held out,
        by classes where there are any, to see when to stop. Medians, quartiles and levels come from
        the rows learned from. Classification ends in a softmax with one output for each class and
        minimises the cross entropy; regression standardises the target and minimises the mean
        squared error. Several targets share one network and count the same; with classes among them
        the loss is `chainrule.tables.JointLoss`. Rows that have a value in every target are learned
        from.

        Parameters
        ----------
        frame : whatever `read_table` takes, or a `Scan`
        target : str or sequence of str
            The column to predict, or several.
        sample_weight : array_like, shape (n_rows,), optional
            What each row counts, in training and in what is held out; times `weight`.
        task, numbers, categories, texts, ordered, drop, weight, decimal, dates
            As in `Schema.fit`.
        preset : {"auto", "best", "plain"}, default "auto"
            "auto" is RealMLP's simplified recipe (Holzmüller, Grinsztajn & Steinwart 2024, Better
            by Default, TD-S) within a budget of updates; "best" is the mean of five such
            networks, whose numbers go through an embedding; "plain" is an ordinary multilayer
            perceptron. What each decides is listed under "Presets" in the docs, and below.
        hidden, activation : sequence of int and str, optional
            Units of the hidden layers, () for a linear model, and their activation. "plain":
            (64, 64), "relu". Else (128, 128, 128), "selu".
        epochs : int, optional
            The most epochs. "plain": 200. Else what comes to 2,500 updates, more from 10,000 rows
            on, within 4 to 256.
        batch_size : int, "auto" or "full", default "auto"
            Rows of one update; "auto" is a power of two, 32 to 256: about a hundredth of the rows
            in "plain", else a twentieth.
        optimizer, learning_rate : str or Optimizer, and float, optional
            "plain": Adam with 0.001. Else Adam with beta2 = 0.95 and 0.04 for classes, 0.07 for
            quantities. The rate replaces the optimizer's own.
        schedule : str or Schedule, optional
            "plain": constant. Else four cycles of `CosLog`, update by update.
        penalties : Penalty, sequence of penalties or "auto", optional
            `L1` and `L2` on the weights; () for none, as in all but "plain". "auto" is `L2` with
            the strength min(0.001, 3 / n_rows).
        label_smoothing : float, optional
            How far labels are moved towards equal shares. "plain": 0. Else 0.1 for one target of
            classes, and 0 where `metric` looks at probabilities.
        scale_factor : float, optional
            The learning rate factor of a factor for each input (`Scale`), 0 for none. "plain": 0,
            else 6.
        parametrization : {"standard", "ntk"}, optional
            "ntk" multiplies the learning rate of W by 1 / sqrt(n_in) and of b by 0.1, and starts
            the last layer at 0, as all but "plain" do.
        embedding : int, optional
            Outputs of a `PeriodicEmbedding` for each number, 0 for none: 4 in "best" (as RealMLP-TD
            has them), else 0.
        calibrate : bool, optional
            Whether the rows held out decide a temperature for the probabilities, which divides the
            last layer's parameters (Guo et al. 2017); not in "plain".
        class_weight : mapping, "balanced" or None
            What each label counts, in training and where it is seen when to stop; "balanced"
            makes all classes count the same in sum. Of several targets a row counts the product;
            a mapping is then from the targets' names to weights by label.
        seed : int, optional
            Decides the rows held out, initial parameters and batches.
        validation_fraction : float, optional
            The share of rows held out where there are no folds, in [0, 1); none for 0 or fewer than
            50 rows. "plain": 0.1, else 0.2.
        folds : int, optional
            In how many parts the rows are cut, of which each is held out once; 0 for none. 5 for
            fewer than 500 rows, but not in "plain".
        validation : whatever `read_table` takes, optional
            Rows of one's own, with the same columns, that say when to stop, in the place of some
            of the table or of folds.
        ensemble : bool, default False
            Whether the networks of all folds are kept and their outputs averaged, in the place of
            those that are fitted to all rows, for the epochs that were best over the folds.
        refit : bool, optional
            Whether the rows held out are learned from in the end: a network is trained on all rows,
            for as many epochs as were best. Where a schedule has cycles it ends with one of them.
            "best": True; "auto": True up to 100,000 rows. Not for rows of one's own. It leaves no
            checkpoint: what goes on from one begins it anew.
        members : int, optional
            How many networks are trained in the end, each with a seed of its own; predictions are
            the means of theirs. "best": 5, or with a time limit as many as end in it, 20 at most;
            else 1. The temperature and the intervals are those of the network that was judged.
        patience : int, optional
            Epochs without improvement until it stops: 20, and in all but "plain" at least half of
            all epochs. The first 200 updates (at most a quarter of the epochs) are not judged: what
            has hardly begun may look best by luck.
        metric : str, optional
            What decides which epoch is best; by default the validation loss. For a quantity it is
            measured in the target's own unit. Only for one target.
        time_limit : float, optional
            Seconds that the fit may take: epochs are planned to fit into it, by the time of some
            updates. An ensemble has as many members as it holds, at least one for each thread, at
            most 20; beyond the folds the rows are cut anew.
        train_many : callable, optional
            What trains folds and members in the place of `chainrule.train_many`, such as
            ``functools.partial(chainrule.cluster.train_many, client=client)``; with the same bits.
        engine, threads, callbacks, checkpoint
            As in `chainrule.train`. Folds leave no checkpoints: with one, "auto" has no folds.

        Raises
        ------
        DataError
            If the table cannot be learned from; the message says why.
        InvalidValueError
            If a parameter cannot be used, or the time limit is too short for one epoch.
        TrainingInterrupted
            On Ctrl-C; its ``result`` is the pipeline so far.

        Examples
        --------
        >>> from chainrule.tables import Pipeline
        >>> pipeline = Pipeline.fit("penguins", "species", epochs=20, seed=0)
        >>> pipeline.predict("penguins")[:2].tolist()
        ['Adelie', 'Adelie']
        """
        begun = now()
        training_set = prepared(
            frame, target, task=task, numbers=numbers, categories=categories, texts=texts,
            ordered=ordered, drop=drop, weight=weight, sample_weight=sample_weight,
            decimal=decimal, dates=dates,
            class_weight=class_weight, preset=preset, validation_fraction=validation_fraction,
            folds=folds_for(preset, checkpoint, folds), validation=validation,
            seed=begun_seed(checkpoint, seed),
        )  # fmt: skip
        return Pipeline.train(
            training_set,
            hidden=hidden, activation=activation, epochs=epochs, batch_size=batch_size,
            optimizer=optimizer, learning_rate=learning_rate, schedule=schedule,
            penalties=penalties, label_smoothing=label_smoothing, scale_factor=scale_factor,
            parametrization=parametrization, embedding=embedding, calibrate=calibrate, refit=refit,
            members=members, ensemble=ensemble, patience=patience, metric=metric,
            time_limit=left_of(time_limit, begun), engine=engine, threads=threads,
            train_many=train_many, callbacks=callbacks, checkpoint=checkpoint,
        )  # fmt: skip

    @staticmethod
    def train(
        training_set: TrainingSet,
        *,
        hidden: Sequence[int] | None = None,
        activation: str | None = None,
        epochs: int | None = None,
        batch_size: int | Literal["auto", "full"] | None = None,
        optimizer: str | Optimizer | None = None,
        learning_rate: float | None = None,
        schedule: str | Schedule | None = None,
        penalties: Penalty | str | Sequence[Penalty | str] | None = None,
        label_smoothing: float | None = None,
        scale_factor: float | None = None,
        parametrization: Parametrization | None = None,
        embedding: int | None = None,
        calibrate: bool | None = None,
        ensemble: bool = False,
        refit: bool | None = None,
        members: int | None = None,
        patience: int | None = None,
        metric: str | None = None,
        time_limit: float | None = None,
        engine: str = "auto",
        threads: int | None = None,
        train_many: Callable[..., TrainingResults] | None = None,
        callbacks: Sequence[Callback] = (),
        checkpoint: Any = None,
    ) -> "Pipeline":
        """Train a network on an encoded table: the second half of `fit`, with its parameters.

        The preset is the one that the training set was made for.
        """
        data, target = training_set, target_of(training_set)
        given = {
            "hidden": hidden, "activation": activation, "epochs": epochs, "batch_size": batch_size,
            "optimizer": optimizer, "learning_rate": learning_rate, "schedule": schedule,
            "penalties": penalties, "label_smoothing": label_smoothing,
            "scale_factor": scale_factor, "parametrization": parametrization,
            "embedding": embedding, "patience": patience, "calibrate": calibrate,
            "refit": refit, "members": members,
        }  # fmt: skip
        if members is not None and ensemble is True:
            raise InvalidValueError(
                f"members (={shown(members)}) must be None with ensemble=True, whose members are "
                "the networks of the folds"
            )
        if members is None and time_limit is not None and data.preset == "best":
            given["members"] = MOST_MEMBERS
        found = choose_metric(metric, target)
        name = found.name if found else None
        recipe = choose_recipe(data.preset, given, target, len(data.X), name)
        run = Run.check(
            data, found, callbacks, engine, threads, checkpoint, ensemble, time_limit, train_many
        )

        def pipeline(learned: Learned) -> Pipeline:
            first, *others = learned.members
            summary = summarise(learned.result, data.X, data.held_out)
            return Pipeline(
                data.schema, data.encoder, target, learned.result.network, first,
                {**summary, **learned.facts, "folds": data.folds, "recipe": recipe.to_dict()},
                learned.result, tuple(others), learned.residuals, learned.held_out,
            )  # fmt: skip

        try:
            return pipeline(Learning(data, recipe, run).learn())
        except TrainingInterrupted as interrupt:
            if not isinstance(interrupt.result, Learned):  # before anything was learned
                raise KeyboardInterrupt from None
            raise TrainingInterrupted(str(interrupt), pipeline(interrupt.result)) from None

    def __getstate__(self) -> dict[str, Any]:
        # A packed predictor belongs to its process; the next prediction packs another one. Times
        # would make equal fits differ.
        kept = {name: value for name, value in vars(self).items() if name != "_predictor"}
        return {**kept, "summary": {**self.summary, "date": None, "seconds": None}}

    def __repr__(self) -> str:
        sizes = self.network.sizes.partition(" ")
        return (
            f"Pipeline({self.schema.task} of {self.target.name} from "
            f"{', '.join(c.name for c in self.schema.features)}; "
            f"{sizes[0]} inputs {sizes[2]})"
        )
