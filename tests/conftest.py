"""What all tests share: one profile for hypothesis, and no silent skips on the build machine."""

import os
import shutil
import signal
from collections.abc import Generator, Iterator
from importlib.util import find_spec
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# The same examples on every run, and no deadline: a busy machine is no mistake in the code.
settings.register_profile(
    "chainrule",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("chainrule")


def _refuse_skip(report: Any) -> Any:
    """Under CI=true, a skipped test is a failed one: the build machine must have every tool."""
    if os.environ.get("CI") == "true" and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"CI=true allows no skipped test: {reason}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, Any]:
    return _refuse_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, Any, Any]:
    return _refuse_skip((yield))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What a test has measured stands at the end: it is printed, and not judged."""
    for report in terminalreporter.stats.get("passed", []):
        for name, value in report.user_properties:
            if name == "measured":
                terminalreporter.write_line(f"{report.nodeid.rsplit('::')[-1]}: {value}")


def _no_browser() -> str:
    """Why no page can be opened here; "" where one can."""
    if shutil.which("chromium") is None:
        return "there is no chromium"
    return "" if find_spec("playwright") else "playwright is not installed"


def pytest_report_header() -> str:
    """Whether the fast tests include those in a browser."""
    why = _no_browser()
    return f"fast tests in a browser: {f'left out, {why}' if why else 'with chromium'}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs a browser where there is none: environments of other versions have none.

    The slow tests in a browser are not left out: where they cannot run, they are skipped.
    """
    if _no_browser():
        without = [item for item in items if item.get_closest_marker("browser")]
        config.hook.pytest_deselected(items=without)
        items[:] = [item for item in items if item not in without]


@pytest.fixture(scope="session", autouse=True)
def sigint_is_heard() -> Iterator[None]:
    """Python's own handler of SIGINT, here and in the processes that tests start.

    A shell starts jobs in the background with SIGINT ignored. Python then has no handler, and a
    test that interrupts something would wait for ever.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
