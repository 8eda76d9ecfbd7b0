"""How accurate chainrule is on tables beside its peers: `python -m benchmarks.tables --help`.

`data.py` finds tables and splits them, `methods.py` and `peers.py` say what is fitted, `scores.py`
what is measured, `one_fit.py` measures one fit in a process of its own, `results.py` keeps what is
finished, `summary.py`, `page.py` and `picture.py` show it.
"""
