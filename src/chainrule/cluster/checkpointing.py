"""Checkpoints between rounds, from which any cluster goes on."""

from typing import TYPE_CHECKING

import numpy as np

from ..checkpoints import Snapshot
from ..checkpoints.file import Stored
from ..checkpoints.identity import described
from ..errors import CheckpointError
from ..parameters import Parameters
from ..plan import State
from ..training.fit import Fit
from ..training.keeper import Keeper
from .averaging import Place

if TYPE_CHECKING:
    from .rounds import Rounds

_ROUND = "curve.round."
"""What a round needs beside the common state lies among the curves of the file."""


class RoundKeeper(Keeper):
    """Writes a checkpoint of a fit between its rounds: what the next one begins with."""

    rounds: "Rounds"
    belongs: dict[str, str]

    def take_up_rounds(self, rounds: "Rounds", rows: str) -> None:
        """Begin: go on from what is stored, if anything is, and write the first checkpoint."""
        self.rounds = rounds
        self.belongs = {"averaging": described(rounds.averaging), "rows": rows}
        self.begin([rounds.fit])
        if self.stored:
            self._restore(self.stored[0])
        rounds.after_round = self._after_round

    def identity(self, fit: Fit, start: int) -> dict[str, str]:
        """What the fit is; its rows are those of all partitions."""
        return {**super().identity(fit, start), **self.belongs}

    def take_up(self, fit: Fit, stored: Stored) -> None:
        """Bring the fit to where its checkpoint is."""
        own = {name: a for name, a in stored.arrays.items() if not name.startswith(_ROUND)}
        super().take_up(fit, stored._replace(arrays=own))

    def snapshot(self, k: int) -> Snapshot:
        """Where the rounds stand."""
        rounds, snapshot = self.rounds, super().snapshot(k)
        inside = rounds.done > 0  # between epochs the fit has the state, with what rules remember
        state = rounds.state if inside else rounds.fit.state
        start = rounds.start if inside else state
        arrays = {
            "round.velocity": rounds.velocity,
            "round.parameters": start.parameters.vector.astype(np.float64),
            "round.optimizer_state": start.optimizer_state.astype(np.float64).reshape(-1),
        }
        places = [vars(rounds.places[shard]) for shard in sorted(rounds.places)]
        companion = {"places": places, "rounds": rounds.done, "seconds": rounds.seconds}
        companion["update"] = start.update
        return snapshot._replace(
            state=state, curves={**snapshot.curves, **arrays}, companion=companion
        )

    def _restore(self, stored: Stored) -> None:
        rounds, state = self.rounds, self.rounds.fit.state
        own = {
            name.removeprefix(_ROUND): array
            for name, array in stored.arrays.items()
            if name.startswith(_ROUND)
        }
        try:
            shape, dtype = state.optimizer_state.shape, state.optimizer_state.dtype
            vector = own["parameters"].astype(dtype).reshape(state.parameters.vector.shape)
            rounds.start = State(
                Parameters(state.parameters.layout, vector),
                own["optimizer_state"].astype(dtype).reshape(shape),
                stored.companion["update"],
                state.epoch,
                None,
                state.rules,
                state.optimizer,
            )
            rounds.velocity = own["velocity"].reshape(vector.shape)
            rounds.done, rounds.seconds = stored.companion["rounds"], stored.companion["seconds"]
            places = [Place(**place) for place in stored.companion["places"]]
            rounds.places = dict(zip(sorted(rounds.places), places, strict=True))
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise CheckpointError(
                f"{self.place}: it holds no rounds ({error}); begin anew"
            ) from None
        rounds.state = state

    def _after_round(self, rounds: "Rounds") -> None:
        self.write_if_due(rounds.state.update, rounds.state.epoch)
