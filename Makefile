# Two commands: `make report` reads sample_reviews/ and writes a report; `make test` checks everything.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: install report test lint clean

install: .venv/.installed

.venv/.installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "voc needs Python 3.11 or newer")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt torch
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

report: install
	$(BIN)/voc run sample_reviews/ -o out --force

lint: install
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

test: lint
	$(BIN)/python -m pytest

clean:
	rm -rf .venv out
