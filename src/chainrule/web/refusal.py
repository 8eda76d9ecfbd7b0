"""What a page is told when something cannot be done."""

import re

import msgspec

from ..errors import ChainruleError

_PLACE = re.compile(r" - at `(?:key in )?\$(.*)`$")
_WORDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "nothing",
}


class RefusedError(Exception):
    """Something that cannot be done: nothing has changed.

    Attributes
    ----------
    field : str
        The setting or the field of the message that it belongs to: "optimizer.learning_rate".
    message : str
        What is wrong, and the way out.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


def _in_words(name: str, text: str) -> str:
    """What msgspec expected, as a person would say it."""
    text = re.sub(
        r"`([a-z| ]+)`",
        lambda found: " or ".join(_WORDS.get(word, word) for word in found[1].split(" | ")),
        text,
    )
    return f"{name} must be {text.removeprefix('Expected ')}" if "Expected " in text else text


def refusal(error: Exception, field: str = "") -> RefusedError:
    """The refusal for an error of the library or of a message's form.

    Examples
    --------
    >>> from chainrule.errors import InvalidValueError
    >>> refusal(InvalidValueError("n (=0) must be >= 1"), "data.n").message
    'n (=0) must be >= 1'
    """
    if isinstance(error, RefusedError):
        return error
    if isinstance(error, msgspec.ValidationError):
        text = str(error)
        found = _PLACE.search(text)
        if found is None:
            return RefusedError(field, text)
        place = re.sub(r"\[(\d+)\]", r".\1", found[1]).replace("[...]", "").strip(".")
        return RefusedError(place, _in_words(place.rsplit(".", 1)[-1], text[: found.start()]))
    if isinstance(error, ChainruleError):
        return RefusedError(field, str(error))
    if isinstance(error, MemoryError):
        return RefusedError(field, "out of memory; fewer rows or units need less")
    raise error
