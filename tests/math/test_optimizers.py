import math
from dataclasses import replace

import numpy as np
import pytest

from chainrule.errors import DataError, InvalidTypeError, InvalidValueError, ShapeError
from chainrule.optimizers import (
    LBFGS,
    OPTIMIZERS,
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    ElementwiseOptimizer,
    Nadam,
    RMSprop,
    minimize,
)

STEPPING = {k: o for k, o in OPTIMIZERS.items() if isinstance(o, ElementwiseOptimizer)}
EVERY = pytest.mark.parametrize("name", STEPPING)

# --- three problems with known minima ------------------------------------------------------------

CURVATURE, CENTRE = np.array([1.0, 10.0]), np.array([3.0, -1.0])
_RNG = np.random.default_rng(0)
A = _RNG.normal(size=(20, 5))  # curvatures of A^T A / 20 from 0.25 to 1.9
SOLUTION = np.arange(5.0) - 2
TARGET = A @ SOLUTION

PARABOLA = (
    lambda p: 0.5 * float(CURVATURE @ (p - CENTRE) ** 2),
    lambda p: CURVATURE * (p - CENTRE),
    [0.0, 0.0],
    CENTRE,
)
ROSENBROCK = (
    lambda p: (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2,
    lambda p: np.array(
        [
            -2 * (1 - p[0]) - 400 * p[0] * (p[1] - p[0] ** 2),
            200 * (p[1] - p[0] ** 2),
        ]
    ),
    [-1.2, 1.0],
    np.ones(2),
)
LEAST_SQUARES = (
    lambda p: 0.5 * float(np.mean((A @ p - TARGET) ** 2)),
    lambda p: A.T @ (A @ p - TARGET) / 20,
    np.zeros(5),
    SOLUTION,
)

# The learning rates of the three problems. Rosenbrock's valley is a thousand times steeper across
# than along, so gradient descent needs 2 / 1000 there.
RATES = {
    "sgd": (0.1, 0.002, 0.3),
    "momentum": (0.03, 0.001, 0.03),
    "nesterov": (0.03, 0.001, 0.03),
    "adagrad": (1.0, 1.0, 1.0),
    "rmsprop": (0.01, 0.001, 0.01),
    "adadelta": (10.0, 0.03, 1.0),
    "adam": (0.1, 0.01, 0.1),
    "adamw": (0.1, 0.01, 0.1),
    "adamax": (0.1, 0.1, 0.1),
    "nadam": (0.1, 0.01, 0.1),
}


def reached(name):
    """How near a constant learning rate comes to a minimum.

    RMSprop's steps stay as long as half the learning rate; AdamW's decay pulls towards 0 by about
    decay / curvature.
    """
    return {"rmsprop": 0.01, "adamw": 0.02}.get(name, 1e-5)


@EVERY
def test_finds_the_bottom_of_a_parabola(name):
    f, g, start, bottom = PARABOLA
    path = minimize(f, g, start, replace(STEPPING[name], learning_rate=RATES[name][0]), 1000)
    np.testing.assert_allclose(path.end, bottom, atol=reached(name))
    assert path.values[-1] < 1e-3 * path.values[0]


@EVERY
def test_follows_rosenbrocks_valley(name):
    f, g, start, bottom = ROSENBROCK
    steps = 20_000 if name == "adadelta" else 10_000
    path = minimize(f, g, start, replace(STEPPING[name], learning_rate=RATES[name][1]), steps)
    # From (-1.2, 1), around the bend at (0, 0), to within 0.01 of (1, 1); C falls from 24.2, and
    # steps that stay long across the valley keep it at some 1e-3.
    np.testing.assert_allclose(path.end, bottom, atol=0.01)
    assert path.values[-1] < 0.01


@EVERY
def test_solves_least_squares(name):
    f, g, start, bottom = LEAST_SQUARES
    path = minimize(f, g, start, replace(STEPPING[name], learning_rate=RATES[name][2]), 1000)
    np.testing.assert_allclose(path.end, bottom, atol=reached(name))


# --- the papers' formulas, worked in plain numbers ------------------------------------------------

# One parameter, three gradients that do not depend on it: a rise, a larger one, a fall.
GRADIENTS = (0.5, 2.0, -1.5)


def steps_of(optimizer, start=1.0):
    """Where the optimizer is after each of the three gradients."""
    p = np.array([start])
    optimizer_state, visited = optimizer.start(p), []
    for t, g in enumerate(GRADIENTS, start=1):
        p, optimizer_state = optimizer.update(
            np.array([g]), optimizer_state, p, t, optimizer.learning_rate
        )
        visited.append(float(p[0]))
    return visited


def by_hand(rule):
    """The same by a rule from (t, g, memory) to the step, with a dict for memory."""
    p, memory, visited = 1.0, {}, []
    for t, g in enumerate(GRADIENTS, start=1):
        p = p - rule(t, g, memory)
        visited.append(p)
    return visited


def sgd(t, g, memory):
    return 0.1 * g


def momentum(t, g, memory):
    # Sutskever et al. 2013, equation 1: v <- mu v - eta g, theta <- theta + v.
    memory["v"] = 0.9 * memory.get("v", 0.0) - 0.1 * g
    return -memory["v"]


def nesterov(t, g, memory):
    # Equations 3 and 4, seen from theta + mu v, where the gradient is taken.
    memory["v"] = 0.9 * memory.get("v", 0.0) - 0.1 * g
    return -(0.9 * memory["v"] - 0.1 * g)


def adagrad(t, g, memory):
    memory["s"] = memory.get("s", 0.0) + g**2
    return 0.1 * g / (math.sqrt(memory["s"]) + 1e-10)


def rmsprop(t, g, memory):
    memory["s"] = 0.9 * memory.get("s", 0.0) + 0.1 * g**2
    return 0.1 * g / (math.sqrt(memory["s"]) + 1e-8)


def adadelta(t, g, memory):
    # Zeiler 2012, Algorithm 1: RMS[x] = sqrt(E[x^2] + eps).
    s = memory["s"] = 0.95 * memory.get("s", 0.0) + 0.05 * g**2
    step = math.sqrt(memory.get("d", 0.0) + 1e-6) / math.sqrt(s + 1e-6) * g
    memory["d"] = 0.95 * memory.get("d", 0.0) + 0.05 * step**2
    return 0.1 * step


def adam(t, g, memory):
    # Kingma & Ba 2015, Algorithm 1.
    m = memory["m"] = 0.9 * memory.get("m", 0.0) + 0.1 * g
    v = memory["v"] = 0.999 * memory.get("v", 0.0) + 0.001 * g**2
    m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)
    return 0.1 * m_hat / (math.sqrt(v_hat) + 1e-8)


