"""What the fits say together: means over seeds, ratios to one method, geometric means."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean, geometric_mean
from typing import Any

Fit = dict[str, Any]


class Summary:
    """Finished fits by table, method and seed.

    Parameters
    ----------
    fits : iterable of dict
        Those that failed are `failures`.
    against : str
        The method that ratios are taken to.
    """

    def __init__(self, fits: Iterable[Fit], against: str) -> None:
        every = list(fits)
        self.against = against
        self.failures = [fit for fit in every if "failed" in fit]
        self.methods = list(dict.fromkeys(fit["method"] for fit in every))
        self.tables = list(dict.fromkeys(fit["table"] for fit in every))
        self._fits: dict[tuple[str, str], dict[int, Fit]] = {}
        for fit in every:
            if "failed" not in fit:
                self._fits.setdefault((fit["table"], fit["method"]), {})[fit["seed"]] = fit

    def fits(self, table: str, method: str) -> list[Fit]:
        """One for each seed that was finished."""
        return list(self._fits.get((table, method), {}).values())

    def mean(self, table: str, method: str, what: str) -> float | None:
        """Of what was measured, over the seeds; None where it was not."""
        found = [fit[what] for fit in self.fits(table, method) if what in fit]
        return fmean(found) if found else None

    def has(self, method: str, what: str) -> bool:
        """Whether it was measured on any table."""
        return any(self.mean(table, method, what) is not None for table in self.tables)

    def ratios(self, method: str, what: str) -> list[float]:
        """For each table, the mean by that of `against`, over the seeds that both have.

        An error or loss of 0 would make a ratio of 0 or none at all: less than half a wrong row
        counts as half a row.
        """
        found = []
        for table in self.tables:
            own, other = (self._fits.get((table, m), {}) for m in (method, self.against))
            pairs = [(own[s], other[s]) for s in own if s in other]
            pairs = [(a, b) for a, b in pairs if what in a and what in b]
            if pairs:
                first, second = (
                    fmean(_at_least(fit, what) for fit in f) for f in zip(*pairs, strict=True)
                )
                found.append(first / second)
        return found

    def against_all(self, method: str, what: str) -> "Ratio | None":
        """The ratios of all tables together; None where there are none."""
        ratios = self.ratios(method, what)
        if not ratios:
            return None
        better, worse = (sum(sign * (1 - r) > 0 for r in ratios) for sign in (1, -1))
        return Ratio(geometric_mean(ratios), len(ratios), better, worse)

    def seconds(self, method: str) -> float | None:
        """The geometric mean of the seconds of a fit over the tables.

        Of a method that failed on some tables: its mean ratio to `against` on the others, times
        the mean of `against` on all, so that the points of a picture are of the same tables.
        """
        reference = [self.mean(table, self.against, "fit") for table in self.tables]
        known = [value for value in reference if value is not None]
        ratio = self.against_all(method, "fit")
        return geometric_mean(known) * ratio.mean if ratio else None


@dataclass(frozen=True)
class Ratio:
    """A geometric mean over so many tables, and in how many of them the ratio is below 1, above."""

    mean: float
    tables: int
    better: int
    worse: int


def _at_least(fit: Fit, what: str) -> float:
    """What was measured, but an error of labels at least half a row's."""
    half = 0.5 / fit["rows"][1] if fit["task"] == "classification" and what == "error" else 1e-12
    return max(fit[what], half)
