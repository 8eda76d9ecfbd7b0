"""Which engine runs a plan."""

from collections.abc import Callable
from functools import cache

from ..errors import EngineUnavailableError, require_instance, require_text
from ..loading import LOADING
from ..plan import Data, Plan
from ..registry import unknown
from .base import Engine
from .reference import ReferenceEngine

ENGINES = ("auto", "compiled", "reference")


def compiled_engine(threads: int | None = None) -> tuple[Engine | None, str]:
    """The compiled engine, or None and the reason why it is not there."""
    make, why = _compiled()
    return (None if make is None else make(threads)), why


def installed_engine(name: str, threads: int | None = None) -> Engine:
    """The engine of that name; the reference engine where the compiled one is not installed."""
    require_text("name", name)
    engine = compiled_engine(threads)[0] if name == "compiled" else None
    return engine or ReferenceEngine()


@cache
def _compiled() -> tuple[Callable[[int | None], Engine] | None, str]:
    """The compiled engine's class, looked for once, since every fit asks for it."""
    try:
        with LOADING:
            from .compiled import CompiledEngine
    except ImportError as error:
        return None, f"chainrule was installed without its compiled engine ({error})"
    return CompiledEngine, ""


def choose_engine(
    name: str, plan: Plan, data: Data, threads: int | None = None
) -> tuple[Engine, str]:
    """The engine that is to run a plan, and why it is not the fastest one ("" if it is).

    Parameters
    ----------
    name : {"auto", "compiled", "reference"}
        "auto" takes the compiled engine wherever it can run the plan.
    plan : Plan
    data : Data
    threads : int, optional
        The largest number of threads.

    Raises
    ------
    EngineUnavailableError
        If an engine was asked for by name and cannot run the plan.
    UnknownNameError
        If there is no engine of that name.
    """
    if type(plan) is not Plan or type(data) is not Data:
        require_instance("plan", plan, Plan, "a Plan")
        require_instance("data", data, Data, "Data")
    if not isinstance(name, str) or name not in ENGINES:
        raise unknown("engine", name, ENGINES)
    if name == "reference":
        return ReferenceEngine(), "the reference engine was asked for"
    engine, why = compiled_engine(threads)
    if engine is not None:
        why = engine.why_not(plan, data)
        if not why:
            return engine, ""
    if name == "compiled":
        raise EngineUnavailableError(f"engine='compiled' cannot run this: {why}; use engine='auto'")
    return ReferenceEngine(), why
