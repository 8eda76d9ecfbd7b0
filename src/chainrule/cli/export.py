"""`chainrule export`: a model in another form."""

from pathlib import Path

import click

from .console import note
from .options import file_to_write, refuse_same

_ENDINGS = (".onnx", ".c", ".npz", ".safetensors")


@click.command()
@click.argument("model")
@click.option(
    "--output",
    "-o",
    metavar="FILE",
    callback=file_to_write(*_ENDINGS),
    required=True,
    help="The file to write; its ending decides the form: .onnx, .c, .npz or .safetensors.",
)
@click.option(
    "--layout",
    type=click.Choice(["chainrule", "torch", "keras"]),
    help="How the arrays of .npz and .safetensors are named. By default torch for .safetensors.",
)
@click.option(
    "--name", default="predict", show_default=True, metavar="NAME", help="The function in C."
)
@click.option("--quiet", "-q", is_flag=True, help="Say nothing but warnings and errors.")
def export(model: str, output: Path, layout: str | None, name: str, quiet: bool) -> None:
    """Write a model as ONNX, C or weights for other libraries.

    \b
    .onnx         for every ONNX runtime, preprocessing inside (needs chainrule[onnx])
    .c            C source without dependencies
    .npz          weights for NumPy, or with --layout keras for Keras
    .safetensors  weights as a state_dict of PyTorch

    \b
    chainrule export penguins.model -o penguins.onnx
    """  # noqa: D301 - click's mark for lines that stay apart
    from ..exchange import export_c, export_onnx, save_weights
    from ..models import load_model

    refuse_same([model], [output])
    ending = output.suffix.lower()
    if layout is not None and ending in (".onnx", ".c"):
        raise click.UsageError(f"--layout is for .npz and .safetensors, not for {ending}")
    loaded = load_model(model)
    if ending == ".onnx":
        made = export_onnx(loaded, output)
        inputs = ", ".join(value.name for value in made.graph.input)
        outputs = ", ".join(value.name for value in made.graph.output)
        details = f" (from {inputs} to {outputs})"
    elif ending == ".c":
        export_c(loaded, output, name)
        details = f" (the function {name})"
    else:
        save_weights(loaded, output, layout)  # type: ignore[arg-type]
        details = ""
    if not quiet:
        note(f"{output} written{details}.")
