"""Numbers to NumPy, PyTorch and Keras and back, and files of others."""

import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save_file

import chainrule as cr
from chainrule.activations import Tanh
from chainrule.errors import DataError, InvalidValueError, ShapeError, WriteError
from chainrule.exchange import keras_weights, load_weights, save_weights
from chainrule.layers import Layer
from chainrule.models import TrainedNetwork

LAYERS = (
    cr.Dense(3, 4, "relu"),
    cr.BatchNorm(4, "tanh"),
    cr.Dropout(0.2),
    cr.Frozen(cr.Dense(4, 4, bias=False)),
    cr.LayerNorm(4, "sigmoid"),
    cr.Dense(4, 2),
)
NETWORK = cr.Network(LAYERS)


def model(dtype=np.float64, network=NETWORK):
    parameters = network.initial_parameters(0, dtype)
    parameters.vector[:] += np.random.default_rng(0).uniform(0.1, 0.9, parameters.vector.size)
    return TrainedNetwork(network, parameters)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("layout", ["chainrule", "torch", "keras", None])
@pytest.mark.parametrize("ending", ["npz", "safetensors", "NPZ"])
def test_weights_come_back(tmp_path, ending, layout, dtype):
    fitted, place = model(dtype), tmp_path / f"w.{ending}"
    save_weights(fitted, place, layout)
    again = load_weights(NETWORK, place, layout)
    assert again == fitted.parameters
    assert again.vector.dtype == dtype
    before = place.read_bytes()
    save_weights(fitted, place, layout)
    if ending == "safetensors":
        assert place.read_bytes() == before


def test_names_are_those_of_the_layouts(tmp_path):
    fitted = model()
    save_weights(fitted, tmp_path / "own.npz")
    with np.load(tmp_path / "own.npz") as arrays:
        assert set(arrays) == set(fitted.parameters)
        np.testing.assert_array_equal(arrays["layers[0].W"], fitted.parameters["layers[0].W"])
    save_weights(fitted, tmp_path / "torch.npz", "torch")
    with np.load(tmp_path / "torch.npz") as arrays:
        # Linear, ReLU, BatchNorm1d, Tanh, Dropout, Linear, LayerNorm, Sigmoid, Linear.
        assert {name.partition(".")[0] for name in arrays} == {"0", "2", "5", "6", "8"}
        np.testing.assert_array_equal(arrays["0.weight"], fitted.parameters["layers[0].W"].T)
    kernels = [array.shape for array in keras_weights(fitted)]
    assert kernels == [(3, 4), (4,), (4,), (4,), (4,), (4,), (4, 4), (4,), (4,), (4, 2), (2,)]


@pytest.mark.slow
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_state_dict_is_pytorch_s(tmp_path, dtype):
    torch = pytest.importorskip("torch", reason="there is no PyTorch")
    from safetensors.torch import load_file, save_file

    fitted, nn = model(dtype), torch.nn
    theirs = nn.Sequential(
        nn.Linear(3, 4), nn.ReLU(), nn.BatchNorm1d(4), nn.Tanh(), nn.Dropout(0.2),
        nn.Linear(4, 4, bias=False), nn.LayerNorm(4), nn.Sigmoid(), nn.Linear(4, 2),
    ).to(torch.float32 if dtype == np.float32 else torch.float64)  # fmt: skip
    save_weights(fitted, tmp_path / "w.safetensors")
    theirs.load_state_dict(load_file(tmp_path / "w.safetensors"))
    theirs.eval()
    X = np.random.default_rng(1).normal(size=(20, 3)).astype(dtype)
    found = theirs(torch.from_numpy(X)).detach().numpy()
    tolerance = 1e-5 if dtype == np.float32 else 1e-12
    np.testing.assert_allclose(found, fitted.predict(X), rtol=tolerance, atol=tolerance)
    with torch.no_grad():
        for parameter in theirs.parameters():
            parameter += 0.25
    save_file(theirs.state_dict(), tmp_path / "back.safetensors")
    back = TrainedNetwork(NETWORK, load_weights(NETWORK, tmp_path / "back.safetensors"))
    found = theirs(torch.from_numpy(X)).detach().numpy()
    np.testing.assert_allclose(found, back.predict(X), rtol=tolerance, atol=tolerance)


def test_modules_of_any_names_in_the_order_of_their_numbers(tmp_path):
    network = cr.mlp(2, (3,) * 10, 1)
    parameters = network.initial_parameters(0)
    arrays = {}
    for i in range(11):
        arrays[f"body.fc{i}.weight"] = np.ascontiguousarray(parameters[f"layers[{i}].W"].T)
        arrays[f"body.fc{i}.bias"] = parameters[f"layers[{i}].b"]
    save_file(arrays, tmp_path / "w.safetensors")
    assert load_weights(network, tmp_path / "w.safetensors") == parameters


