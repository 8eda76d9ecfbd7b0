"""Guided tours: a lesson's words, and what to press while reading them."""

from typing import Any

from ..errors import ChainruleError
from ..lessons import Formula, Prose, get_lesson
from .refusal import refusal
from .starts import start

# For each section of a lesson by its title: the data set that it begins with ("" for none), the
# control that is lit, and what to do. Sections that are not named are only read.
_STEPS: dict[str, dict[str, tuple[str, str | None, str]]] = {
    "line": {
        "The points": ("lesson_line", "data", "The two points are in the picture."),
        "The first guess": ("", "reset", "Rewind: the line is where the first guess puts it."),
        "How wrong it is": ("", "surface", "Open the cost surface over weight and bias."),
        "Which way is down": ("", "explain", "Click the weight: its derivative, factor by factor."),
        "Steps and epochs": ("", "step.epoch", "Make one step, and another."),
        "How long a step may be": ("", "rate", "Move the learning rate up to the limit marked."),
        "The training": ("", "play", "Press play and watch the line find the points."),
        "Too small and too large": ("", "compare", "Compare two learning rates side by side."),
        "The other start": ("", "edit", "Double-click a weight and give it another number."),
    },
    "people": {
        "A network": ("lesson_people", None, "Two inputs, two hidden units, one output."),
        "The people": ("", "data", "The four people are the points."),
        "Nine numbers to learn": ("", "edit", "Each edge and each bias is one of the nine."),
        "The chain rule, by hand": ("", "explain", "Click w1 and choose a person."),
        "All nine at once": ("", "step.sample", "One person, nine steps: press once."),
        "Training": ("", "play", "Press play: a thousand rounds take a moment."),
        "Two people it has never seen": ("", None, "Point anywhere into the picture."),
        "Why random weights": ("", "reset", "Set all weights to the same number, and train."),
    },
    "iris": {
        "The data": ("lesson_iris", "data", "Fifty flowers of each kind."),
        "The perceptron rule": ("iris_perceptron", "play", "Press play: it learns from mistakes."),
        "The gradient of one neuron": ("", "explain", "Click a weight: its factors."),
        "The training loop": ("lesson_iris", "play", "Press play: a hundred epochs."),
    },
    "equation": {
        "The equation": ("equation", "data", "The two weights are the unknowns."),
        "Guessing is no learning": ("equation", "play", "Press play: guess after guess."),
        "Adjusting in turn": ("equation_in_turn", "step.batch", "Step: one unknown at a time."),
    },
    "random": {},
}


def tours() -> list[dict[str, str]]:
    """The tours with their titles, in the order in which they are best read."""
    lessons = {name: get_lesson(name) for name in _STEPS}
    return [{"name": n, "title": x.title, "summary": x.summary} for n, x in lessons.items()]


def tour(name: str) -> dict[str, Any]:
    """A tour: its steps with the lesson's words, and the settings that they begin with.

    Raises
    ------
    RefusedError
        If there is no such lesson.
    """
    try:
        lesson = get_lesson(name)
    except ChainruleError as error:
        raise refusal(error, "name") from None
    steps = []
    for section in lesson.sections:
        data, press, say = _STEPS[name].get(section.title, ("", None, ""))
        blocks: list[dict[str, str]] = []
        for block in section.blocks:
            if isinstance(block, Prose):
                blocks.append({"kind": "prose", "text": block.text})
            elif isinstance(block, Formula):
                blocks.append({"kind": "formula", "latex": block.latex})
        steps.append(
            {
                "title": section.title,
                "blocks": blocks,
                "settings": start(data) if data else None,
                "press": press,
                "say": say,
            }
        )
    return {"name": name, "title": lesson.title, "summary": lesson.summary, "steps": steps}
