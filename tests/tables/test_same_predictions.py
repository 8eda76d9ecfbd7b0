"""One table, written in several dialects: the same predictions, bit for bit."""

import bz2
import csv
import datetime
import gzip
import io
import warnings
import zipfile
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pytest

from chainrule.errors import DataWarning
from chainrule.tables import Pipeline, read_table

N = 120


def _holes(values, every):
    return [None if i % every == every - 2 else value for i, value in enumerate(values)]


def _tables():
    random = np.random.default_rng(12)
    x, z = random.normal(size=N).round(4), random.normal(3, 2, N).round(3)
    count = random.integers(0, 5000, N).tolist()
    town = [("Köln", "Łódź", "São Paulo", "Nîmes")[i] for i in random.integers(0, 4, N)]
    kind = [("red", "green", "blue")[i] for i in random.integers(0, 3, N)]
    flag = [bool(b) for b in random.integers(0, 2, N)]
    first = datetime.date(2019, 1, 2)
    day = [first + datetime.timedelta(int(d)) for d in random.integers(0, 1500, N)]
    clock = [f"{h:02d}:{m:02d}" for h, m in random.integers(0, 24, (N, 2)).tolist()]
    label = ["yes" if v + 0.3 * c > 0.5 else "no" for v, c in zip(x, flag, strict=True)]
    price = (1000 * np.exp(z / 3) + 10 * x).round(2).tolist()
    x, z = x.tolist(), z.tolist()
    return {
        "numbers": {"x": _holes(x, 11), "z": z, "count": count, "y": price},
        "words": {"town": town, "kind": _holes(kind, 7), "flag": flag, "y": label},
        "dates": {"day": _holes(day, 13), "x": x, "kind": kind, "y": label},
        "prices": {"price": _holes(price, 9), "town": town, "y": z},
        "times": {"clock": clock, "day": day, "count": _holes(count, 17), "y": kind},
        "several kinds": {"x": x, "town": _holes(town, 5), "flag": flag, "day": day, "y": count},
    }


TABLES = _tables()


def _zipped(content):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("table.csv", content)
    return archive.getvalue()


def _zstd(content):
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as file:
        file.write(content)
    return sink.getvalue().to_pybytes()


@dataclass(frozen=True)
class Dialect:
    """How a table is written."""

    separator: str = ","
    end: str = "\n"
    quoting: int = csv.QUOTE_MINIMAL
    encoding: str = "utf-8"
    comma: bool = False
    thousands: str = ""
    dates: str = "%Y-%m-%d"
    missing: str = ""
    booleans: tuple[str, str] = ("False", "True")
    title: str = ""
    compress: object = bytes

    def cell(self, value):
        if value is None:
            return self.missing
        if isinstance(value, bool):
            return self.booleans[value]
        if isinstance(value, datetime.date):
            return value.strftime(self.dates)
        if isinstance(value, float):
            text = f"{value:,.4f}".replace(",", "_")
            text = text.replace(".", ",") if self.comma else text
            return text.replace("_", self.thousands)
        return str(value)

    def written(self, table):
        text = io.StringIO()
        style = {"delimiter": self.separator, "lineterminator": self.end}
        writer = csv.writer(text, quoting=self.quoting, **style)
        text.write(self.title)
        writer.writerow(table)
        writer.writerows(map(self.cell, row) for row in zip(*table.values(), strict=True))
        return self.compress(text.getvalue().encode(self.encoding))


DIALECTS = {
    "semicolons, decimal commas, day first": Dialect(
        ";", comma=True, dates="%d.%m.%Y", missing="NA", encoding="utf-8-sig"
    ),
    "tabs, UTF-16, month first": Dialect(
        "\t", "\r\n", encoding="utf-16", dates="%m/%d/%Y", missing="n/a", booleans=("FALSE", "TRUE")
    ),
    "pipes, quotes, gzip, months by name": Dialect(
        "|", quoting=csv.QUOTE_ALL, dates="%d %b %Y", missing="?", compress=gzip.compress
    ),
    "semicolons, dots of thousands, bz2": Dialect(
        ";", comma=True, thousands=".", dates="%d.%m.%Y", missing="null", compress=bz2.compress
    ),
    "commas, thousands in quotes, titles, zip": Dialect(
        thousands=",", title="The table\n\n", missing="<NA>", compress=_zipped
    ),
    "tabs, UTF-16 without a mark, zstd": Dialect(
        "\t", encoding="utf-16-le", booleans=("false", "true"), missing="#N/A", compress=_zstd
    ),
    "carriage returns, year/month/day": Dialect(end="\r", dates="%Y/%m/%d", missing="NaN"),
}


def predictions(content):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        table = read_table(io.BytesIO(content))
        pipeline = Pipeline.fit(table, "y", hidden=(6,), epochs=3, seed=1, preset="plain")
        return pipeline.outputs(table), pipeline.outputs(read_table(io.BytesIO(content))[:7])


@pytest.mark.slow
@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
@pytest.mark.parametrize("name", TABLES)
def test_predictions_are_the_same_in_every_dialect(name, dialect):
    plain = predictions(Dialect().written(TABLES[name]))
    for found, expected in zip(predictions(dialect.written(TABLES[name])), plain, strict=True):
        np.testing.assert_array_equal(found, expected)
