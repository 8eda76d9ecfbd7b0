"""Counted things, in words."""


def count(n: int, noun: str) -> str:
    """The number and the noun, which takes an s unless there is one.

    Examples
    --------
    >>> count(1, "row"), count(3000, "row")
    ('1 row', '3,000 rows')
    """
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
