"""Tables of numbers as pandas data frames."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from ..errors import MissingLibraryError


def data_frame(columns: Mapping[str, Sequence[Any]], index_name: str, index: Sequence[int]) -> Any:
    """Columns of one length as a pandas data frame.

    Raises
    ------
    MissingLibraryError
        Without pandas.
    """
    try:
        pandas: Any = import_module("pandas")
    except ImportError:
        raise MissingLibraryError(
            "a data frame needs pandas: pip install 'chainrule[pandas]'"
        ) from None
    return pandas.DataFrame(dict(columns), index=pandas.Index(index, name=index_name))
