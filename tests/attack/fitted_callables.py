"""What users call on what was fitted or read: methods of estimators, tables, explanations, pictures."""
# ruff: noqa: E501 - tables of calls and programs

from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import Any

from tests.attack.calling import CLASSES, FRAME, NETWORK, PARAMETERS, ROWS, SGD, Call, X, y

import chainrule as cr
from chainrule import (
    diagnose,
    evaluation,
    gradient_free,
    lessons,
    models,
    plots,
    report,
    runs,
    tables,
)
from chainrule.tables import scoring

EQUATION = gradient_free.LinearEquation([256, 212], 1492)
MSE = {"loss": "mean_squared_error"}


@cache
def result() -> Any:
    return cr.train(NETWORK, X, y, **MSE, epochs=1, seed=0)


@cache
def pipeline(**options: Any) -> Any:
    how = {"epochs": 1, "hidden": (2,), "seed": 0, "preset": "plain", **options}
    return cr.Pipeline.fit(FRAME, "t", **how)


def methods(of: Any, name: str, methods: Mapping[str, Mapping[str, Any]], slow: bool = False):
    """Calls of some methods of an object."""
    for method, arguments in methods.items():
        yield Call(f"{name}.{method}", getattr(of, method), arguments, slow=slow)


def of_training() -> list[Call]:
    """Results, sessions, explanations, equations."""
    many = cr.train_many(NETWORK, X, y, [{}, {"seed": 1}], **MSE, epochs=1)
    session, state = cr.training_session(NETWORK, X, y, **MSE, seed=0)
    subject = result().subject()
    explained = cr.explain(NETWORK, PARAMETERS, X, y, **MSE, weight="w1", row=0)
    columns = cr.explain_columns(NETWORK, PARAMETERS, X, row=0, background=X)
    path = {"point": [1, 1]}
    zooms = {"to_text": {}, "to_html": {}, "to_latex": {}, "to_json": {}}
    return [
        *methods(many, "TrainingResults", {"predict": {"X": X}, "curve": {}}),
        *methods(many[0].history, "History", {"curve": {"name": "loss"}}),
        *methods(session, "Session", {"advance": {"state": state, "epochs": 1}}),
        *methods(subject, "Subject", {"predict": {"X": X}}),
        *methods(EQUATION, "LinearEquation", {"loss": path, "gradient": path}),
        *methods(explained, "Explanation", zooms),
        *methods(columns, "ColumnExplanation", zooms),
        *methods(cr.Neuron([1.0, 2.0]), "Neuron", {"pre_activation": {"x": [1.0, 2.0]}}),
        *methods(models.TrainedNetwork(NETWORK, PARAMETERS), "TrainedNetwork", {"predict": {"X": X}}),
        *methods(diagnose.snapshot(NETWORK, X, y, **MSE, parameters=PARAMETERS), "Snapshot", {"layer_name": {"layer": 0}}),
        Call("explain_columns", cr.explain_columns, {"network": NETWORK, "parameters": PARAMETERS, "x": X, "row": 0, "background": X}),
        Call("input_gradient", cr.input_gradient, {"network": NETWORK, "parameters": PARAMETERS, "x": X}),
        Call("load_pipeline", models.load_pipeline, {"path": "/nonexistent/m"}),
        Call("atomic_write", models.atomic_write, {"path": "written"}, _enter),
        Call("write_notebook", lessons.write_notebook, {"lesson": lessons.line, "path": "notebook.ipynb"}, slow=True),
        Call("Lesson.with_data", lessons.line.with_data, {"path": None}),
        Call("Lesson.run", lessons.line.run, {}, slow=True),
        Call("to_notebook", lessons.to_notebook, {"lesson": lessons.line}, slow=True),
    ]  # fmt: skip


def _enter(opened: Any) -> None:
    """Open, and give up before anything is written."""
    with suppress(InterruptedError), opened:
        raise InterruptedError


