# Every target installs what it needs into .venv first: nothing to prepare.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NATIVE := CMakeLists.txt $(shell find native -type f)
CXX_FILES := $(shell find native tests/native benchmarks -name "*.?pp" -o -name "*.inl")
# Two workers, one thread each: tests must not depend on a machine with many cores.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist worksteal
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# The core is compiled once for all environments and clones, where there is a compiler cache.
ifneq ($(shell command -v ccache),)
export CMAKE_CXX_COMPILER_LAUNCHER ?= ccache
export CCACHE_BASEDIR ?= $(CURDIR)
export CCACHE_NOHASHDIR ?= 1
endif

.PHONY: help demo test check slow attack lint tidy format stubs frontend lowest pythons docs bench bench-widths clean

help: ## what there is to make
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 22

# --- the environment ------------------------------------------------------------------------------

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
	$(PIP) --upgrade "pip>=25.1" # the first that knows dependency groups

$(VENV)/installed: $(BIN)/python pyproject.toml $(NATIVE)
	$(PIP) --editable .
	@touch $@

# The libraries of a dependency group alone: chainrule itself is built once.
$(VENV)/installed-%: $(VENV)/installed
	$(PIP) --group $*
	@touch $@

# --- every day ------------------------------------------------------------------------------------

demo: $(VENV)/installed ## train a network on the penguins, predict from the saved model
	@sh examples/demo.sh $(BIN)/chainrule

# The page's test among the fast ones drives the chromium that there is; without one it is left out.
ifneq ($(shell command -v chromium),)
BROWSER := $(VENV)/installed-browser
endif

test: lint $(BROWSER) ## lint and the fast tests
	$(PYTEST) -m "not slow"

check: test ## test, and everything slow: clang-tidy, more tests, docs, lowest, pythons
	$(MAKE) tidy slow docs lowest pythons

lint: $(VENV)/installed-dev ## ruff, mypy and clang-format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/clang-format --dry-run --Werror $(CXX_FILES)

# Without the kernels: of intrinsics and vector types clang-tidy says nothing useful.
tidy: $(VENV)/installed-dev ## clang-tidy
	$(BIN)/cmake --preset release -B build/tidy -DPython_EXECUTABLE=$(abspath $(BIN)/python)
	ls native/src/*.cpp native/src/batched/*.cpp native/bindings/*.cpp \
	    | xargs -P 2 -n 4 $(BIN)/clang-tidy --quiet -p build/tidy

format: $(VENV)/installed-dev ## ruff, with what it can mend, and clang-format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/clang-format -i $(CXX_FILES)

stubs: $(VENV)/installed-dev ## the stub of the core, from its bindings
	$(BIN)/python native/bindings/stub.py

frontend: frontend/node_modules ## the playground's page, into src/chainrule/web/static
	cd frontend && npm run --silent build

# --- now and then ---------------------------------------------------------------------------------

# KaTeX reads the LaTeX of the explanations.
tests/explain/node/node_modules: tests/explain/node/package-lock.json
	cd tests/explain/node && npm ci --silent
	@touch $@

frontend/node_modules: frontend/package-lock.json
	cd frontend && npm ci --silent
	@touch $@

slow: $(VENV)/installed-dev $(VENV)/installed-oracle $(VENV)/installed-browser docs \
    tests/explain/node/node_modules frontend/node_modules ## the slow tests
	$(PYTEST) -m slow

# Strange arguments, damaged files, interrupts, kills, forks and exits: make attack SHARE=0.1
attack: $(VENV)/installed-dev ## an attack on arguments, files and processes, at full size
	$(BIN)/python -m tests.attack $(SHARE)

# --- other versions -------------------------------------------------------------------------------

ELSEWHERE := sh tests/install/elsewhere.sh $(BIN)/uv

# matplotlib 3.9 warns with a pyparsing that is younger than itself.
lowest: $(VENV)/installed-dev ## the fast tests with the lowest versions of Python and the libraries
	$(ELSEWHERE) $@ 3.11 "--resolution lowest-direct pyparsing>=3.1,<3.3"

VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
OTHERS := $(filter-out $(VERSION),3.11 3.12 3.13 3.14)
pythons: $(OTHERS:%=python-%) ## tests with each other version of Python that is installed

# Only what depends on the version of Python and on the libraries' versions for it.
python-%: $(VENV)/installed-dev
	$(ELSEWHERE) $@ $* "" tests/engines tests/training tests/estimators tests/tables

# --- pages and times ------------------------------------------------------------------------------

# The style sheet and the fonts of the formulas, which node sets while the pages are built.
docs/katex/node_modules: docs/katex/package-lock.json
	cd docs/katex && npm ci --silent
	@touch $@

# Warnings are errors.
docs: $(VENV)/installed-docs docs/katex/node_modules ## the pages with lessons, pictures and reference, in build/docs/html
	$(BIN)/sphinx-build -W --keep-going --quiet -b html -d build/docs/trees docs build/docs/html

# A peer that cannot be installed here is left out of the comparison.
$(VENV)/installed-bench: $(VENV)/installed
	$(PIP) --group bench || echo "not all peers could be installed: those missing are left out"
	@touch $@

# make bench WORKLOADS=W1,W5 CONTESTANTS=chainrule,jax_scan ROUNDS=3
bench: $(VENV)/installed-bench ## time chainrule against its peers
	$(BIN)/python -m benchmarks $(if $(WORKLOADS),--workloads $(WORKLOADS)) \
	    $(if $(CONTESTANTS),--contestants $(CONTESTANTS)) $(if $(ROUNDS),--rounds $(ROUNDS))
	sh benchmarks/elementwise.sh

# Writes docs/figures: the figures, the picture made of them, the table of the page.
bench-widths: $(VENV)/installed ## time an update against width and batch, draw the picture in docs
	$(BIN)/python -m benchmarks.widths

clean: ## remove what was installed and built
	rm -rf $(VENV) build dist out .pytest_cache .mypy_cache .ruff_cache .hypothesis
