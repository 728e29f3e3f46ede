# Two commands do everything: `make run` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# On a Mac llama.cpp is built for Metal, and without OpenMP: torch brings an OpenMP of its own, and two in one program
# crash it.
ifeq ($(shell uname -s),Darwin)
export CMAKE_ARGS := -DGGML_METAL=on -DGGML_OPENMP=OFF
endif

.PHONY: run demo test lint bench install clean

run: install  ## open the TUI
	$(BIN)/mactuner

demo: install  ## the whole loop on the starter model, without a terminal
	$(BIN)/mactuner demo

test: lint  ## everything CI checks; two tests at a time, as most of them wait for a process
	$(BIN)/pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/dev  ## the figures the README quotes; takes some minutes, and wants a quiet machine
	$(BIN)/python -m tests.bench

install: $(VENV)/starter

$(VENV)/starter: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --upgrade --quiet pip
	$(BIN)/pip install --editable '.[starter]'
	touch $@

$(VENV)/dev: $(VENV)/starter
	$(BIN)/pip install --quiet --editable '.[starter,dev]'
	touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache dist build