def of_tables() -> list[Call]:
    """Reading tables, and what is made of them."""
    decoded = tables.decode_table(FRAME, "t")
    schema, table = decoded.schema, cr.read_table(FRAME)
    learned = tables.TrainingSet.prepare(FRAME, "t", seed=0, preset="plain")
    fit = {"frame": FRAME, "target": "t"}
    short = {"epochs": 1, "hidden": (2,)}
    frame = {"frame": FRAME}
    found = [
        Call("read_table", cr.read_table, {"source": FRAME}),
        Call("scan_table", tables.scan_table, {"source": FRAME, "sample": 100, "buffer": 10}),
        Call("Query", tables.Query, {"sql": "SELECT 1 AS x", "uri": "sqlite::memory:"}, cr.read_table),
        Call("decode_table", tables.decode_table, fit),
        Call("split", tables.split, {**frame, "seed": 0}),
        Call("ReadOptions", tables.ReadOptions, {}, lambda o: cr.read_table(FRAME, o)),
        Call("Schema.fit", tables.Schema.fit, fit),
        Call("Schema.describe", schema.describe, {}),
        Call("TrainingSet.prepare", tables.TrainingSet.prepare, {**fit, "seed": 0}),
        Call("TrainingSet.encode", tables.TrainingSet.encode, {"decoded": decoded, "seed": 0}),
        Call("Encoder.fit", tables.Encoder.fit, {"decoded": decoded}),
        *methods(learned.encoder, "Encoder", {"transform": {"table": table}, "encode": {"decoded": decoded}}),
        Call("Pipeline.fit", cr.Pipeline.fit, {**fit, **short, "seed": 0}),
        Call("Pipeline.train", cr.Pipeline.train, {"training_set": learned, **short}),
        *methods(pipeline(), "Pipeline", dict.fromkeys(("predict", "predict_proba", "evaluate", "outputs"), frame)),
        Call("explain_columns(pipeline)", cr.explain_columns, {"network": pipeline(), "x": FRAME, "row": 0}),
        Call("explain_prediction(pipeline)", cr.explain_prediction, {"network": pipeline(), "x": FRAME, "row": 0}),
    ]  # fmt: skip
    return [Call(c.name, c.function, c.arguments, c.then, slow=True) for c in found]


def of_evaluation() -> list[Call]:
    """Scores, folds, searches, runs and the page."""
    decoded, frame = tables.decode_table(FRAME, "t"), {"frame": FRAME}
    model, short = {"model": pipeline(), **frame}, {"epochs": 1, "hidden": (2,), "seed": 0}
    fit, table = {**frame, "target": "t", "folds": 2, "jobs": 1, **short}, cr.read_table(FRAME)
    learned = tables.TrainingSet.prepare(FRAME, "t", seed=0)
    judged = scoring.judge(
        pipeline().target, pipeline().schema.targets, table, pipeline().outputs(table)
    )
    found = evaluation.reliability([0.1, 0.9], [0, 1])
    return [
        Call("evaluate", cr.evaluate, {**model, "resamples": 2}),
        Call("cross_validate", cr.cross_validate, fit),
        Call("tune", cr.tune, {**fit, "space": {"hidden": [(2,)]}, "trials": 1}),
        Call("make_folds", evaluation.make_folds, {"decoded": decoded, "folds": 2, "seed": 0}),
        Call("parse_space", evaluation.parse_space, {"texts": ["a=1|2"]}),
        Call("Interval", evaluation.Interval, {"low": 1, "high": 2}, lambda i: i.at(0.5)),
        Call("permutation_importance", evaluation.permutation_importance, {**model, "repeats": 1}),
        Call("reliability", evaluation.reliability, {"predicted": [0.1, 0.9], "observed": [0, 1]}),
        Call("calibration_error", evaluation.calibration_error, {"found": found}),
        Call("mislabelled_rows", evaluation.mislabelled_rows, {"model": pipeline(folds=2), "most": 3}),
        Call("worst_rows", evaluation.worst_rows, {"judged": judged[0]}),
        Call("html_report", report.html_report, model),
        Call("check_table", tables.check_table, {"pipeline": pipeline(), **frame}),
        Call("with_validation", tables.with_validation, {"training_set": learned, **frame}),
        Call("summarize_layers", models.summarize_layers, {"model": pipeline()}),
        Call("settings_text", runs.settings_text, {"settings": {"a": 1}}),
        Call("read_settings", runs.read_settings, {"path": "/nonexistent"}),
        Call("data_hash", runs.data_hash, {"source": "-", "table": table}),
        Call("read_run", runs.read_run, {"path": "/nonexistent"}),
        Call("list_runs", runs.list_runs, {"folder": "/nonexistent"}),
        Call("compare_runs", runs.compare_runs, {"runs": []}),
        Call("RunFolder", runs.RunFolder, {"parent": "runs", "name": "m", "settings": {}}, lambda f: f.discard()),
    ]  # fmt: skip


