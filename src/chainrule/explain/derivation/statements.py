"""A rule in the symbols and numbers of one place: what objects state becomes what is shown.

A formula that is not stated, or that does not come to the number that the object computes, is
replaced by the object's name.
"""

from collections.abc import Callable
from typing import TypeVar

from ...losses import LOSSES, FromLogits, Loss
from ...parameters import ParameterView
from ...rules import Letter, Rule, called
from ...typing import Array
from ..adapters import Names
from ..adapters.names import latex_escaped
from ..formula import Formula, Math, number
from .jacobians import Stage
from .records import NOTHING, Factor, Value
from .weights import WeightRef

SHOWN = 4
"""Sums of more terms are shown with a gap."""

V = TypeVar("V", Value, Factor)
Look = Callable[[Letter], tuple[Math, float, Math | None]]
"""What a letter is here: its symbol, its value, and how the number is written if not as such."""


def state(
    kind: type[V],
    symbol: Math,
    value: float,
    rule: Rule,
    look: Look,
    instead: tuple[Math, Math],
    *,
    origin: str = "",
    times: float = 1.0,
    checked: bool = True,
) -> V:
    """A value or a factor by its rule; `instead` is a function's name, with symbol and number.

    A formula that overflows where the object's own way does not is shown if it is not `checked`.
    """
    found = {name: look(letter) for name, letter in rule.letters.items()}
    numbers = {name: item[1] for name, item in found.items()}
    formula = Formula.read(rule.latex, *filter(None, [rule.definitions])) if rule.latex else None
    formula = formula and formula.times(times)
    origin = origin or rule.words
    general = Math(*rule.general)
    remark = rule.remark and Math(rule.remark, rf"\;\text{{({rule.remark.lstrip(', ')})}}")
    if formula is None or (checked and not formula.gives(value, numbers)):
        name, given = instead
        if not rule.latex and general.text:  # the formula of any place, and words for its numbers
            prefix = "" if times == 1 else f"{times:g} "
            name = Math(prefix + general.text, prefix + general.latex)
            given = Math(rule.remark, rf"\text{{{rule.remark}}}")
        return kind(symbol, name, given, value, origin, name)
    named = {name: item[0] for name, item in found.items() if item[0].text}
    if not general.text:
        own = {name: m for name, m in named.items() if rule.letters[name].kind == "own"}
        general = formula.written(own)
    shown = {name: item[2] for name, item in found.items() if item[2] is not None}
    substituted = formula.substituted(numbers, shown) + (remark or NOTHING)
    return kind(symbol, formula.written(named), substituted, value, origin, general)


def function(name: str, argument: Math, value: Math) -> tuple[Math, Math]:
    """A function shown by its name alone, with its argument and with the argument's value."""
    latex = rf"\text{{{latex_escaped(name)}}}"
    return (
        Math(f"{name}({argument.text})", rf"{latex}\left({argument.latex}\right)"),
        Math(f"{name}({value.text})", rf"{latex}\left({value.latex}\right)"),
    )


# --- maps ---------------------------------------------------------------------------------------


def stage_value(stages: list[Stage], k: int, names: Names, row: int, j: int) -> Value:
    """Unit j of the k-th map, with its formula."""
    stage, value = stages[k], float(stages[k].after[row, j])
    if stage.activation is None:
        dots = function(called(stage.owner), Math("…", r"\dots"), NOTHING)
        instead = (dots[0], NOTHING)
    else:
        z = number(float(stage.before[row, j]))
        instead = function(called(stage.activation), names.before(stages, k, j), z)
    rule = stage.value_rule(row, j)
    return state(Value, names.after(stage, j), value, rule, _look(stages, k, names, row), instead,
                 origin=_words(rule, stage, names, j))  # fmt: skip


