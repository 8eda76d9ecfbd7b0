import pytest

from chainrule.lessons.example import Example, people


@pytest.fixture
def example() -> Example:
    """The article's network and people."""
    return people()
