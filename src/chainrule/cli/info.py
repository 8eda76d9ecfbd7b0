"""`chainrule info`: what runs here, for bug reports, or what a model is."""

import json
import os
import platform
import sys
from importlib import metadata
from typing import Any

import click

LIBRARIES = (
    "numpy",
    "scipy",
    "scikit-learn",
    "pyarrow",
    "narwhals",
    "safetensors",
    "matplotlib",
    "click",
    "rich",
)

ENVIRONMENT = ("CHAINRULE_ISA", "CHAINRULE_THREADS", "OMP_NUM_THREADS", "NO_COLOR")


@click.command(short_help="Show what a model is; or versions, engines and the machine.")
@click.argument("model", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def info(model: str | None, as_json: bool) -> None:
    """Show what MODEL is, was learned from, scored and expects.

    Without MODEL: versions, engines and the machine, for bug reports.

    \b
    chainrule info
    chainrule info penguins.model
    """  # noqa: D301 - click's mark for lines that stay apart
    if model is None:
        facts = collect()
    else:
        from ..models import load_model
        from .model_facts import facts_of

        facts = facts_of(load_model(model))
    if as_json:
        click.echo(json.dumps(facts, indent=2))
        return
    show_facts(facts)


def show_facts(facts: dict[str, dict[str, Any]]) -> None:
    """Print facts under their headings."""
    for heading, values in facts.items():
        click.echo(heading)
        for name, value in values.items():
            lines = ("not installed" if value is None else str(value)).split("\n")
            click.echo(f"  {name:<18} " + f"\n{'':<21}".join(lines))


def collect() -> dict[str, dict[str, Any]]:
    """Every fact under its heading, as plain data."""
    from .. import __version__

    return {
        "versions": {
            "chainrule": __version__,
            "Python": f"{platform.python_version()}, {platform.python_implementation()}",
            **{name: _version(name) for name in LIBRARIES},
        },
        "engines": _engines(),
        "machine": {
            "platform": platform.platform(),
            "processor": platform.machine(),
            "processors to use": _processors(),
            "executable": sys.executable,
            **{name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
        },
    }


def _engines() -> dict[str, str]:
    try:
        from ..engines.compiled import CompiledEngine
    except ImportError as error:
        return {"compiled": f"not installed ({error})", "reference": "NumPy"}
    engine = CompiledEngine()
    from ..tables.words import count

    threads = count(engine.threads_used, "thread")
    return {"compiled": f"{engine.instruction_set}, {threads}", "reference": "NumPy"}


def _processors() -> int:
    """How many this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
