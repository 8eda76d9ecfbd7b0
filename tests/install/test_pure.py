"""An installation without a compiler: it works, and says what it lacks."""

import json
import os
import pickle
import pickletools
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

import chainrule as cr

ROOT = Path(__file__).parents[2]

USE = """
import json
import numpy as np
import chainrule as cr

X = np.linspace(-1.0, 1.0, 20)[:, None]
result = cr.train(cr.Network([cr.Dense(1, 1)]), X, 2 * X + 1, loss="mean_squared_error", epochs=2)
print(json.dumps([cr.__file__, result.engine, result.engine_reason]))
"""


OPEN = """
import pickle, sys
import numpy as np

with open(sys.argv[1], "rb") as file:
    opened = pickle.load(file)
import chainrule as cr
for name, (model, X, expected) in opened.items():
    assert cr.__file__.startswith(sys.argv[2])
    predicted = np.asarray(model.predict(X))  # float32 in tables
    np.testing.assert_allclose(predicted, expected, rtol=1e-5, atol=1e-5, err_msg=name)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
print(len(opened))
"""


@pytest.fixture(scope="module")
def pure(tmp_path_factory):
    """The folder of an installation without the compiled engine."""
    folder = tmp_path_factory.mktemp("pure")
    wheel = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [*wheel, "--no-deps", "--wheel-dir", str(folder), str(ROOT)],
        env={**os.environ, "CHAINRULE_PURE": "1", "CC": "/bin/false", "CXX": "/bin/false"},
        check=True,
    )
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def run_in(site, *arguments):
    # -S keeps the editable installation's hooks away; NumPy is found on the path.
    numpy_site = Path(__import__("numpy").__file__).parents[1]
    return subprocess.run(
        [sys.executable, "-S", "-c", *arguments],
        env={**os.environ, "PYTHONPATH": f"{site}{os.pathsep}{numpy_site}"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.mark.slow
def test_a_pure_wheel_trains_on_the_reference_engine(pure):
    names = [str(path.relative_to(pure)) for path in pure.rglob("*")]
    assert not [name for name in names if name.endswith((".so", ".cpp", ".hpp"))]
    assert "chainrule/py.typed" in names
    assert "chainrule/tables/data/penguins.csv" in names
    file, engine, reason = json.loads(run_in(pure, USE))
    assert file.startswith(str(pure))
    assert engine == "reference"
    assert "without its compiled engine" in reason


def trained():
    """Each kind of object that has learned something on the compiled engine, and its inputs."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3))
    y = (X[:, 0] > 0).astype(int)
    few = {"max_iter": 3, "random_state": 0}
    network = cr.mlp(3, [4], 1, "tanh")
    train = {"loss": "mse", "epochs": 3, "seed": 0}
    table = {"a": X[:, 0], "b": X[:, 1]}
    models = {
        "result": (cr.train(network, X, X[:, :1], **train), X),
        "sparse": (cr.train(network, sp.csr_matrix(X), X[:, :1], **train), sp.csr_matrix(X)),
        "many": (cr.train_many(network, X, X[:, :1], [{}, {}], **train)[1], X),
        "early": (
            cr.train(network, X, X[:, :1], validation=(X, y), stop=cr.EarlyStopping(), **train),
            X,
        ),
        "classifier": (cr.MLPClassifier(4, **few).fit(X, y), X),
        "regressor": (cr.MLPRegressor(solver="lbfgs", **few).fit(X, X[:, 0]), X),
        "sparse classifier": (cr.MLPClassifier(4, **few).fit(sp.csr_matrix(X), y), X),
        "perceptron": (cr.Perceptron().fit(X, y), X),
        "tabular classifier": (
            cr.TabularClassifier(epochs=3, random_state=0, preset="plain").fit(table, y),
            table,
        ),
        "tabular regressor": (
            cr.TabularRegressor(epochs=3, random_state=0, preset="plain").fit(table, X[:, 2]),
            table,
        ),
        "pipeline": (
            cr.Pipeline.fit({**table, "y": y}, "y", epochs=3, seed=0, preset="plain"),
            table,
        ),
    }
    return {name: (model, X, model.predict(X)) for name, (model, X) in models.items()}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_pickles_of_a_compiled_installation_open_in_a_pure_one(pure, tmp_path):
    models = trained()
    (tmp_path / "models").write_bytes(pickle.dumps(models))
    assert run_in(pure, OPEN, str(tmp_path / "models"), str(pure)).strip() == str(len(models))


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_equal_fits_give_equal_pickles():
    models, again = trained(), trained()
    for name, (model, X, _) in models.items():
        same = pickle.dumps(again[name][0])  # which has predicted, too
        assert pickle.dumps(model) == same, name
        opened, other = pickle.loads(same), pickle.loads(same)
        opened.predict(X)
        assert pickle.dumps(opened) == pickle.dumps(other), name


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_no_pickle_names_the_compiled_engine():
    for name, (model, _, _) in trained().items():
        words = [a for _, a, _ in pickletools.genops(pickle.dumps(model)) if isinstance(a, str)]
        assert not [w for w in words if "compiled" in w and w != "compiled"], name


@pytest.mark.slow
def test_without_a_compiler_the_way_out_is_said_first_and_last(tmp_path):
    wheel = [sys.executable, "-m", "pip", "wheel", "--disable-pip-version-check", "--no-deps"]
    folders = ["--wheel-dir", str(tmp_path), f"--config-settings=build-dir={tmp_path / 'build'}"]
    environment = {k: v for k, v in os.environ.items() if k != "CHAINRULE_PURE"}
    done = subprocess.run(
        [*wheel, *folders, str(ROOT)],
        env={**environment, "CC": "/bin/false", "CXX": "/bin/false"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    lines = [line.strip() for line in (done.stdout + done.stderr).splitlines()]
    configured = [line for line in lines if line.startswith("-- ")]
    assert "CHAINRULE_PURE=1" in configured[0]
    assert "CHAINRULE_PURE=1" in lines[lines.index("*** CMake configuration failed") + 1]
