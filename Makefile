# Every target installs what it needs into .venv first: nothing to prepare.
#   make demo    train a network on the penguins, predict from the saved model
#   make test    lint and the fast tests
#   make check   test, and everything slow
#   make lint    ruff, mypy and clang-format
#   make tidy    clang-tidy
#   make docs    the pages with lessons, pictures and reference, in build/docs/html
#   make bench   time chainrule against its peers
#   make bench-widths   time an update against width and batch, and draw the picture in docs

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NATIVE := CMakeLists.txt $(shell find native -type f)
CXX_FILES := $(shell find native tests/native benchmarks -name "*.?pp" -o -name "*.inl")
# Two workers, one thread each: tests must not depend on a machine with many cores.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist worksteal

.PHONY: demo test check slow lint tidy format docs bench bench-widths clean

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip

PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# The libraries of an extra alone: chainrule itself is built once.
EXTRA = $(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["$(1)"], sep="\n")' | $(PIP) --requirement /dev/stdin

$(VENV)/installed: $(BIN)/python pyproject.toml $(NATIVE)
	$(PIP) --editable .
	@touch $@

$(VENV)/installed-%: $(VENV)/installed
	$(call EXTRA,$*)
	@touch $@

demo: $(VENV)/installed
	@sh examples/demo.sh $(BIN)/chainrule

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/clang-format --dry-run --Werror $(CXX_FILES)

# Without the kernels: of intrinsics and vector types clang-tidy says nothing useful.
tidy: $(VENV)/installed-dev
	$(BIN)/cmake --preset release -B build/tidy -DPython_EXECUTABLE=$(abspath $(BIN)/python)
	ls native/src/*.cpp native/src/batched/*.cpp native/bindings/*.cpp \
	    | xargs -P 2 -n 4 $(BIN)/clang-tidy --quiet -p build/tidy

format: $(VENV)/installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/clang-format -i $(CXX_FILES)

test: lint
	$(PYTEST) -m "not slow"

# KaTeX reads the LaTeX of the explanations.
tests/explain/node/node_modules: tests/explain/node/package-lock.json
	cd tests/explain/node && npm ci --silent
	@touch $@

slow: $(VENV)/installed-dev $(VENV)/installed-oracle tests/explain/node/node_modules
	$(PYTEST) -m slow

# Warnings are errors, and every example runs.
docs: $(VENV)/installed-docs
	$(BIN)/sphinx-build -W --keep-going --quiet -b html -d build/docs/trees docs build/docs/html
	$(BIN)/python -W error docs/_ext/examples.py

# A peer that cannot be installed here is left out of the comparison.
$(VENV)/installed-bench: $(VENV)/installed
	$(call EXTRA,bench) || echo "not all peers could be installed: those missing are left out"
	@touch $@

# make bench WORKLOADS=W1,W5 CONTESTANTS=chainrule,jax_scan ROUNDS=3
bench: $(VENV)/installed-bench
	$(BIN)/python -m benchmarks $(if $(WORKLOADS),--workloads $(WORKLOADS)) \
	    $(if $(CONTESTANTS),--contestants $(CONTESTANTS)) $(if $(ROUNDS),--rounds $(ROUNDS))
	sh benchmarks/elementwise.sh

# Writes docs/figures: the figures, the picture made of them, the table of the page.
bench-widths: $(VENV)/installed
	$(BIN)/python -m benchmarks.widths

check: test
	$(MAKE) tidy slow docs

clean:
	rm -rf $(VENV) build dist out .pytest_cache .mypy_cache .ruff_cache .hypothesis