def stage_factor(
    symbol: Math, stages: list[Stage], k: int, names: Names, row: int, j: int, i: int, value: float
) -> Factor:
    """The derivative of unit j of the k-th map by the i-th number that it is computed from."""
    stage = stages[k]
    rule = stage.jacobian_rule(row, j, i)
    argument, given = names.before(stages, k, i), number(float(stage.before[row, i]))
    instead = function(f"{called(stage.activation or stage.owner)}'", argument, given)
    look = _look(stages, k, names, row)
    return state(Factor, symbol, value, rule, look, instead,
                 origin=_words(rule, stage, names, j))  # fmt: skip


def parameter_factor(
    symbol: Math, stages: list[Stage], k: int, names: Names, ref: WeightRef, j: int, value: float
) -> Factor:
    """The derivative of unit j of the k-th map by one of its layer's own numbers."""
    stage, view, index = stages[k], ref.view, ref.index
    rule = stage.owner.parameter_rule(stage.views, stage.before[0], view.key, index, j)
    key = Math(view.key, rf"\text{{{latex_escaped(view.key)}}}")
    given = number(float(stage.views[view.key][index]))
    instead = function(f"{called(stage.owner)}'", key, given)
    look, origin = _look(stages, k, names, 0), _words(rule, stage, names, j)
    alone = rule.letters.get(rule.latex)  # an input of the network, and nothing else
    if k == 0 and alone is not None and alone.kind == "input":
        column = names.column(alone.index[0])
        origin = f"the input {column}" if column else origin
    return state(Factor, symbol, value, rule, look, instead, origin=origin)


def _words(rule: Rule, stage: Stage, names: Names, j: int) -> str:
    place = f"{names.unit(stage.layer, j).text} in layers[{stage.layer}]"
    words = rule.words or f"{called(stage.activation or stage.owner)}, {{unit}}"
    return words.replace("{unit}", place)


def _look(stages: list[Stage], k: int, names: Names, row: int) -> Look:
    stage = stages[k]

    def view(key: str) -> ParameterView:
        return names.layout.by_name[f"layers[{stage.layer}].{key}"]

    def look(letter: Letter) -> tuple[Math, float, Math | None]:
        if letter.kind == "own":
            return _own(letter, k, names, stage, row)
        if letter.kind == "weight":
            value = float(stage.views[letter.key][letter.index])
            return names.parameter(view(letter.key), letter.index), value, None
        (i,) = letter.index
        if letter.kind == "input":
            return names.before(stages, k, i), float(stage.before[row, i]), None
        return names.after(stage, i), float(stage.after[row, i]), None

    return look


def _own(
    letter: Letter, k: int, names: Names, stage: Stage, row: int
) -> tuple[Math, float, Math | None]:
    text, latex = letter.text, letter.latex
    if "{unit}" in text:
        unit = names.unit(stage.layer, letter.index[0])
        source = "a" if k else "x"
        text = text.replace("{unit}", unit.text).replace("{input}", source)
        latex = latex.replace("{unit}", unit.latex).replace("{input}", source)
    elif letter.index:
        unit = names.unit(stage.layer, letter.index[0])
        text, latex = f"{text}_{unit.text}", f"{latex}_{{{unit.latex}}}"
    shown = _written_out(letter.term, stage.before[row]) if letter.term else None
    return Math(text, latex), letter.value, shown


def _written_out(term: str, z: Array) -> Math | None:
    """A sum of one term for each number."""
    formula = Formula.read(term)
    if formula is None:
        return None
    shown = z if len(z) <= SHOWN else [*z[:2], z[-1]]
    parts = [formula.substituted({"z": float(v)}) for v in shown]
    if len(z) > SHOWN:
        parts.insert(2, Math("…", r"\cdots"))
    text, latex = " + ".join(p.text for p in parts), " + ".join(p.latex for p in parts)
    return Math(f"({text})", latex)


# --- losses -------------------------------------------------------------------------------------


def loss_name(loss: Loss) -> str:
    """A loss's name: ``mean_squared_error``; the object itself where it has no name."""
    return next((name for name, known in LOSSES.items() if known == loss), repr(loss))