def of_estimators(slow: bool) -> list[Call]:
    """Constructors, which check at fit, and methods; those of tables are slow."""
    found = []
    for estimator, target in (
        (cr.MLPClassifier, CLASSES),
        (cr.MLPRegressor, ROWS[:, 0]),
        (cr.Perceptron, CLASSES),
    ):
        name = estimator.__name__
        neuron = estimator is cr.Perceptron
        short: dict[str, Any] = {"max_iter": 2}
        short |= {"tol": None} if neuron else {"hidden_layer_sizes": (2,), "random_state": 0}
        rows, both = {"X": ROWS}, {"X": ROWS, "y": target}
        fitted = estimator(**short).fit(ROWS, target)

        def fit(made: Any, target: Any = target) -> Any:
            return made.fit(ROWS, target)

        asked = {
            "predict": rows, "predict_proba": rows, "predict_log_proba": rows, "score": both,
            "decision_function": rows, "transform": rows, "input_gradient": rows,
            "diagnose": both, "explain": {"x": ROWS[:1], "y": target[:1], "weight": "w1"},
        }  # fmt: skip
        found += [
            Call(name, estimator, short, fit),
            Call(f"{name}.fit", estimator(**short).fit, both),
            *methods(fitted, name, {m: a for m, a in asked.items() if hasattr(fitted, m)}),
        ]
        first = {"classes": [0, 1]} if estimator is not cr.MLPRegressor else {}
        found.append(Call(f"{name}.partial_fit", estimator(**short).partial_fit, {**both, **first}))
    if not slow:
        return found
    inputs = {"a": FRAME["a"], "b": FRAME["b"]}
    for estimator, target in ((cr.TabularClassifier, FRAME["t"]), (cr.TabularRegressor, X[:, 1])):
        name, short = estimator.__name__, {"epochs": 1, "hidden": (2,), "random_state": 0}

        def fit(made: Any, target: Any = target) -> Any:
            return made.fit(inputs, target)

        fitted = fit(estimator(**short))
        rows, both = {"X": inputs}, {"X": inputs, "y": target}
        asked = {"predict": rows, "predict_proba": rows, "predict_log_proba": rows, "score": both}
        found += [
            Call(name, estimator, short, fit, slow=True),
            Call(f"{name}.fit", estimator(**short).fit, both, slow=True),
            *methods(fitted, name, {m: a for m, a in asked.items() if hasattr(fitted, m)}, True),
        ]
    return found


