"""The error of shards beside that of one machine, at equal epochs."""

import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

import chainrule as cr
from chainrule.cluster.averaging import Averaging
from chainrule.cluster.rule import choose_averaging
from chainrule.objective import Objective
from chainrule.plan import Data, Plan
from chainrule.tables import TrainingSet

from .here import train_here

SEEDS = (0, 1)


def accuracy(folder: Path, tables: list[str], epochs: int) -> None:
    """Print the validation error of 1, 8 and 64 shards, and of variants of the rule."""
    print(
        "| table | shards | batch | rate | loss | error | beside one |\n|---" * 1 + "|---" * 6 + "|"
    )
    for name in tables:
        frame = pq.read_table(folder / f"{name}.parquet")
        found = TrainingSet.prepare(frame, "target", seed=0, validation_fraction=0.25)
        plan = plan_of(found, 0)
        chosen = {
            f"{shards}": choose_averaging(plan, len(found.X), shards) for shards in (1, 8, 64)
        }
        eight = chosen["8"]
        chosen["8, rate as on one"] = replace(eight, learning_rate_factor=1.0)
        chosen["8, all from the start"] = replace(eight, first=8)
        chosen["8, outer momentum .5"] = replace(
            eight, learning_rate_factor=eight.learning_rate_factor / 2, outer_momentum=0.5
        )
        chosen["8, whole batch"] = replace(eight, batch_size=256, learning_rate_factor=1.0)
        alone = 0.0
        for label, averaging in chosen.items():
            loss, error = np.mean([best(found, averaging, s, epochs) for s in SEEDS], axis=0)
            alone = alone or error
            print(
                f"| {name} | {label} | {averaging.batch_size} | "
                f"x {averaging.learning_rate_factor:.2f} | {loss:.4f} | {error:.4f} | "
                f"{100 * (error / alone - 1):+.1f} % |",
                flush=True,
            )


def plan_of(found: TrainingSet, seed: int) -> Plan:
    """Adam, batches of 256, two layers of 64 units."""
    target = found.target
    network = cr.mlp(found.encoder.n_features, (64, 64), target.n_out, "relu", target.output)
    objective = Objective(network, target.loss, cr.L2(min(1e-3, 3 / len(found.X))))
    return Plan(objective, batch_size=256, seed=seed, dtype=np.float32)


def best(found: TrainingSet, averaging: Averaging, seed: int, epochs: int) -> tuple[float, float]:
    """The lowest validation loss, and the error of that epoch: misclassified, or the RMSE."""
    classes = found.target.task == "classification"
    metric = "accuracy" if classes else "root_mean_squared_error"
    data = Data(found.X, found.y.astype(np.float32))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = train_here(
            plan_of(found, seed), data, found.validation, averaging, epochs, metrics=[metric]
        )
    losses = np.array(fit.history.validation_loss)
    score = fit.history.metrics[metric][int(losses.argmin())]
    return float(losses.min()), 1 - score if classes else score
