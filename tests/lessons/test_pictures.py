"""Every picture exists, has what a picture needs, and can be written."""

import numpy as np
import pytest

from chainrule.errors import UnknownNameError
from chainrule.lessons import LESSONS, get_lesson

PICTURES = {
    "line": """network layer points first-prediction cost-surface cost-slice rate-too-small
        rate-too-high rates fit loss-curve""",
    "equation": "errors paths guesses neuron",
    "random": "relu threshold neuron small-network network tangents loss-curve errors",
    "people": "neuron sigmoid network weights gradient loss-curve boundary",
    "iris": """gates perceptron descent hills activations absolute-error squared-error minibatches
        full-and-minibatch""",
}
DRAWN = {"network", "layer", "neuron", "small-network", "weights", "gradient"}


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_picture_is_there_with_its_caption(lesson):
    pictures = get_lesson(lesson).pictures
    assert set(pictures) == set(PICTURES[lesson].split())
    assert all(len(picture.caption) > 10 for picture in pictures.values())


@pytest.mark.slow
def test_pictures(name, result_of, tmp_path):
    figures = result_of(name).figures
    assert set(figures) == set(PICTURES[name].split())
    for which, display in figures.items():
        for ax in np.ravel(np.array(display.ax_, dtype=object)):
            assert ax.get_title(), which
            assert which in DRAWN or ax.get_xlabel(), which
        figure = display.figure_
        figure.draw_without_rendering()
        page = figure.bbox
        for ax in figure.axes:
            assert ax.lines or ax.collections or ax.patches or ax.images, f"{which} has empty axes"
            box = ax.get_tightbbox()
            # Half a point may be lost to rounding.
            assert box.x0 >= page.x0 - 0.5, which
            assert box.y0 >= page.y0 - 0.5, which
            assert box.x1 <= page.x1 + 0.5, which
            assert box.y1 <= page.y1 + 0.5, which
        path = tmp_path / f"{which}.png"
        display.save(path, dpi=40)
        assert path.read_bytes().startswith(b"\x89PNG")


def test_pictures_are_drawn_when_they_are_taken(result_of):
    drawings = get_lesson("equation").run().figures.drawings
    assert all("display" not in vars(drawing) for drawing in drawings.values())
    figures = result_of("equation").figures
    assert figures["neuron"] is figures["neuron"]


def test_an_unknown_picture(result_of):
    with pytest.raises(UnknownNameError, match="unknown picture 'path'; did you mean 'paths'"):
        result_of("equation").figures["path"]


def test_nothing_needs_what_a_picture_defines():
    # Pictures are drawn later or never: what comes after them must not notice.
    import ast

    for lesson in map(get_lesson, LESSONS):
        for picture in lesson.pictures.values():
            assert isinstance(ast.parse(picture.source).body[-1], ast.Expr), picture.name
