# Two commands: `make report` reads sample_reviews/ and writes a report; `make test` checks everything.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: install report test test-slow lint docs audit clean

install: .venv/.installed

.venv/.installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "voc needs Python 3.11 or newer")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt torch
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev,serve]'
	touch $@

report: install
	$(BIN)/voc run sample_reviews/ -o out --force

lint: install
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

test: lint
	$(BIN)/python -m pytest

# Clusters of several processes on this machine
test-slow: install
	$(BIN)/python -m pytest -m slow

# The site, into build/docs; serve it with: .venv/bin/mkdocs serve
docs: install
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[docs]'
	$(BIN)/python -m docs.generate
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict -q

# Known vulnerabilities of what is installed; asks an advisory database over the network
audit: install
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt pip-audit
	$(BIN)/python -m pip_audit --skip-editable --progress-spinner off

clean:
	rm -rf .venv out
