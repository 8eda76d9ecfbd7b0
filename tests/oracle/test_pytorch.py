"""Gradients and steps against PyTorch's: a second opinion from code that is not ours.

Both compute in float64 and add the same numbers in another order: some ulps of the largest.
"""

import numpy as np
import pytest

import chainrule as cr
from chainrule.activations import ACTIVATIONS
from chainrule.backprop import training_pass
from chainrule.layers import BatchNorm, Dense, Frozen, LayerNorm
from chainrule.losses import LOSSES
from chainrule.random import Key

pytestmark = pytest.mark.slow

ACTIVATION_THERE = {
    "identity": lambda torch, z: z,
    "sigmoid": lambda torch, z: torch.sigmoid(z),
    "tanh": lambda torch, z: torch.tanh(z),
    "relu": lambda torch, z: torch.relu(z),
    "leaky_relu": lambda torch, z: torch.nn.functional.leaky_relu(z, 0.01),
    "elu": lambda torch, z: torch.nn.functional.elu(z),
    "selu": lambda torch, z: torch.nn.functional.selu(z),
    "softplus": lambda torch, z: torch.nn.functional.softplus(z, threshold=50),
    "silu": lambda torch, z: torch.nn.functional.silu(z),
    "gelu": lambda torch, z: torch.nn.functional.gelu(z),
    "mish": lambda torch, z: torch.nn.functional.mish(z),
    "exp": lambda torch, z: torch.exp(z),
    "softmax": lambda torch, z: torch.softmax(z, dim=1),
}

# From outputs a and targets y, the loss of every output.
LOSS_THERE = {
    "mean_squared_error": lambda f, a, y: f.mse_loss(a, y, reduction="none"),
    "mean_absolute_error": lambda f, a, y: f.l1_loss(a, y, reduction="none"),
    "huber": lambda f, a, y: f.huber_loss(a, y, reduction="none"),
    "poisson": lambda f, a, y: f.poisson_nll_loss(a, y, log_input=False, eps=0.0, reduction="none"),
    "binary_cross_entropy": lambda f, a, y: f.binary_cross_entropy(a, y, reduction="none"),
    "cross_entropy": lambda f, a, y: -y * a.log(),
}
OUTPUTS = {
    "poisson": ["exp", "softplus", "sigmoid"],
    "binary_cross_entropy": ["sigmoid"],
    "cross_entropy": ["softmax"],
}
PAIRS = [
    (loss, output)
    for loss in LOSS_THERE
    for output in OUTPUTS.get(loss, ["identity", "sigmoid", "tanh", "softplus"])
]


@pytest.fixture(scope="module")
def torch():
    torch = pytest.importorskip("torch", reason="needs pip install --group oracle")
    torch.set_num_threads(1)
    return torch


def targets_for(loss, rng, shape):
    if loss == "cross_entropy":
        return np.eye(shape[1])[rng.integers(shape[1], size=shape[0])]
    if loss == "binary_cross_entropy":
        return rng.integers(2, size=shape).astype(float)
    if loss == "poisson":
        return rng.poisson(2.0, size=shape).astype(float)
    return rng.normal(size=shape)


def there(torch, network, parameters, X):
    """The outputs of a network in PyTorch's own operations, and its leaves by name."""
    leaves = {
        name: torch.tensor(np.array(parameters[name]), requires_grad=True) for name in parameters
    }
    a = torch.tensor(X)
    running = {}
    for i, layer in enumerate(network.layers):
        layer = layer.layer if isinstance(layer, Frozen) else layer
        of = {name.split(".")[1]: leaf for name, leaf in leaves.items() if f"[{i}]" in name}
        if isinstance(layer, Dense):
            z = a @ of["W"]
            z = z + of["b"] if layer.bias else z
        elif isinstance(layer, BatchNorm):
            mean, variance = (of[k].detach().clone() for k in ("mean", "variance"))
            z = torch.nn.functional.batch_norm(
                a, mean, variance, of["gamma"], of["beta"], True, 1 - layer.momentum, layer.eps
            )
            running |= {f"layers[{i}].mean": mean, f"layers[{i}].variance": variance}
        else:
            assert isinstance(layer, LayerNorm)
            z = torch.nn.functional.layer_norm(a, (layer.n,), of["gamma"], of["beta"], layer.eps)
        a = ACTIVATION_THERE[layer.activation.name](torch, z)
    return a, leaves, running


