"""Numba: whole fits in compiled loops, around BLAS for the products of matrices.

A single neuron, a small network one row at a time, and many small networks have loops of their
own, because general ones would be several times slower there.
"""

from collections.abc import Callable
from math import exp, sqrt
from typing import Any

import numba
import numpy as np
from numba import njit, prange

from ..workloads import Array, Workload

NAME = "Numba"
VERSION = f"Numba {numba.__version__}"

FAST = {"fastmath": True, "error_model": "numpy"}


def why_not(task: Workload, threads: int) -> str:
    return ""


def prepare(task: Workload, threads: int) -> Callable[[], Any]:
    rate = np.asarray(task.learning_rate, task.dtype)[()]
    if task.kind == "predict":
        W, b = tuple(task.W), tuple(task.b)
        return lambda: predict(task.X, W, b)
    how: tuple[Any, ...] = (rate, task.batch, task.epochs)
    if task.kind == "many":
        numba.set_num_threads(threads)
        loop, how = many, (rate, task.epochs)
    elif len(task.W) == 1:
        loop, how = neuron, (*how, task.activations[0] == "sigmoid", task.shuffle)
    elif task.batch == 1:
        loop, how = one_at_a_time, (rate, task.epochs)
    else:
        classes, adam = task.loss == "cross_entropy", task.optimizer == "adam"
        scale = 2.0 if task.loss == "sum_squared_error" else 0.0
        loop, how = network, (*how, scale, classes, adam, task.shuffle, bool(task.b))

    def fit() -> tuple[list[Array], list[Array]]:
        W, b = [w.copy() for w in task.W], [c.copy() for c in task.b]
        biases = b or [np.zeros(w.shape[1], w.dtype) for w in W]
        loop(task.X, task.y, tuple(W), tuple(biases), *how)
        return W, b

    return fit


@njit(**FAST)
def neuron(X, y, W, b, rate, batch, epochs, sigmoid, shuffle):
    n, d = X.shape
    w, bias, g = W[0][:, 0], b[0][0], np.zeros(d)
    order = np.arange(n)
    for _ in range(epochs):
        if shuffle:
            order = np.random.permutation(n)
        for s in range(0, n, batch):
            e = min(n, s + batch)
            g[:] = 0.0
            g_bias = 0.0
            for r in range(s, e):
                i = order[r] if shuffle else r
                z = bias
                for k in range(d):
                    z += X[i, k] * w[k]
                if sigmoid:
                    a = 1.0 / (1.0 + exp(-z))
                    delta = (a - y[i, 0]) * a * (1.0 - a)
                else:
                    delta = z - y[i, 0]
                g_bias += delta
                for k in range(d):
                    g[k] += delta * X[i, k]
            for k in range(d):
                w[k] -= rate * g[k] / (e - s)
            bias -= rate * g_bias / (e - s)
    b[0][0] = bias


@njit(**FAST)
def one_at_a_time(X, y, W, b, rate, epochs):
    (W1, W2), (b1, b2) = W, b
    n_in, hidden = W1.shape
    h = np.zeros(hidden)
    for _ in range(epochs):
        for r in range(len(X)):
            z = b2[0]
            for j in range(hidden):
                s = b1[j]
                for i in range(n_in):
                    s += X[r, i] * W1[i, j]
                h[j] = 1.0 / (1.0 + exp(-s))
                z += h[j] * W2[j, 0]
            a = 1.0 / (1.0 + exp(-z))
            delta = 2.0 * (a - y[r, 0]) * a * (1.0 - a)
            for j in range(hidden):
                delta_h = delta * W2[j, 0] * h[j] * (1.0 - h[j])
                W2[j, 0] -= rate * delta * h[j]
                for i in range(n_in):
                    W1[i, j] -= rate * delta_h * X[r, i]
                b1[j] -= rate * delta_h
            b2[0] -= rate * delta


@njit(**FAST)
def layer(X, W, b, relu, a):
    if W.shape[1] > 1:
        np.dot(X, W, a)
        for r in range(len(a)):
            for j in range(len(b)):
                z = a[r, j] + b[j]
                a[r, j] = z if z > 0 or not relu else 0
    else:  # one unit: a sum of products for each row
        w = W[:, 0].copy()
        for r in range(len(a)):
            z = b[0]
            for k in range(len(w)):
                z += X[r, k] * w[k]
            a[r, 0] = z if z > 0 or not relu else 0


@njit(**FAST)
def softmax(a):
    for r in range(len(a)):
        top = a[r].max()
        total = a.dtype.type(0)
        for j in range(a.shape[1]):
            a[r, j] = exp(a[r, j] - top)
            total += a[r, j]
        for j in range(a.shape[1]):
            a[r, j] /= total


@njit(**FAST)
def adam(p, g, m, v, corrected):
    kind = p.dtype.type
    for i in range(p.size):
        m[i] = kind(0.9) * m[i] + kind(0.1) * g[i]
        v[i] = kind(0.999) * v[i] + kind(0.001) * g[i] * g[i]
        p[i] -= corrected * m[i] / (sqrt(v[i]) + kind(1e-8))


@njit(**FAST)
def sgd(p, g, rate):
    for i in range(p.size):
        p[i] -= rate * g[i]


@njit(**FAST)
def gather(X, order, out):
    for r in range(len(order)):
        out[r] = X[order[r]]


@njit(**FAST)
def output_delta(a, y, factor, d):
    for r in range(a.shape[0]):
        for j in range(a.shape[1]):
            d[r, j] = factor * (a[r, j] - y[r, j])


@njit(**FAST)
def through_relu(a, d):
    for r in range(a.shape[0]):
        for j in range(a.shape[1]):
            if a[r, j] <= 0:
                d[r, j] = 0


