import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.errors import DataError
from chainrule.tables import ClassTarget, NumericTarget
from chainrule.tables.columns import tidy
from chainrule.tables.target import fit_target, target_from_dict, target_to_dict


def column(values):
    return tidy(pa.chunked_array([pa.array(values)]))


LABELS = [
    (["b", "a", "b"], ("a", "b")),
    ([3, -1, 10, 3], (-1, 3, 10)),
    ([1.5, 0.5], (0.5, 1.5)),
    ([True, False], (False, True)),
]


@pytest.mark.parametrize(("values", "labels"), LABELS)
def test_labels_are_sorted_and_keep_their_type(values, labels):
    target = ClassTarget.fit(column(values), "y")
    assert target.labels == labels
    assert [type(label) for label in target.labels] == [type(label) for label in labels]
    y = target.encode(column(values))
    assert y.sum(axis=1).tolist() == [1.0] * len(values)
    assert target.predictions(y).tolist() == values
    assert target_from_dict(json.loads(json.dumps(target_to_dict(target)))) == target


@pytest.mark.parametrize(
    ("trained", "given"),
    [
        ([True, False], ["true", "FALSE"]),
        ([1, 0], ["1", "0"]),
        ([1, 0], [1.0, 0.0]),
        (["1", "0"], [1, 0]),
    ],
)
def test_labels_may_be_written_otherwise(trained, given):
    target = ClassTarget.fit(column(trained), "y")
    assert target.numbers(column(given)).tolist() == [1, 0]


def test_unseen_labels_are_named():
    target = ClassTarget.fit(column(["Adelie", "Gentoo"]), "species")
    with pytest.raises(
        DataError,
        match=r"target 'species', row 2: the label 'gentoo' did not occur in training; "
        r"did you mean 'Gentoo'\? Labels: Adelie, Gentoo",
    ):
        target.numbers(column(["Adelie", "gentoo"]))


def test_baseline_of_classes_is_their_shares():
    target = ClassTarget.fit(column(["a", "b", "b", "b"]), "y")
    assert target.baseline(2).tolist() == [[0.25, 0.75]] * 2
    assert target.predictions(target.baseline(1)).tolist() == ["b"]


@given(st.lists(st.floats(-1e9, 1e9), min_size=2))
def test_quantities_come_back(values):
    target = NumericTarget.fit(column(values), "y")
    again = target_from_dict(json.loads(json.dumps(target_to_dict(target))))
    assert again == target
    # (y - mean) / std * std + mean: three roundings, each relative to the largest number in it.
    scale = max(1.0, *map(abs, values))
    np.testing.assert_allclose(
        target.predictions(target.encode(column(values))), values, rtol=0, atol=1e-14 * scale
    )


def test_baseline_of_a_quantity_is_the_mean():
    target = fit_target(column([1.0, 2.0, 6.0]), "y", "regression")
    assert target.predictions(target.baseline(2)).tolist() == [3.0, 3.0]