def adam_hat(t, g, memory):
    # The end of section 2, with an eps that shows: alpha_t m / (sqrt(v) + eps-hat).
    m = memory["m"] = 0.9 * memory.get("m", 0.0) + 0.1 * g
    v = memory["v"] = 0.999 * memory.get("v", 0.0) + 0.001 * g**2
    alpha_t = 0.1 * math.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    return alpha_t * m / (math.sqrt(v) + 0.01)


def adamax(t, g, memory):
    # Algorithm 2.
    m = memory["m"] = 0.9 * memory.get("m", 0.0) + 0.1 * g
    u = memory["u"] = max(0.999 * memory.get("u", 0.0), abs(g))
    return 0.1 / (1 - 0.9**t) * m / (u + 1e-8)


def nadam(t, g, memory):
    # Dozat 2016, Algorithm 2, with mu_t = 0.9 for every t.
    m = memory["m"] = 0.9 * memory.get("m", 0.0) + 0.1 * g
    v = memory["v"] = 0.999 * memory.get("v", 0.0) + 0.001 * g**2
    m_hat = 0.9 * m / (1 - 0.9 ** (t + 1)) + 0.1 * g / (1 - 0.9**t)
    return 0.1 * m_hat / (math.sqrt(v / (1 - 0.999**t)) + 1e-8)


def nadam_with_schedule(psi):
    # Dozat 2016, Algorithm 2, with the schedule that he proposes.
    def momentum(t):
        return 0.9 * (1 - 0.5 * 0.96 ** (t * psi))

    def rule(t, g, memory):
        m = memory["m"] = 0.9 * memory.get("m", 0.0) + 0.1 * g
        v = memory["v"] = 0.999 * memory.get("v", 0.0) + 0.001 * g**2
        product = math.prod(momentum(i) for i in range(1, t + 1))
        mu, after = momentum(t), momentum(t + 1)
        m_hat = after * m / (1 - product * after) + (1 - mu) * g / (1 - product)
        return 0.1 * m_hat / (math.sqrt(v / (1 - 0.999**t)) + 1e-8)

    return rule


HAND = {
    "sgd": (sgd, SGD(0.1)),
    "momentum": (momentum, SGD(0.1, momentum=0.9)),
    "nesterov": (nesterov, SGD(0.1, momentum=0.9, nesterov=True)),
    "adagrad": (adagrad, Adagrad(0.1)),
    "rmsprop": (rmsprop, RMSprop(0.1)),
    "adadelta": (adadelta, Adadelta(0.1)),
    "adam": (adam, Adam(0.1)),
    "adamw": (adam, AdamW(0.1)),  # the decay is taken before the update
    "adam, epsilon hat": (adam_hat, Adam(0.1, epsilon="hat", eps=0.01)),
    "adamax": (adamax, Adamax(0.1)),
    "nadam": (nadam, Nadam(0.1)),
    "nadam, PyTorch's momentum": (nadam_with_schedule(0.004), Nadam(0.1, momentum_decay=0.004)),
    "nadam, Keras' momentum": (nadam_with_schedule(1.0), Nadam(0.1, momentum_decay=1.0)),
}


