"""How fast chainrule is beside its peers: `make bench`, or `python -m benchmarks --help`.

`workloads.py` says what is computed, `contestants/` how each library does it (one file each),
`worker.py` runs one contestant in a process of its own, `rounds.py` takes turns among them,
`costs.py` measures what a call, a first fit and a big fit cost, `report.py` writes it all down.

`tables/` compares how accurate the tabular estimators are for their time.
"""
