"""From the Markdown file to a lesson, and from a lesson to its faces."""

import numpy as np
import pytest

from chainrule.lessons import (
    LESSONS,
    Check,
    Code,
    Data,
    Formula,
    Numbers,
    Picture,
    Prose,
    Row,
    Text,
    get_lesson,
)
from chainrule.lessons.numbers import Printed
from chainrule.lessons.parse import parse
from chainrule.lessons.walk import walk
from chainrule.lessons.words import document, line, plain

SMALL = """# A title

What it shows,
in two lines.

## First

Some *words* with $x^2$
on two lines.

- an item
- another one

$$
y = x^2
$$

```python
x = 2
print("printed")
x + 1
```

## Second

```python picture square: What a square: is
x**2
```

```python data: x, y
x, y = 1, 2
```

::: article

About the article.

```python check
from chainrule.lessons import Numbers
Numbers({"y": (y, "2")})
```

:::

## Third

::: article

$$
y = 2
$$

:::
"""


def test_parse():
    lesson = parse("small", SMALL)
    assert (lesson.title, lesson.summary) == ("A title", "What it shows, in two lines.")
    first, second, third = lesson.sections
    assert [type(block) for block in first.blocks] == [Prose, Prose, Formula, Code]
    assert [type(block) for block in second.blocks] == [Picture, Data, Prose, Check]
    assert [block.article for block in second.blocks] == [False, False, True, True]
    assert third.blocks == (Formula("y = 2", article=True),)
    assert first.blocks[2].latex == "y = x^2"
    assert first.blocks[3].source == 'x = 2\nprint("printed")\nx + 1'
    assert second.blocks[0].caption == "What a square: is"
    assert lesson.data.names == "x, y"


def test_walk():
    lesson = parse("small", SMALL)
    first, second, _ = lesson.walk()
    assert first.shown[-2:] == (Text("printed\n"), 3)
    picture = second.shown[1]
    assert picture.display == 4  # x as it was when the lesson came by, not as it is now
    assert second.shown[-1].values == {"y": 2}
    own = list(walk(lesson.sections, lesson.name, own=True))
    assert own[1].shown[-1].rows["y"] == Row(2)


def test_words_are_there_before_the_code_after_them_runs():
    names = []
    text = "# T\n\nS.\n\n## A\n\nWords.\n\n```python\nsecond\n```\n\n## B\n\nMore.\n"
    steps = parse("late", text).walk()
    items = iter(next(steps))
    names += [type(next(items)), type(next(items))]
    assert names == [Prose, Code]
    with pytest.raises(NameError, match="second"):
        next(items)


def test_a_step_that_nobody_looks_at_runs_before_the_next():
    text = "# T\n\nS.\n\n## A\n\n```python\nx = 1\n```\n\n## B\n\n```python\nx + 1\n```\n"
    _, second = parse("skipped", text).walk()
    assert second.shown == second.shown == (Code("x + 1"), 2)


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\frac{\partial L}{\partial w_1}", "∂L/∂w1"),
        (r"C = \frac{1}{2n} \sum_i (\hat y_i - y_i)^2", "C = 1 / (2n) Σ_i (ŷ_i - y_i)^2"),
        (r"\sigma(z) = \frac{1}{1 + e^{-z}}", "σ(z) = 1 / (1 + e^(-z))"),
        (r"w \leftarrow w - \eta\,(y - a)", "w ← w - η (y - a)"),
        (r"256 \cdot 212", "256 × 212"),
        (r"\operatorname{relu}(z)", "relu(z)"),
        (r"\delta_1 = (\delta_2 W_2^{\top}) \odot a", "δ1 = (δ2 W2ᵀ) ⊙ a"),
        (r"w_{n+1} = w_n - \alpha \nabla J(w_n)", "w_(n+1) = w_n - α ∇J(w_n)"),
    ],
)
def test_latex_as_text(latex, text):
    assert plain(latex) == text


@pytest.mark.parametrize("name", LESSONS)
def test_all_mathematics_can_be_written_as_text(name):
    for section in get_lesson(name).sections:
        for block in section.blocks:
            if isinstance(block, Prose | Formula):
                text = repr(document(block)).replace("\\\\", "\\")
                shown = [span for item in document(block) for span in item.line]
                words = "".join(s if isinstance(s, str) else s.text for s in shown)
                assert not set("\\$`{}") & set(words), text
            if isinstance(block, Prose):
                assert block.text.count("$") % 2 == 0, block.text


def test_marks_of_markdown_are_taken_off():
    spans = line("A [link](x.md), **bold**, *words* and `code`, with $w_1$.")
    assert "".join(s if isinstance(s, str) else s.text for s in spans) == (
        "A link, bold, words and code, with w1."
    )


@pytest.mark.parametrize(
    ("printed", "value", "agrees"),
    [
        ("0.1455", 0.14547, True),
        ("0.1455", 0.14556, False),
        ("0.0214", 0.02147, False),
        ("0.5", 0.5, True),
        ("16 16", [16, 16], True),
        ("16 16", [16, 17], False),
        ("16 16", 16, False),
        ("1.0e-10", 1.04e-10, True),
        ("1.0e-10", 1.06e-10, False),
        ("-1.7e-06", -1.71e-6, True),
        ("2", 2.5, True),
    ],
)
def test_when_a_number_agrees_with_a_printed_one(printed, value, agrees):
    assert Printed(printed).agrees(value) is agrees


def test_digits():
    assert Row(0.0474258).text == "0.047426"
    assert Row(0.9990889488055994, "0.9990889488055994").text == "0.9990889488055994"
    assert Row(6129138.4054, "9105954.33").text == "6129138.41"
    assert Row([5.8e-14, 0.12], "-1.3e-4 -6.4e-2").text == "5.8e-14  1.2e-01"
    assert Row(np.array([1, 0])).text == "1  0"
    assert Row("solved").text == "solved"
    assert Row(np.bool_(True)).text == "True"


def test_the_sign_stands_where_both_should_agree():
    table = Numbers({"same": (1, "1"), "slip": (1, "2"), "other": (1, "2", "other draws", False)})
    assert [row.agrees for row in table.rows.values()] == [True, False, None]
    assert str(table).count("≠") == 1


def test_numbers_as_html():
    html = Numbers({"a & b": (1.5, "1.5"), "two": [1, -2], "word": "solved"})._repr_html_()
    assert '<tr><td></td><th colspan="2">here</th><th>article</th></tr>' in html
    assert "<td>a &amp; b</td><td>1.500000</td>" in html
    assert '<td colspan="1"></td><td>1.5</td><td class="w">= </td></tr>' in html
    assert "<td>two</td><td>1</td><td>−2</td><td></td></tr>" in html
    assert "<th" not in Numbers({"alone": 1.5})._repr_html_().split("<table>")[1]
