import subprocess
import sys
from importlib import resources

import pytest

from chainrule.errors import UnknownNameError
from chainrule.tables import TABLES, Schema, read_table
from chainrule.tables.builtin import load_table

# Rows, columns and task, as their sources describe them.
FACTS = {
    "penguins": (344, 8, "classification"),
    "people": (4, 4, "classification"),
    "iris": (150, 5, "classification"),
    "wine": (178, 14, "classification"),
    "breast_cancer": (569, 31, "classification"),
    "digits": (1797, 65, "classification"),
    "diabetes": (442, 11, "regression"),
}


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_what_their_sources_say(name):
    table, entry = read_table(name), TABLES[name]
    rows, columns, task = FACTS[name]
    assert table.shape == (rows, columns)
    assert Schema.fit(table, entry.target).task == task
    assert entry.name == name
    assert entry.description.endswith(".")
    assert entry.source


def test_penguins():
    table = read_table("penguins").to_native()
    counts = {row["values"]: row["counts"] for row in table["species"].value_counts().to_pylist()}
    # Horst, Hill & Gorman 2020.
    assert counts == {"Adelie": 152, "Chinstrap": 68, "Gentoo": 124}
    assert table["sex"].null_count == 11
    assert table["body_mass_g"].null_count == 2


def test_penguins_come_with_their_licence():
    text = (resources.files("chainrule.tables") / "data" / "penguins.LICENSE.txt").read_text()
    assert "CC0 1.0" in text
    assert "Gorman" in text
    assert "Horst" in text


def test_people_are_the_lessons_four():
    columns = read_table("people").to_native().to_pydict()
    assert [w - 135 for w in columns["weight_lb"]] == [-2, 25, 17, -15]
    assert [h - 66 for h in columns["height_in"]] == [-1, 6, 4, -6]


def test_unknown_table():
    with pytest.raises(UnknownNameError, match=r"unknown table 'irises'; did you mean 'iris'\?"):
        load_table("irises")


def test_our_own_tables_need_no_scikit_learn():
    code = (
        "import sys; from chainrule.tables import read_table; read_table('penguins');"
        "read_table('people'); print('sklearn' in sys.modules, 'scipy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["False", "False"], done.stderr
