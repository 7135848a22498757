PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
APP_READY := $(VENV)/.app-ready
TEST_READY := $(VENV)/.test-ready
TRAIN_READY := $(VENV)/.train-ready
DOCS_READY := $(VENV)/.docs-ready

.PHONY: app test lint format coverage docs train family evaluate bench bench-digitise bench-explain clean

app: $(APP_READY)  ## open HeartGuard in the browser
	$(BIN)/streamlit run streamlit_app.py

test: $(TEST_READY)  ## run the tests
	$(BIN)/pytest

lint: $(TEST_READY)  ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/codespell $$(git ls-files)

coverage: $(TEST_READY)  ## run the tests and count the lines and branches that they reach; slower
	$(BIN)/pytest --cov --cov-report=term

docs: $(DOCS_READY)  ## API documentation from the docstrings into docs/_build/html; warnings are errors
	$(BIN)/python -m sphinx -W --keep-going --jobs auto docs/api docs/_build/html

format: $(TEST_READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

train: $(TRAIN_READY)  ## train the shipped model again (needs the data folder)
	$(BIN)/heartguard train vgg16
	$(BIN)/heartguard train findings
	$(BIN)/heartguard train second
	$(BIN)/heartguard train novelty
	$(BIN)/heartguard convert

family: $(TRAIN_READY)  ## train what the model is compared with, and write the leaderboard
	$(BIN)/heartguard train family
	$(BIN)/python benchmarks/second_opinion.py
	$(BIN)/heartguard leaderboard

evaluate: $(TRAIN_READY)  ## compute the figures of the model card again
	$(BIN)/heartguard evaluate

bench: bench-digitise  ## every measurement of the README, each also runs by itself
	$(BIN)/python benchmarks/speed.py
	$(BIN)/python benchmarks/fuzz_intake.py
	$(BIN)/python benchmarks/rates.py
	$(BIN)/python benchmarks/findings.py
	$(BIN)/python benchmarks/unlike.py

bench-digitise: $(TEST_READY)  ## traced signals against the truth: clean pages, scans, photos (needs the data folder)
	$(BIN)/python benchmarks/digitise.py

bench-explain: $(TRAIN_READY)  ## test the explanations (needs the data folder and what train kept)
	$(BIN)/python benchmarks/explain.py

clean:
	rm -rf $(VENV) docs/_build docs/api/generated .mypy_cache .pytest_cache .ruff_cache

$(BIN)/pip:
	$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), "HeartGuard needs Python 3.11 or newer"'
	$(PYTHON) -m venv $(VENV)

$(APP_READY): requirements.txt pyproject.toml | $(BIN)/pip
	$(BIN)/pip install --quiet --editable .
	touch $@

$(TEST_READY): requirements.txt pyproject.toml | $(BIN)/pip
	$(BIN)/pip install --quiet --editable '.[test,lint]'
	touch $@

$(DOCS_READY): requirements.txt pyproject.toml | $(BIN)/pip
	$(BIN)/pip install --quiet --editable '.[docs]'
	touch $@

$(TRAIN_READY): requirements.txt pyproject.toml | $(BIN)/pip
	$(BIN)/pip install --quiet --editable '.[train]'
	touch $@
