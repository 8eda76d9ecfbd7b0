"""How a number is written: rounded for the eye, never inside."""

from math import isinf, isnan


def figure(value: float) -> str:
    """A number with six decimals, or six digits where that would hide it.

    Examples
    --------
    >>> figure(-0.9526096518), figure(1.0), figure(2.5e-7)
    ('-0.952610', '1', '2.50000e-07')
    """
    value = float(value)
    if isnan(value) or isinf(value):
        return str(value)
    size = abs(value)
    if size < 1e6 and value == int(value):
        return str(int(value))
    return f"{value:.6f}" if 1e-3 <= size < 1e6 else f"{value:.5e}"


def latex_figure(value: float) -> str:
    r"""The same number as LaTeX.

    Examples
    --------
    >>> print(latex_figure(2.5e-7))
    2.50000 \times 10^{-7}
    """
    text = figure(value)
    if text.lstrip("-") in ("nan", "inf"):
        return {"nan": r"\text{nan}", "inf": r"\infty", "-inf": r"-\infty"}[text]
    mantissa, _, exponent = text.partition("e")
    return rf"{mantissa} \times 10^{{{int(exponent)}}}" if exponent else mantissa


def short(value: float) -> str:
    """Two digits: enough for an error or a step width.

    Examples
    --------
    >>> short(1.23e-11), short(0.0)
    ('1.2e-11', '0')
    """
    return "0" if value == 0 else f"{value:.1e}"


def percent(share: float) -> str:
    """A share as a percentage with one decimal."""
    return f"{100 * share:.1f} %"
