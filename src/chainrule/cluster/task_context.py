"""What a task knows of the process that waits for it."""

from collections.abc import Callable
from typing import Any

from ..errors import kept_warnings

Warned = list[tuple[str, type[Warning]]]


def with_warnings(
    function: Callable[[Any, Any], Any], item: Any, shared: Any
) -> tuple[Any, Warned]:
    """The result of a function and what it warned of: the client says it, not the worker."""
    with kept_warnings() as warned:
        return function(item, shared), warned


def given_up(progress: Any = None) -> bool:
    """Whether nobody waits for this task any more; as a callback it ends a fit."""
    try:
        from distributed import get_worker

        worker = get_worker()
        task = worker.state.tasks.get(worker.get_current_task())
    except (ImportError, ValueError, AttributeError):  # not on a worker
        return False
    return task is None or task.state == "cancelled"
