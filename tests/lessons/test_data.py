"""One's own data in place of an article's."""

import pytest

from chainrule.errors import DataError, InvalidValueError
from chainrule.lessons import Prose, get_lesson, to_notebook

TABLES = {
    "line": "x,y\n0,1\n1,3.1\n2,4.9\n3,7\n",
    "people": "name,weight,height,woman\nEva,120,62,1\nTom,180,72,0\nAnn,130,65,1\nJim,170,70,0\n",
    "iris": "length,width,kind\n" + "".join(
        f"{1 + 0.1 * k},{2 - 0.1 * k},{'short' if k < 10 else 'long'}\n" for k in range(20)
    ),
}  # fmt: skip


@pytest.fixture
def table(tmp_path):
    def write(text):
        path = tmp_path / "own.csv"
        path.write_text(text)
        return path

    return write


@pytest.mark.parametrize("name", TABLES)
def test_a_lesson_on_own_data(name, table):
    lesson = get_lesson(name)
    result = lesson.run(data=table(TABLES[name]))
    assert result.numbers
    assert all(not row.article for numbers in result.tables for row in numbers.rows.values())
    assert set(result.figures) == set(lesson.pictures)
    for which, display in result.figures.items():
        assert display.figure_, which


@pytest.mark.parametrize("name", TABLES)
def test_nothing_is_said_about_the_article_s_data(name, table):
    lesson = get_lesson(name)
    own = lesson.with_data(table(TABLES[name]))
    words = " ".join(block.text for block in own.blocks if isinstance(block, Prose))
    for name in ("Alice", "iris", "setosa", "petal", "2x + 1", "seed 42", "cut off"):
        assert name not in words
    assert len(own.sections) <= len(lesson.sections)
    assert all(section.blocks for section in own.sections)


def test_what_is_learned_from_own_data(table):
    numbers = get_lesson("line").run(data=table(TABLES["line"])).numbers
    # Least squares of these four points: slope 1.98, intercept 1.03.
    assert numbers["weight"] == pytest.approx(1.98, abs=1e-6)
    assert numbers["bias"] == pytest.approx(1.03, abs=1e-6)
    people = get_lesson("people").run(data=table(TABLES["people"])).numbers
    assert people["Eva: weight, height, woman"] == [-15, -4, 1]
    flowers = get_lesson("iris").run(data=table(TABLES["iris"])).numbers
    assert flowers["rows of long"] == flowers["rows of short"] == 10


def test_a_notebook_on_own_data(table):
    path = table(TABLES["line"])
    source = "\n".join(cell["source"] for cell in to_notebook(get_lesson("line"), path)["cells"])
    assert f"x, y = points({str(path)!r})" in source
    assert "rng.rand(2, 1)" not in source


@pytest.mark.parametrize("name", ["equation", "random"])
def test_lessons_that_take_none(name, table):
    with pytest.raises(InvalidValueError, match=f"the lesson '{name}' takes no data of your own"):
        get_lesson(name).run(data=table("x,y\n1,2\n"))


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("line", "X,y\n1,2\n", "there is no column 'x'; did you mean 'X'"),
        ("line", "x,y\n1,a\n2,b\n", "the column 'y' must hold numbers"),
        ("line", "x,y\n1,\n2,3\n", "the column 'y' has missing or infinite values"),
        ("people", "weight,height\n1,2\n", "needs the columns weight, height, woman"),
        ("people", "weight,height,woman\n1,2,3\n", "must hold 1 for a woman and 0 for a man"),
        ("iris", "a,b\n1,2\n", "the table has 2 columns, but must have 3"),
        ("iris", "a,b,c\n1,2,x\n1,2,y\n1,2,z\n", "the column 'c' holds 3 classes"),
    ],
)
def test_tables_that_do_not_fit(name, text, message, table):
    with pytest.raises(DataError, match=message):
        get_lesson(name).run(data=table(text))