def test_what_does_not_fit(tmp_path):
    place = tmp_path / "w.npz"
    save_weights(model(), place)
    other = cr.Network([cr.Dense(3, 5, "relu"), *LAYERS[2:3], cr.Dense(5, 2)])
    with pytest.raises(ShapeError, match=r"has 'layers\[\d\].*', which the network lacks|lacks"):
        load_weights(other, place)
    with pytest.raises(
        ShapeError, match=r"layers\[0\].W has the shape \(3, 4\), but the network's"
    ):
        load_weights(cr.Network([cr.Dense(3, 5), cr.BatchNorm(5), *[cr.Dropout(0.2)],
                                 cr.Dense(5, 5, bias=False), cr.LayerNorm(5), cr.Dense(5, 2)]),
                     place)  # fmt: skip
    save_weights(model(), tmp_path / "t.safetensors")
    with pytest.raises(ShapeError, match=r"5 modules with numbers \(.*\), but the network has 2"):
        load_weights(other, tmp_path / "t.safetensors")
    save_weights(model(), tmp_path / "k.npz", "keras")
    with pytest.raises(ShapeError, match="there are 11 arrays, but the network has 4"):
        load_weights(other, tmp_path / "k.npz", "keras")
    broken = dict(model().parameters)
    np.savez(place, **{**broken, "layers[5].b": np.array([1.0, np.nan])})
    with pytest.raises(DataError, match="has numbers that are not finite"):
        load_weights(NETWORK, place)
    np.savez(place, **{**broken, "layers[5].b": np.array(["a", "b"])})
    with pytest.raises(ShapeError, match=r"layers\[5\].b has the shape"):
        load_weights(NETWORK, place)


def test_files_that_are_none(tmp_path):
    place = tmp_path / "w.npz"
    np.savez(place, a=np.array([{}], dtype=object))
    with pytest.raises(DataError, match="cannot be read: Object arrays cannot be loaded"):
        load_weights(NETWORK, place)
    np.save(tmp_path / "one.npy", np.zeros(3))
    (tmp_path / "one.npy").rename(place)
    with pytest.raises(DataError, match="holds one array and no names"):
        load_weights(NETWORK, place)
    for content in (b"", b"PK\3\4 and no more", b"a,b\n1,2\n"):
        place.write_bytes(content)
        with pytest.raises(DataError, match="cannot be read"):
            load_weights(NETWORK, place)
    with pytest.raises(DataError, match=r"cannot be read.*No such file"):
        load_weights(NETWORK, tmp_path / "none.npz")
    (tmp_path / "cut.safetensors").write_bytes(b"\7\0\0\0")
    with pytest.raises(DataError, match="cannot be read: its header would have"):
        load_weights(NETWORK, tmp_path / "cut.safetensors")
    for name in ("w.h5", "w", "w.pt"):
        with pytest.raises(InvalidValueError, match=r"must end in \.npz or \.safetensors"):
            save_weights(model(), tmp_path / name)
    with pytest.raises(InvalidValueError, match=r"layout \(='jax'\) must be one of"):
        save_weights(model(), place, "jax")
    with pytest.raises(WriteError, match="there is no folder"):
        save_weights(model(), tmp_path / "none" / "w.npz")


@given(st.binary(max_size=100))
def test_bytes_of_any_kind(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("any")
    for name in ("w.npz", "w.safetensors"):
        (folder / name).write_bytes(content)
        with pytest.raises((DataError, ShapeError)):
            load_weights(NETWORK, folder / name)


def test_a_layer_of_one_s_own(tmp_path):
    class Twice(Layer):
        def forward(self, views, X, key=None):
            return 2 * X, None

        def backward(self, views, cache, grad_a):
            return 2 * grad_a, {}

    network = cr.Network([cr.Dense(2, 2, Tanh()), Twice()])
    fitted = TrainedNetwork(network, network.initial_parameters(0))
    with pytest.raises(
        InvalidValueError, match=r"layers\[1\] is a Twice, which has no counterpart"
    ):
        save_weights(fitted, tmp_path / "w.safetensors")
    save_weights(fitted, tmp_path / "w.npz")
    assert load_weights(network, tmp_path / "w.npz") == fitted.parameters
    assert zipfile.is_zipfile(tmp_path / "w.npz")