@pytest.mark.parametrize("name", HAND)
def test_first_steps_are_the_papers(name):
    rule, optimizer = HAND[name]
    np.testing.assert_allclose(steps_of(optimizer), by_hand(rule), rtol=1e-13)


@pytest.mark.parametrize("beta1", [0.0, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("psi", [0.0, 1e-6, 0.004, 1.0, 30.0])
def test_the_product_of_nadams_momenta(beta1, psi):
    optimizer = Nadam(beta1=beta1, momentum_decay=psi)
    product = 1.0
    for t in range(1, 400):
        product *= optimizer.momentum(t)
        assert optimizer.momentum_product(t) == pytest.approx(product, rel=1e-11, abs=1e-300)


def test_every_optimizer_is_worked_by_hand():
    assert set(STEPPING) <= set(HAND)
    assert set(STEPPING) == set(RATES)


def test_adams_epsilons_differ():
    # In the first update m^ / sqrt(v^) is 1: |step| = eta g / (g + eps) outside, and
    # eta g / (g + eps / sqrt(1 - beta2)) with eps-hat: sqrt(0.001) makes eps 31.6 times larger.
    g = np.array([1e-6])
    for epsilon, eps in (("outside", 1e-8), ("hat", 1e-8 / math.sqrt(0.001))):
        optimizer = Adam(0.1, epsilon=epsilon)
        p, _ = optimizer.update(g, optimizer.start(g), np.zeros(1), 1, 0.1)
        assert -p[0] == pytest.approx(0.1 * 1e-6 / (1e-6 + eps), rel=1e-12)


def test_first_adam_step_is_the_learning_rate():
    for size in (1e-3, 1.0, 1e6):
        p = Adam(0.01).update(np.array([size]), np.zeros((2, 1)), np.zeros(1), 1, 0.01)[0]
        assert p[0] == pytest.approx(-0.01, rel=2e-5)


# --- what all have in common ----------------------------------------------------------------------


@EVERY
def test_elementwise_and_pure(name):
    optimizer = STEPPING[name]
    rng = np.random.default_rng(1)
    g, p = rng.normal(size=6), rng.normal(size=6)
    optimizer_state = optimizer.start(p)
    assert optimizer_state.shape[1] == 6
    assert not optimizer_state.any()
    _, optimizer_state = optimizer.update(g, optimizer_state, p, 1, 0.1)
    kept = g.copy(), optimizer_state.copy(), p.copy()
    p2, slots2 = optimizer.update(g, optimizer_state, p, 2, 0.1)
    for now, before in zip((g, optimizer_state, p), kept, strict=True):
        np.testing.assert_array_equal(now, before)
    for i in range(6):  # parameter i needs nothing but its own numbers
        one, one_slots = optimizer.update(g[[i]], optimizer_state[:, [i]], p[[i]], 2, 0.1)
        assert one[0] == p2[i]
        np.testing.assert_array_equal(one_slots[:, 0], slots2[:, i])


@EVERY
def test_learning_rates_may_differ_by_parameter(name):
    optimizer = STEPPING[name]
    g, p = np.array([1.0, 1.0]), np.zeros(2)
    new, _ = optimizer.update(g, optimizer.start(p), p, 1, np.array([0.1, 0.2]))
    assert new[1] == pytest.approx(2 * new[0], rel=1e-12)
    assert new[0] < 0


@EVERY
def test_float32_stays(name):
    optimizer = STEPPING[name]
    p = np.ones(3, dtype=np.float32)
    optimizer_state = optimizer.start(p)
    new, optimizer_state = optimizer.update(p, optimizer_state, p, 1, optimizer.learning_rate)
    assert new.dtype == optimizer_state.dtype == np.float32


@EVERY
def test_a_gradient_of_zero_moves_nothing(name):
    optimizer = STEPPING[name]
    p = np.array([2.0])
    new, _ = optimizer.update(np.zeros(1), optimizer.start(p), p, 1, 0.1)
    assert new[0] == 2.0


@EVERY
def test_weight_decay_shrinks_what_no_gradient_holds(name):
    optimizer = replace(STEPPING[name], learning_rate=0.1, weight_decay=0.5)
    path = minimize(lambda p: 0.0, np.zeros_like, [1.0, -2.0], optimizer, 3)
    np.testing.assert_allclose(path.end, np.array([1.0, -2.0]) * 0.95**3, rtol=1e-14)


@EVERY
def test_says_what_it_is(name):
    optimizer = STEPPING[name]
    assert r"\leftarrow" in optimizer.latex
    assert any(c.isdigit() for c in optimizer.source)
    assert OPTIMIZERS.from_dict(OPTIMIZERS.to_dict(optimizer)) == optimizer


def test_lbfgs_is_plain_data_too():
    assert OPTIMIZERS.from_dict(OPTIMIZERS.to_dict(LBFGS(memory=3))) == LBFGS(memory=3)


def test_adamw_is_adam_with_decay():
    assert AdamW(0.1, beta1=0.8) == Adam(0.1, beta1=0.8, weight_decay=0.01)


# --- minimize -------------------------------------------------------------------------------------


def test_path_of_gradient_descent_on_a_parabola():
    # C = x^2 + y^2: every step multiplies the point by 1 - 2 eta = 0.8.
    path = minimize(lambda p: float(p @ p), lambda p: 2 * p, [5.0, 5.0], SGD(0.1), 10)
    factors = 0.8 ** np.arange(11)
    np.testing.assert_allclose(path.points, np.outer(factors, [5.0, 5.0]), rtol=1e-14)
    np.testing.assert_allclose(path.values, 50.0 * factors**2, rtol=1e-13)
    assert (path.end == path.points[-1]).all()


def test_no_steps():
    path = minimize(lambda p: 1.0, lambda p: p, [1.0], SGD(0.1), 0)
    assert path.points.shape == (1, 1)


@pytest.mark.parametrize(
    ("arguments", "kind", "words"),
    [
        (([1.0, math.nan], SGD(0.1)), DataError, "must be a vector of finite numbers"),
        (([[1.0]], SGD(0.1)), DataError, "must be a vector of finite numbers"),
        (([1.0], SGD(0.1), -1), InvalidValueError, "steps (=-1) must be >= 0"),
        (([1.0], SGD(0.1), 2.5), InvalidTypeError, "steps (=2.5) must be an integer"),
        (([1.0], LBFGS()), InvalidTypeError, "must be an ElementwiseOptimizer"),
        (([1.0, 2.0, 3.0], SGD(0.1)), ShapeError, "gradient returned the shape (2,)"),
    ],
)
def test_minimize_refuses(arguments, kind, words):
    with pytest.raises(kind) as error:
        minimize(lambda p: 0.0, lambda p: np.zeros(2), *arguments)
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: SGD(-0.1), "learning_rate (=-0.1) must be > 0"),
        (lambda: SGD(math.inf), "learning_rate (=inf) must be > 0"),
        (lambda: SGD(0.1, momentum=1), "momentum (=1) must be >= 0 and < 1"),
        (lambda: SGD(0.1, nesterov=True), "nesterov (=True) needs a momentum > 0"),
        (lambda: SGD(0.1, weight_decay=-1), "weight_decay (=-1) must be >= 0"),
        (lambda: Adagrad(eps=0), "eps (=0) must be > 0"),
        (lambda: RMSprop(rho=1.0), "rho (=1.0) must be >= 0 and < 1"),
        (lambda: RMSprop(eps=-1), "eps (=-1) must be > 0"),
        (lambda: Adadelta(rho=-0.1), "rho (=-0.1) must be >= 0 and < 1"),
        (lambda: Adadelta(eps=0), "eps (=0) must be > 0"),
        (lambda: Adam(beta1=1), "beta1 (=1) must be >= 0 and < 1"),
        (lambda: Adam(epsilon="inside"), "epsilon (='inside') must be 'outside' or 'hat'"),
        (lambda: AdamW(weight_decay=math.nan), "weight_decay (=nan) must be >= 0"),
        (lambda: Adamax(beta2=1.5), "beta2 (=1.5) must be >= 0 and < 1"),
        (lambda: Nadam(eps=0), "eps (=0) must be > 0"),
        (lambda: Nadam(momentum_decay=-1), "momentum_decay (=-1) must be >= 0"),
        (lambda: LBFGS(memory=0), "memory (=0) must be >= 1"),
        (lambda: LBFGS(tolerance=-1), "tolerance (=-1) must be >= 0"),
        (lambda: LBFGS(max_evaluations=0), "max_evaluations (=0) must be >= 1"),
    ],
)
def test_bad_hyperparameters_are_refused(make, words):
    with pytest.raises(InvalidValueError) as error:
        make()
    assert words in str(error.value)


def test_wrong_types_are_refused():
    with pytest.raises(InvalidTypeError, match=r"learning_rate \(='fast'\) must be a number"):
        SGD("fast")  # type: ignore[arg-type]
    with pytest.raises(InvalidTypeError, match=r"momentum \(=True\) must be a number, not bool"):
        SGD(0.1, momentum=True)
