"""The articles' numbers hold on the readable engine and on whichever is the fastest."""

import pytest


@pytest.fixture(params=["reference", "auto"])
def engine(request: pytest.FixtureRequest) -> str:
    return request.param
