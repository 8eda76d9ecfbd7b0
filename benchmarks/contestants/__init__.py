"""Who computes: one module for each contestant.

A module has `NAME` and `VERSION`, `why_not(task, threads)` with the reason why it sits a workload
out ("" if it does not), and `prepare(task, threads)`, which returns a function without arguments
that does the whole work and returns the learned (W, b), or the predictions. `note(task)` may add
what a reader of the times must know. Importing it fails where its library is not installed.
"""

CONTESTANTS = (
    "chainrule",
    "reference",
    "numpy_loop",
    "scikit_learn",
    "pytorch",
    "jax_scan",
    "numba_loops",
    "keras_fit",
)
OWN = ("chainrule", "reference")
"""Those that are no peers."""

JUDGE = "numpy_loop"
"""Whose final loss the others are compared with: it needs nothing but NumPy."""