def loss_term(
    symbol: Math, loss: Loss, names: Names, a: Array, y: Array, j: int, v: float
) -> Value:
    """What one output adds to a sample's loss."""
    return _of_loss(Value, symbol, loss, loss.latex_at(float(y[j])), "", names, a, y, j, v)


def loss_factor(
    symbol: Math, loss: Loss, names: Names, a: Array, y: Array, j: int, value: float
) -> Factor:
    """The derivative of a sample's loss by its j-th output."""
    return _of_loss(Factor, symbol, loss, loss.latex_derivative, "'", names, a, y, j, value)


def _of_loss(
    kind: type[V], symbol: Math, loss: Loss, latex: str, mark: str, names: Names, a: Array,
    y: Array, j: int, value: float,
) -> V:  # fmt: skip
    look = loss_letters(loss, names, a, y)
    output, target = look(Letter("output", (j,))), look(Letter("target", (j,)))
    given = _pair(number(output[1]), number(target[1]))
    instead = function(called(loss) + mark, _pair(output[0], target[0]), given)
    letters = {"a": Letter("output", (j,)), "y": Letter("target", (j,))}
    letters |= {name: Letter("own", value=v) for name, v in loss.letters(j).items()}
    separable = loss.terms(a[None], y[None]) is not None
    rule = Rule(latex if separable else "", letters)
    return state(kind, symbol, value, rule, look, instead, origin=loss_name(loss),
                 times=loss.factor)  # fmt: skip


def fused_factor(
    symbol: Math, from_logits: FromLogits, names: Names, a: Array, y: Array, j: int, value: float
) -> Factor:
    """The derivative of a sample's loss by its j-th last pre-activation: a - y."""
    z = names.value("z", len(names.network.layers) - 1, j)
    instead = function(f"{type(from_logits).__name__}'", z, Math("…", r"\dots"))
    rule = from_logits.gradient_rule(y, j)
    return state(Factor, symbol, value, rule, loss_letters(from_logits.loss, names, a, y), instead,
                 origin=_fused_words(rule, from_logits), times=from_logits.loss.factor)  # fmt: skip


def fused_loss(
    symbol: Math, from_logits: FromLogits, names: Names, z: Array, a: Array, y: Array, value: float
) -> Value:
    """A sample's loss by its last pre-activations, which are not rounded to 0 or 1."""
    rule = from_logits.value_rule(z, y)
    look = loss_letters(from_logits.loss, names, a, y, z)
    return state(Value, symbol, value, rule, look, (NOTHING, NOTHING),
                 origin=_fused_words(rule, from_logits), times=from_logits.loss.factor,
                 checked=False)  # fmt: skip


def _fused_words(rule: Rule, from_logits: FromLogits) -> str:
    return rule.words.replace("{loss}", loss_name(from_logits.loss))


def loss_letters(loss: Loss, names: Names, a: Array, y: Array, z: Array | None = None) -> Look:
    """The letters of a loss: outputs, targets as they are compared, and last pre-activations."""
    compared = loss.smooth(y[None])[0]

    def look(letter: Letter) -> tuple[Math, float, Math | None]:
        if letter.kind == "own":
            return Math(letter.text, letter.latex), letter.value, None
        (j,) = letter.index
        if letter.kind == "output":
            return names.output(j), float(a[j]), None
        if letter.kind == "input" and z is not None:
            return names.value("z", len(names.network.layers) - 1, j), float(z[j]), None
        return smoothed(loss, names.target(j)), float(compared[j]), None

    return look


def smoothed(loss: Loss, y: Math) -> Math:
    """What a loss compares with: the target, or the smoothed target."""
    if not loss.smooths:
        return y
    return Math(f"smooth({y.text})", rf"\text{{smooth}}\left({y.latex}\right)")


def _pair(left: Math, right: Math) -> Math:
    return Math(f"{left.text}, {right.text}", f"{left.latex}, {right.latex}")
