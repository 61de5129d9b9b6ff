# make chat on a fresh machine: only this, Python 3.11 or later and a network are needed. A second run needs no network.
#
# .venv/installed and .venv/installed-dev are put there once pip has finished; newer requirements make them stale.

PYTHON ?= $(shell for python in python3.11 python3 python3.12 python3.13; do \
	$$python -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null && command -v $$python && exit; \
	done; command -v python3)
RUN := .venv/bin/python
PIP := $(RUN) -m pip install --disable-pip-version-check -c constraints.txt -r

# The stamps come after this, so an install that fails or is stopped does not count as done.
define install
@echo $$$$ > .venv/installing; $(PIP) $(1); done=$$?; rm -f .venv/installing; exit $$done
endef

TEST_MODELS := all-MiniLM-L6-v2 qwen2.5-coder-1.5b-instruct smollm2-135m-instruct
ROOMS := $(addsuffix /__init__.py,byline ingest index answer eval serve)
TYPED := $(patsubst %/__init__.py,%,$(wildcard $(ROOMS))) $(wildcard app*.py)

export ANONYMIZED_TELEMETRY := False
export GRADIO_ANALYTICS_ENABLED := False
export RAGAS_DO_NOT_TRACK := true

# .venv/installing holds the process that installs. Where that one has gone, the install was cut off in the middle and
# .venv is made anew, as it is when its Python has gone.
INSTALLING := $(shell cat .venv/installing 2>/dev/null)
ifneq ($(INSTALLING),)
ifeq ($(shell kill -0 $(INSTALLING) 2>/dev/null && echo alive),alive)
$(error Process $(INSTALLING) is installing into .venv; wait until it is done)
endif
$(shell rm -rf .venv/made)
endif
$(shell test ! -e .venv/made || $(RUN) -c "" >/dev/null 2>&1 || rm -f .venv/made)

.DELETE_ON_ERROR:
.PHONY: help chat test quick check eval bench clean models test-models chromium

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-6s %s\n", $$1, $$2 }' Makefile

chat: .venv/installed models  ## install, fetch the models, ingest articles/, open the chat
	$(RUN) app.py --ingest articles

test: chromium .venv/installed-dev test-models  ## install and run every test, real models and browser included
	$(RUN) -m pytest

quick: .venv/installed-dev  ## the tests that need no language model and no browser; fetches the embedder alone
	$(RUN) -m byline all-MiniLM-L6-v2
	$(RUN) -m pytest -q -m "not slow"

check: .venv/installed-dev  ## format, lint, types, layout
	$(RUN) -m ruff format --check .
	$(RUN) -m ruff check .
	$(RUN) -m mypy --strict $(TYPED)
	$(RUN) -m pytest -q tests/test_layout.py

eval: .venv/installed models  ## the project's own suite, with its gate
	$(RUN) -m eval eval/data/sample.jsonl

bench: .venv/installed-dev models  ## the time to the first word, beside a plain LlamaIndex pipeline, and to the page
	$(RUN) -m bench

clean:  ## remove .venv and what the tools leave; data, models and runs stay
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache build *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

models: .venv/installed
	@$(RUN) -m byline

test-models: .venv/installed-dev
	@$(RUN) -m byline $(TEST_MODELS)

chromium:
	@{ command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null || { \
		echo "The browser tests need Chromium. On Debian: apt-get install chromium. Without it: make quick" >&2; exit 1; }

.venv/installed: .venv/made requirements.txt constraints.txt
	$(call install,requirements.txt)
	@touch $@

.venv/installed-dev: .venv/made requirements.txt requirements-dev.txt constraints.txt
	$(call install,requirements-dev.txt)
	@touch .venv/installed $@

.venv/made:
	@"$(PYTHON)" -c "import sys; sys.exit(sys.version_info < (3, 11))" || { \
		echo "Byline needs Python 3.11 or later, found: $(or $(PYTHON),none). On Debian: apt-get install python3" >&2; \
		echo "One that lies elsewhere: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	@"$(PYTHON)" -c "import ensurepip, venv" || { \
		echo "$(PYTHON) cannot make a virtual environment. On Debian: apt-get install python3-venv" >&2; exit 1; }
	rm -rf .venv
	"$(PYTHON)" -m venv .venv
	@touch $@
