"""Tables that are there without a file."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from typing import Any

import pyarrow as pa

from ..registry import unknown
from .delimited import parse_delimited
from .opening import Source
from .read_options import AS_FOUND


@dataclass(frozen=True)
class BuiltinTable:
    """A built-in table: what it is, what one would predict, and where it comes from.

    Parameters
    ----------
    name : str
        What it is called.
    target : str
        The column that one would predict.
    description : str
        One sentence.
    source : str
        Who made it, and its licence.
    load : callable
        Returns it as a pyarrow table.
    """

    name: str
    target: str
    description: str
    source: str
    load: Callable[[], Any]


def _penguins() -> Any:
    path = resources.files(__package__) / "data" / "penguins.csv"
    return parse_delimited(Source("penguins", content=path.read_bytes()), AS_FOUND)


def _people() -> Any:
    lines = (
        "name,weight_lb,height_in,gender",
        "Alice,133,65,female",
        "Bob,160,72,male",
        "Charlie,152,70,male",
        "Diana,120,60,female",
    )
    content = "\n".join(lines).encode()
    return parse_delimited(Source("people", content=content), AS_FOUND)


def _scikit_learn(name: str, target: str, **options: Any) -> Callable[[], Any]:
    def load() -> Any:
        from sklearn import datasets

        bunch = getattr(datasets, f"load_{name}")(**options)
        columns = dict(zip(map(str, bunch.feature_names), bunch.data.T, strict=True))
        names = getattr(bunch, "target_names", None)
        labels = bunch.target if names is None else names[bunch.target]
        return pa.table({**columns, target: labels})

    return load


_UCI = "UCI Machine Learning Repository, CC BY 4.0, as scikit-learn ships it"

TABLES: dict[str, BuiltinTable] = {
    table.name: table
    for table in (
        BuiltinTable(
            "penguins",
            "species",
            "344 penguins of three species: bill, flipper, mass, sex, island; some values missing.",
            "Gorman, Palmer Station LTER; Horst, Hill & Gorman 2020, CC0",
            _penguins,
        ),
        BuiltinTable(
            "people",
            "gender",
            "Four people, their weights in pounds and their heights in inches.",
            "chainrule's lesson on backpropagation",
            _people,
        ),
        BuiltinTable(
            "iris",
            "species",
            "150 irises of three species: lengths and widths of sepals and petals.",
            f"Fisher 1936; {_UCI}",
            _scikit_learn("iris", "species"),
        ),
        BuiltinTable(
            "wine",
            "cultivar",
            "178 Italian wines from three cultivars: 13 chemical measurements.",
            f"Forina et al. 1991; {_UCI}",
            _scikit_learn("wine", "cultivar"),
        ),
        BuiltinTable(
            "breast_cancer",
            "diagnosis",
            "569 tumours, malignant or benign: 30 measurements of cell nuclei.",
            f"Wolberg, Mangasarian, Street & Street 1995; {_UCI}",
            _scikit_learn("breast_cancer", "diagnosis"),
        ),
        BuiltinTable(
            "digits",
            "digit",
            "1797 handwritten digits of 8 x 8 pixels.",
            f"Alpaydin & Kaynak 1998; {_UCI}",
            _scikit_learn("digits", "digit"),
        ),
        BuiltinTable(
            "diabetes",
            "progression",
            "442 diabetes patients: ten measurements, and the disease's progression a year later.",
            "Efron, Hastie, Johnstone & Tibshirani 2004, as scikit-learn ships it",
            _scikit_learn("diabetes", "progression", scaled=False),
        ),
    )
}


def load_table(name: str) -> Any:
    """A built-in table as a pyarrow table.

    Raises
    ------
    UnknownNameError
        If there is none of that name; the message gives the nearest one.
    """
    if name not in TABLES:
        raise unknown("table", name, TABLES)
    return TABLES[name].load()