@njit(**FAST)
def column_sum(d, out):
    out[:] = 0
    for r in range(d.shape[0]):
        for j in range(d.shape[1]):
            out[j] += d[r, j]


@njit(**FAST)
def network(X, y, W, b, rate, batch, epochs, scale, classes, use_adam, shuffle, biases):
    """Relu layers; scale 0 divides by the rows of the batch."""
    n, kind, depth = len(X), X.dtype.type, len(W)
    a = [np.empty((batch, w.shape[1]), X.dtype) for w in W]
    d = [np.empty_like(h) for h in a]
    G = [np.zeros_like(w) for w in W]
    g = [np.zeros_like(c) for c in b]
    mW, vW = [np.zeros_like(w) for w in W], [np.zeros_like(w) for w in W]
    mb, vb = [np.zeros_like(c) for c in b], [np.zeros_like(c) for c in b]
    x_rows = np.empty((batch, X.shape[1]), X.dtype)
    y_rows = np.empty((batch, y.shape[1]), X.dtype)
    t = 0
    for _ in range(epochs):
        order = np.random.permutation(n) if shuffle else np.empty(0, np.int64)
        for s in range(0, n, batch):
            e = min(n, s + batch)
            m = e - s
            t += 1
            if shuffle:
                gather(X, order[s:e], x_rows)
                gather(y, order[s:e], y_rows)
                x, target = x_rows[:m], y_rows[:m]
            else:
                x, target = X[s:e], y[s:e]
            layer(x, W[0], b[0], depth > 1, a[0][:m])
            for k in range(1, depth):
                layer(a[k - 1][:m], W[k], b[k], k < depth - 1, a[k][:m])
            if classes:
                softmax(a[-1][:m])
            factor = kind(scale) if scale > 0 else kind(1) / kind(m)
            output_delta(a[-1][:m], target, factor, d[-1])
            for k in range(depth - 1, -1, -1):
                np.dot((a[k - 1][:m] if k else x).T, d[k][:m], G[k])
                column_sum(d[k][:m], g[k])
                if k:
                    np.dot(d[k][:m], W[k].T, d[k - 1][:m])
                    through_relu(a[k - 1][:m], d[k - 1])
            corrected = kind(rate * sqrt(1.0 - 0.999**t) / (1.0 - 0.9**t))
            for k in range(depth):
                if use_adam:
                    adam(W[k].ravel(), G[k].ravel(), mW[k].ravel(), vW[k].ravel(), corrected)
                    adam(b[k], g[k], mb[k], vb[k], corrected)
                else:
                    sgd(W[k].ravel(), G[k].ravel(), rate)
                    if biases:
                        sgd(b[k], g[k], rate)


@njit(inline="always", **FAST)
def tanh(z):
    """Eigen's rational approximation for float32: its loop becomes vectors, that of np.tanh not."""
    f = np.float32
    z = min(max(z, f(-7.905311)), f(7.905311))
    q = z * z
    p = f(2.00018790e-13) + q * f(-2.76076848e-16)
    p = f(-8.60467152e-11) + q * p
    p = f(5.12229709e-08) + q * p
    p = f(1.48572236e-05) + q * p
    p = f(6.37261929e-04) + q * p
    p = f(4.89352456e-03) + q * p
    r = f(1.18534706e-04) + q * f(1.19825839e-06)
    r = f(2.26843463e-03) + q * r
    r = f(4.89352519e-03) + q * r
    return z * p / r


@njit(parallel=True, **FAST)
def many(X, y, W, b, rate, epochs):
    """tanh, then sigmoid with binary cross entropy; threads over networks."""
    (W1, W2), (b1, b2) = W, b
    networks, hidden, n, kind = len(W1), W1.shape[2], len(X), X.dtype.type
    x0, x1, targets = X[:, 0].copy(), X[:, 1].copy(), y[:, 0].copy()
    for i in prange(networks):
        h, delta = np.empty((hidden, n), X.dtype), np.empty(n, X.dtype)
        step = rate[i] / kind(n)
        for _ in range(epochs):
            delta[:] = b2[i, 0]
            for j in range(hidden):
                w0, w1, c, v = W1[i, 0, j], W1[i, 1, j], b1[i, j], W2[i, j, 0]
                for r in range(n):
                    a = tanh(w0 * x0[r] + w1 * x1[r] + c)
                    h[j, r] = a
                    delta[r] += v * a
            total = kind(0)
            for r in range(n):
                delta[r] = kind(0.5) + kind(0.5) * tanh(kind(0.5) * delta[r]) - targets[r]
                total += delta[r]
            for j in range(hidden):
                v, g_v, g0, g1, g_c = W2[i, j, 0], kind(0), kind(0), kind(0), kind(0)
                for r in range(n):
                    g_v += delta[r] * h[j, r]
                    dh = delta[r] * (kind(1) - h[j, r] * h[j, r])
                    g_c += dh
                    g0 += dh * x0[r]
                    g1 += dh * x1[r]
                W2[i, j, 0] -= step * g_v
                W1[i, 0, j] -= step * g0 * v
                W1[i, 1, j] -= step * g1 * v
                b1[i, j] -= step * g_c * v
            b2[i, 0] -= step * total


@njit(**FAST)
def predict(X, W, b):
    n, rows, depth = len(X), min(256, len(X)), len(W)
    out = np.empty((n, W[-1].shape[1]), X.dtype)
    a = [np.empty((rows, w.shape[1]), X.dtype) for w in W]
    for s in range(0, n, rows):
        m = min(rows, n - s)
        layer(X[s : s + m], W[0], b[0], depth > 1, a[0][:m])
        for k in range(1, depth):
            layer(a[k - 1][:m], W[k], b[k], k < depth - 1, a[k][:m])
        out[s : s + m] = a[-1][:m]
    return out