def compare(torch, network, loss, weighted, seed):
    """Value, every gradient and the running statistics, here and there."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(16, network.n_in))
    y = targets_for(loss, rng, (16, network.n_out))
    w = rng.uniform(0.5, 2.0, size=16) if weighted else None
    parameters = network.initial_parameters(seed)
    value, gradient, statistics = training_pass(
        cr.Objective(network, LOSSES[loss]), parameters, X, y, w, Key(0, 0, 0)
    )

    a, leaves, running = there(torch, network, parameters, X)
    t = torch.tensor(y)
    each = LOSS_THERE[loss](torch.nn.functional, a, t).sum(dim=1)
    if loss == "poisson":  # it leaves out what does not depend on a
        each = each + (torch.xlogy(t, t) - t).sum(dim=1)
    weights = torch.tensor(np.ones(16) if w is None else w)
    total = (each * weights).sum() / weights.sum()
    total.backward()

    assert value == pytest.approx(total.item(), rel=1e-12)
    for name, leaf in leaves.items():
        if leaf.grad is not None:
            expected = leaf.grad.numpy()
            size = max(1.0, abs(expected).max())
            np.testing.assert_allclose(gradient[name], expected, atol=2e-13 * size, err_msg=name)
    assert set(statistics) == set(running)
    for name, expected in running.items():
        np.testing.assert_allclose(statistics[name], expected.numpy(), rtol=1e-12, err_msg=name)


def test_all_that_it_has_is_compared():
    assert set(ACTIVATIONS) - set(ACTIVATION_THERE) == {"step"}


@pytest.mark.parametrize("name", ACTIVATION_THERE)
@pytest.mark.parametrize("weighted", [False, True])
def test_activations(torch, name, weighted):
    network = cr.Network([Dense(5, 7, name), Dense(7, 6, name, bias=False), Dense(6, 3)])
    compare(torch, network, "mean_squared_error", weighted, 1)


@pytest.mark.parametrize(("loss", "output"), PAIRS)
@pytest.mark.parametrize("weighted", [False, True])
def test_losses(torch, loss, output, weighted):
    network = cr.Network([Dense(4, 8, "tanh"), Dense(8, 3, output)])
    compare(torch, network, loss, weighted, 2)


@pytest.mark.parametrize(
    "layers",
    [
        [Dense(4, 8), BatchNorm(8, "relu"), Dense(8, 3)],
        [Dense(4, 8), LayerNorm(8, "gelu"), Dense(8, 3)],
        [BatchNorm(4), Dense(4, 6, "silu"), BatchNorm(6, eps=0.1, momentum=0.5), Dense(6, 3)],
        [LayerNorm(4, eps=0.1), Dense(4, 6, "mish"), LayerNorm(6), Dense(6, 3)],
        [Dense(4, 5, "elu"), Dense(5, 5, "selu"), BatchNorm(5), LayerNorm(5), Dense(5, 2)],
        [Frozen(Dense(4, 5, "tanh")), Dense(5, 2)],
        [Dense(4, 64, "relu"), Dense(64, 64, "relu"), Dense(64, 10)],
    ],
    ids=lambda layers: "-".join(type(layer).__name__ for layer in layers),
)
@pytest.mark.parametrize("weighted", [False, True])
def test_layers(torch, layers, weighted):
    compare(torch, cr.Network(layers), "mean_squared_error", weighted, 3)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("scale", [1.0, 100.0])
def test_canonical_losses_from_logits(torch, smoothing, scale):
    rng = np.random.default_rng(4)
    z, y = scale * rng.normal(size=(50, 4)), np.eye(4)[rng.integers(4, size=50)]
    functional = torch.nn.functional
    ours = (
        cr.losses.from_logits(cr.CrossEntropy(label_smoothing=smoothing), ACTIVATIONS["softmax"]),
        cr.losses.from_logits(
            cr.BinaryCrossEntropy(label_smoothing=smoothing), ACTIVATIONS["sigmoid"]
        ),
    )
    smoothed = torch.tensor(y * (1 - smoothing) + smoothing / 2)
    theirs = (
        lambda t: functional.cross_entropy(
            t, torch.tensor(y), label_smoothing=smoothing, reduction="none"
        ),
        lambda t: functional.binary_cross_entropy_with_logits(t, smoothed, reduction="none").sum(1),
    )
    for here, over_there in zip(ours, theirs, strict=True):
        t = torch.tensor(z, requires_grad=True)
        expected = over_there(t)
        expected.sum().backward()
        expected = expected.detach().numpy()  # an ulp of the 1 in ln(1 + ...) is 2e-16
        np.testing.assert_allclose(here.value(z, y), expected, rtol=1e-12, atol=4e-15)
        np.testing.assert_allclose(here.gradient(z, y), t.grad.numpy(), atol=1e-14)


@pytest.mark.parametrize(
    ("ours", "theirs", "settings"),
    [
        (cr.SGD(0.1), "SGD", {}),
        (cr.SGD(0.1, momentum=0.9), "SGD", {"momentum": 0.9}),
        (cr.SGD(0.1, momentum=0.9, nesterov=True), "SGD", {"momentum": 0.9, "nesterov": True}),
        (cr.Adagrad(0.1), "Adagrad", {}),
        (cr.RMSprop(0.1), "RMSprop", {"alpha": 0.9}),
        (cr.Adadelta(0.5), "Adadelta", {"rho": 0.95}),
        (cr.Adam(0.1), "Adam", {}),
        (cr.AdamW(0.1, weight_decay=0.2), "AdamW", {"weight_decay": 0.2}),
        # Its eps is inside the maximum: a relative 1e-8 away from ours.
        (cr.Adamax(0.1), "Adamax", {}),
        # It keeps the product of the momenta in float32.
        (cr.Nadam(0.1, momentum_decay=0.004), "NAdam", {}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_fifty_steps(torch, ours, theirs, settings):
    # A narrow valley: gradients of different sizes that change their signs.
    curvature = np.array([1.0, 30.0, 0.1])
    start = np.array([1.0, -2.0, 3.0])
    path = cr.minimize(
        lambda p: float(curvature @ (p * p)), lambda p: 0.05 * curvature * p, start, ours, 50
    )
    p = torch.tensor(start, requires_grad=True)
    optimizer = getattr(torch.optim, theirs)([p], lr=ours.learning_rate, **settings)
    points = [start]
    for _ in range(50):
        p.grad = 0.05 * torch.tensor(curvature) * p.detach()
        optimizer.step()
        points.append(p.detach().numpy().copy())
    tolerance = 1e-6 if theirs in ("Adamax", "NAdam") else 1e-12
    np.testing.assert_allclose(path.points, points, rtol=tolerance, atol=tolerance)
