"""A fit may run on the reference engine and say that it is slow: no test here is about speed."""

from pathlib import Path

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            slow = "ignore::chainrule.errors.SlowEngineWarning"
            item.add_marker(pytest.mark.filterwarnings(slow), append=False)
