"""Normalisations."""

from ...layers import BatchNorm
from ..formula import Math, number, parenthesised
from ..names import Names
from ..stages import Stage
from .base import Rule, place


def normalisation_rule(stage: Stage, names: Names, row: int, j: int, i: int) -> Rule:
    """dz_j/dx_i."""
    gamma = number(float(stage.views["gamma"][j]))
    unit = names.unit(stage.layer, j)
    symbol = Math(f"γ_{unit.text}", rf"\gamma_{{{unit.latex}}}")
    if isinstance(stage.owner, BatchNorm):
        rule = Math("γ / √(variance + ε)", r"\frac{\gamma}{\sqrt{\sigma^2 + \varepsilon}}")
        formula = Math(
            f"{symbol.text} / √(variance_{unit.text} + ε)",
            rf"\frac{{{symbol.latex}}}{{\sqrt{{\sigma^2_{{{unit.latex}}} + \varepsilon}}}}",
        )
        variance = number(float(stage.views["variance"][j]))
        eps = number(stage.owner.eps)
        values = Math(
            f"{gamma.text} / √({variance.text} + {eps.text})",
            rf"\frac{{{gamma.latex}}}{{\sqrt{{{variance.latex} + {eps.latex}}}}}",
        )
        origin = f"batch normalisation by its running statistics, {place(stage, names, j)}"
        return Rule(rule, formula, values, origin)
    x_hat, inverse_std = stage.cache.memo
    n = str(stage.before.shape[1])
    own = "1" if i == j else "0"
    rule = Math(
        "γ_j ([j = i] - 1/n - x̂_j x̂_i / n) / s",
        r"\frac{\gamma_j}{s}\left([j = i] - \frac1n - \frac{\hat x_j \hat x_i}{n}\right)",
    )
    u_i = names.unit(stage.layer, i)
    formula = Math(
        f"{symbol.text} ({own} - 1/n - x̂_{unit.text} x̂_{u_i.text} / n) / s",
        rf"\frac{{{symbol.latex}}}{{s}}\left({own} - \frac1n - "
        rf"\frac{{\hat x_{{{unit.latex}}} \hat x_{{{u_i.latex}}}}}{{n}}\right)",
    )
    h_j, h_i = (_in_product(float(x_hat[row, m])) for m in (j, i))
    s = number(float(1.0 / inverse_std[row, 0]))
    g = _in_product(float(stage.views["gamma"][j]))
    values = Math(
        f"{g.text} × ({own} - 1/{n} - {h_j.text} × {h_i.text} / {n}) / {s.text}",
        rf"\frac{{{gamma.latex}}}{{{s.latex}}}\left({own} - \frac{{1}}{{{n}}} - "
        rf"\frac{{{h_j.latex} \cdot {h_i.latex}}}{{{n}}}\right)",
    )
    return Rule(rule, formula, values, f"layer normalisation, {place(stage, names, j)}")


def _in_product(value: float) -> Math:
    return parenthesised(number(value)) if value < 0 else number(value)