def of_plots() -> list[Call]:
    """Pictures, drawn small."""
    p = plots
    descent = cr.minimize(lambda v: float(v @ v), lambda v: 2 * v, [1.0, 1.0], SGD, steps=3)
    rates = diagnose.learning_rate_finder(NETWORK, X, y, **MSE, steps=5, seed=0)
    columns = cr.explain_columns(NETWORK, PARAMETERS, X, row=0, background=X)
    line, square = {"function": lambda x: x**2}, {"function": lambda v: float(v @ v)}
    small: dict[str, Any] = {"resolution": 5}
    network = {"network": NETWORK, "X": X, "y": y, **MSE, "parameters": PARAMETERS, **small}
    learned = {"estimator": result(), "X": X, "y": y}
    one_input = cr.train(cr.mlp(1, (2,), 1), X[:, :1], y, **MSE, epochs=1, seed=0)
    alone = {"estimator": one_input, "X": X[:, :1], "y": y}
    search = {"one": gradient_free.guess(EQUATION, integers=True, seed=0, max_tries=10)}
    walked = {
        "initial": PARAMETERS,
        "steps": 2,
        **{k: network[k] for k in ("network", "X", "y", "loss")},
    }
    rates_of = {"learning_rates": [0.1], "kind": "curves"}
    drawn = p.ActivationDisplay.from_activation("tanh")
    found = [
        Call("ActivationDisplay", p.ActivationDisplay.from_activation, {"activation": "tanh"}),
        Call("ActivationDisplay.from_estimator", p.ActivationDisplay.from_estimator, {"estimator": cr.train(cr.mlp(3, (2,), 1, "tanh"), X, y, **MSE, epochs=1, seed=0)}),
        Call("ActivationDisplay.plot", drawn.plot, {}),
        Call("Display.save", drawn.save, {"path": "picture.svg"}),
        Call("TangentDisplay", p.TangentDisplay.from_function, {**line, "derivative": lambda x: 2 * x, "at": [1.0]}),
        Call("TangentDisplay.from_estimator", p.TangentDisplay.from_estimator, {**learned, **small}),
        Call("CostSliceDisplay", p.CostSliceDisplay.from_function, {**line, **small}),
        Call("CostSliceDisplay.from_network", p.CostSliceDisplay.from_network, network),
        Call("CostSliceDisplay.from_estimator", p.CostSliceDisplay.from_estimator, {**learned, **small}),
        Call("CostSurfaceDisplay", p.CostSurfaceDisplay.from_function, {**square, **small}),
        Call("CostSurfaceDisplay.from_network", p.CostSurfaceDisplay.from_network, {**network, "kind": "contour"}),
        Call("CostSurfaceDisplay.from_estimator", p.CostSurfaceDisplay.from_estimator, {**learned, **small}),
        Call("DescentPathDisplay", p.DescentPathDisplay.from_path, {"path": descent, **square, **small, "kind": "above"}),
        Call("DescentPathDisplay.from_network", p.DescentPathDisplay.from_network, {**walked, **small, "kind": "above"}),
        Call("DescentPathDisplay.from_estimator", p.DescentPathDisplay.from_estimator, {**learned, **small, "steps": 2, "kind": "above"}),
        Call("FitLineDisplay", p.FitLineDisplay.from_points, {"x": [0.0, 1.0], "y": [0.0, 1.0]}),
        Call("FitLineDisplay.from_network", p.FitLineDisplay.from_network, {"network": one_input, "X": X[:, :1], "y": y}),
        Call("FitLineDisplay.from_estimator", p.FitLineDisplay.from_estimator, alone),
        Call("GatesDisplay", p.GatesDisplay.from_gates, {"gates": {"AND": lambda rows: rows.all(axis=1)}}),
        Call("GatesDisplay.from_estimator", p.GatesDisplay.from_estimator, {"estimator": cr.train(cr.mlp(2, (), 1), X[:, :2], y, **MSE, epochs=1, seed=0)}),
        Call("LearningCurveDisplay", p.LearningCurveDisplay.from_history, {"history": result().history}),
        Call("LearningCurveDisplay.from_estimator", p.LearningCurveDisplay.from_estimator, {"estimator": result()}),
        Call("LearningRateComparisonDisplay", p.LearningRateComparisonDisplay.from_function, {**square, "gradient": lambda v: 2 * v, "start": [1.0], **rates_of}),
        Call("LearningRateComparisonDisplay.from_network", p.LearningRateComparisonDisplay.from_network, {**walked, **rates_of}),
        Call("LearningRateComparisonDisplay.from_estimator", p.LearningRateComparisonDisplay.from_estimator, {**learned, **rates_of, "steps": 2}),
        Call("LearningRateFinderDisplay", p.LearningRateFinderDisplay.from_test, {"test": rates}),
        Call("LearningRateFinderDisplay.from_estimator", p.LearningRateFinderDisplay.from_estimator, {**learned, "steps": 5}),
        Call("ContributionsDisplay", p.ContributionsDisplay.from_explanation, {"explanation": columns}),
        Call("ContributionsDisplay.from_estimator", p.ContributionsDisplay.from_estimator, {"estimator": result(), "x": X, "row": 0, "background": X}),
        Call("DecisionBoundaryDisplay", p.DecisionBoundaryDisplay.from_predictor, {"predictor": lambda z: z[:, 0], "X": X[:, :2], "y": [0, 1] * 6, **small}),
        Call("DecisionBoundaryDisplay.from_estimator", p.DecisionBoundaryDisplay.from_estimator, {"estimator": cr.Perceptron(max_iter=2, tol=None).fit(ROWS[:, :2], CLASSES), "X": ROWS[:, :2], "y": CLASSES, **small}),
        Call("NetworkDiagram", p.NetworkDiagram.from_network, {"network": NETWORK}),
        Call("NetworkDiagram.from_estimator", p.NetworkDiagram.from_estimator, {"estimator": result()}),
        Call("NeuronDiagram", p.NeuronDiagram.from_neuron, {"neuron": cr.Neuron([1.0, 2.0])}),
        Call("NeuronDiagram.from_layer", p.NeuronDiagram.from_layer, {"n_in": 2}),
        Call("NeuronDiagram.from_estimator", p.NeuronDiagram.from_estimator, {"estimator": result()}),
        Call("SearchDisplay", p.SearchDisplay.from_searches, {"equation": EQUATION, "searches": search}),
    ]  # fmt: skip
    return [Call(c.name, c.function, c.arguments, c.then, slow=True) for c in found]
