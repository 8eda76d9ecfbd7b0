from functools import cache

import pytest

from chainrule.lessons import LESSONS, LessonResult, get_lesson

SLOW = {"random"}
"""4000 steps of a network with 100,100 weights take seconds."""


@pytest.fixture(params=[pytest.param(n, marks=[pytest.mark.slow] * (n in SLOW)) for n in LESSONS])
def name(request):
    return request.param


@pytest.fixture(scope="session")
def result_of():
    """Each lesson runs once; what all of them share is not changed by any test."""

    @cache
    def run(name: str) -> LessonResult:
        return get_lesson(name).run()

    return run
