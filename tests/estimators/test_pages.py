"""The Python on the pages for those who come from elsewhere runs as it stands."""

import re
import warnings
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(
    "page", [f"coming-from-{peer}.md" for peer in ("scikit-learn", "keras", "pytorch")]
)
def test_page(page: str, capsys: Any) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", (DOCS / page).read_text(), re.M | re.S)
    assert len(blocks) > 1
    names: dict[str, Any] = {}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Stochastic Optimizer")
        for block in blocks:
            exec(compile(block, page, "exec"), names)


def test_the_keras_form_of_adam_is_what_the_page_says() -> None:
    """One step from zero views: m = (1 - b1) g, v = (1 - b2) g^2, eps beside sqrt(v)."""
    import numpy as np

    import chainrule as cr

    g = np.array([1e-4])
    adam = cr.Adam(0.001, eps=1e-7, epsilon="hat")
    stepped, _ = adam.update(g, adam.start(g), np.zeros(1), 1, 0.001)
    alpha = 0.001 * np.sqrt(1 - 0.999) / (1 - 0.9)
    expected = -alpha * (0.1 * g) / (np.sqrt(0.001 * g**2) + 1e-7)
    np.testing.assert_allclose(stepped, expected)
