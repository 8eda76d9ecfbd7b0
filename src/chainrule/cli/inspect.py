"""`chainrule inspect`: the layers of a model, and where it comes from."""

import json
import re
from dataclasses import asdict
from typing import Any

import click

from .console import grid, number, results


@click.command()
@click.argument("model")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def inspect(model: str, as_json: bool) -> None:
    """Show the layers, the weights and the origin of a saved model.

    What the model is, was learned from, scored and expects, as chainrule info shows it; then each
    layer, and the mean, spread and range of each of its arrays.

    \b
    chainrule inspect penguins.model
    """  # noqa: D301 - click's mark for lines that stay apart
    from ..models import load_model, summarize_layers
    from .info import show_facts
    from .model_facts import facts_of

    loaded = load_model(model)
    facts, layers = facts_of(loaded), summarize_layers(loaded)
    if as_json:
        click.echo(json.dumps({**facts, "layers": [asdict(one) for one in layers]}, indent=2))
        return
    show_facts(facts)
    click.echo("layers")
    table = grid(["", "inputs", "outputs", "parameters"])
    for one in layers:
        table.add_row(
            f"  {_name(one.layer)}", _size(one.n_in), _size(one.n_out), f"{one.n_parameters:,}"
        )
    results().print(table)
    click.echo("weights")
    table = grid(["", "shape", "mean", "std", "smallest", "largest"])
    for array in (array for one in layers for array in one.arrays):
        shape = " x ".join(map(str, array.shape))
        numbers = map(number, (array.mean, array.std, array.low, array.high))
        table.add_row(f"  {array.name}", shape, *numbers)
    results().print(table)


def _size(n: int | None) -> Any:
    return "any" if n is None else f"{n:,}"


def _name(layer: str) -> str:
    """A layer's kind and activation; --json has all of its arguments."""
    activation = re.search(r"activation=(\w+)", layer)
    name = layer.partition("(")[0]
    return f"{name}, {activation[1]}" if activation else name
