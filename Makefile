# Two commands do all the set-up: `make demo` and `make test`. Each installs what it needs into .venv.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: setup demo test lint bench clean

setup: .venv/.dev ## everything that developing and testing need

.venv/.demo: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "ckit needs Python 3.11 or newer: make PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) -e '.[clip,train]'
	touch $@

.venv/.dev: .venv/.demo
	$(PIP) -e '.[dev]'
	touch $@

demo: .venv/.demo ## the main job on the embedded sample, a look at the result, and a few steps of training
	$(BIN)/ckit build-curriculum --sample -o demo
	$(BIN)/ckit inspect demo
	$(BIN)/python -m trainer.tiny demo-model
	rm -rf demo-trained
	$(BIN)/ckit train demo --config trainer/demo.yaml

test: .venv/.dev ## all tests; those on real files say so where these are absent
	$(BIN)/python -m pytest -n auto --dist loadfile

lint: .venv/.dev ## style, types, and who may import whom
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/.dev ## speed and memory, side by side with the baselines
	$(BIN)/python bench/ingest.py
	$(BIN)/python bench/build.py
	$(BIN)/python bench/audit.py
	$(BIN)/python bench/clip.py
	$(BIN)/python bench/groups.py
	$(BIN)/python bench/report.py

clean:
	rm -rf .venv demo demo-model demo-trained build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
