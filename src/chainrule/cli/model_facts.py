"""What a saved model is: under headings, as plain data."""

from typing import Any

from ..tables import ClassTarget, Pipeline
from ..tables.target_group import parts_of
from ..tables.text_encoder import TextEncoder
from ..tables.words import count
from ..training import TrainingResult
from .console import number

Facts = dict[str, dict[str, Any]]


def facts_of(model: Any) -> Facts:
    """What it is, learned from, scored and expects; less of a model that is not of a table."""
    if isinstance(model, Pipeline):
        return _of_pipeline(model)
    inner = getattr(model, "pipeline_", None)  # of an estimator for tables
    if isinstance(inner, Pipeline):
        return {"estimator": {"is": repr(model)}, **_of_pipeline(inner)}
    facts: Facts = {"model": {"is": type(model).__name__, "parameters": _described(model)}}
    result = model if isinstance(model, TrainingResult) else getattr(model, "result_", None)
    if isinstance(result, TrainingResult):
        network = result.network
        facts["model"]["network"] = network.sizes
        facts["model"]["numbers"] = count(network.layout.size, "parameter")
        facts["learned"] = {
            "plan": repr(result.plan),
            "epochs": len(result.history),
            "ended": result.stopped,
            **{k: number(v) for k, v in _last(result).items()},
        }
        names = getattr(model, "feature_names_in_", ())
        facts["expects"] = {"inputs": ", ".join(map(str, names)) or f"{network.n_in} numbers a row"}
    elif hasattr(model, "network"):
        facts["model"]["network"] = model.network.sizes
        facts["model"]["numbers"] = count(model.network.layout.size, "parameter")
        facts["expects"] = {"inputs": f"{model.network.n_in} numbers a row"}
    return facts


def _of_pipeline(pipeline: Pipeline) -> Facts:
    schema, summary, network = pipeline.schema, pipeline.summary, pipeline.network
    parts = parts_of(pipeline.target)
    what = f"{schema.task} of {', '.join(part.name for part in parts)}"
    labels = parts[0].labels if len(parts) == 1 and isinstance(parts[0], ClassTarget) else None
    facts: Facts = {
        "model": {
            "is": what if labels is None else f"{what}: {', '.join(map(str, labels))}",
            "network": f"{network.sizes}, {count(network.layout.size, 'parameter')}",
        },
        "learned from": {
            "table": summary.get("source", "a table"),
            "rows": f"{summary.get('rows', 0):,}, and {summary.get('validation_rows', 0):,} to see "
            "when to stop" + (", learned from in the end" if summary.get("refitted_for") else ""),
            "date": summary.get("date") or "not known",
            "seed": summary.get("seed"),
            "epochs": f"{summary.get('epochs')}, best {summary.get('best_epoch')}",
            "ended": str(summary.get("stopped", "")).replace("_", " "),
        },
    }
    known = summary.get("scores", {})
    for target, scores in known.get("targets", {}).items():
        rows = count(int(scores["rows"]), f"{known['on']} row")
        of = f"{target} " if len(parts) > 1 else ""
        facts[f"{of}scored on {rows}"] = {
            name.replace("_", " "): f"{_number(score)} "
            f"(trivial guess {_number(scores[f'baseline_{name}'])})"
            for name, score in scores.items()
            if name != "rows" and not name.startswith("baseline_")
        }
    if not known and summary.get("validation_loss") is not None:
        facts["scored"] = {"validation loss": number(summary["validation_loss"])}
    facts["expects the columns"] = {c.name: _expected(c) for c in pipeline.encoder.columns}
    return facts


def _expected(column: Any) -> str:
    """What a column holds, and whether values may be missing."""
    levels = getattr(column, "levels", None)
    if isinstance(column, TextEncoder):
        what = "texts"
    elif levels is None:
        kind = type(column.format).__name__.removesuffix("Format").lower()
        what = f"{kind}s" if kind != "time" else "times"
    else:
        shown = ", ".join(levels[:8]) + (f" and {len(levels) - 8} more" if len(levels) > 8 else "")
        other = " or another" if getattr(column, "other", False) else ""
        what = f"one of {shown or 'none'}{other}"
    return f"{what}, or missing" if column.missing else what


def _number(score: float | None) -> str:
    return "not computed" if score is None else number(score)


def _last(result: TrainingResult) -> dict[str, float]:
    curves = {"loss": result.history.loss, "validation loss": result.history.validation_loss}
    return {name: curve[-1] for name, curve in curves.items() if curve}


def _described(model: Any) -> str:
    text = repr(model)
    return text if len(text) < 400 else text[:397] + "..."
