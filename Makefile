PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
APP_READY := $(VENV)/.app-ready
TEST_READY := $(VENV)/.test-ready
TRAIN_READY := $(VENV)/.train-ready
CHECK_READY := $(VENV)/.check-ready
DOCS_READY := $(VENV)/.docs-ready

.PHONY: app test audit lint format coverage docs wheel-check cloud-check ready train baselines evaluate bench bench-digitise bench-explain bench-measure bench-load clean

app: $(APP_READY)  ## open HeartGuard in the browser
	$(BIN)/heartguard app

ready: $(TEST_READY) $(CHECK_READY) $(DOCS_READY)  ## install what tests and checks need

test: $(TEST_READY)  ## run the tests
	$(BIN)/pytest

lint: $(TEST_READY)  ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/codespell $$(git ls-files)

coverage: $(TEST_READY)  ## run the tests and count the lines and branches that they reach; slower
	$(BIN)/pytest --cov --cov-report=term

audit: $(CHECK_READY)  ## look for risky calls in the code, and for known weaknesses of what it depends on (asks PyPI)
	$(BIN)/pip install --quiet '.[audit]'
	$(BIN)/bandit --configfile pyproject.toml --recursive heartguard --quiet
	$(BIN)/pip-audit --requirement requirements.txt

docs: $(DOCS_READY)  ## API documentation from the docstrings into docs/_build/html; warnings are errors
	$(BIN)/python -m sphinx -W --keep-going --jobs auto docs/api docs/_build/html

format: $(TEST_READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

wheel-check: $(CHECK_READY)  ## build wheel and sdist; install the wheel elsewhere, read a page there, start the app
	$(BIN)/python tools/wheel_check.py

cloud-check: $(CHECK_READY)  ## run a fresh clone as Streamlit Community Cloud does, in a browser (needs Chromium)
	$(BIN)/python tools/cloud_check.py

train: $(TRAIN_READY)  ## train the shipped model again (needs the data folder)
	$(BIN)/heartlab train vgg16
	$(BIN)/heartlab train findings
	$(BIN)/heartlab convert
	$(BIN)/heartlab train second
	$(BIN)/heartlab train answers
	$(BIN)/heartlab train novelty

baselines: $(TRAIN_READY)  ## train what the model is compared with, and write the leaderboard
	$(BIN)/heartlab train baselines
	$(BIN)/heartlab bench second-opinion
	$(BIN)/heartlab leaderboard

evaluate: $(TRAIN_READY)  ## compute the figures of the model card again
	$(BIN)/heartlab evaluate

bench: bench-digitise $(TRAIN_READY)  ## every measurement of the README, each also runs by itself
	$(BIN)/heartlab bench speed
	$(BIN)/heartlab bench fuzz
	$(BIN)/heartlab bench rates
	$(BIN)/heartlab bench findings
	$(BIN)/heartlab bench unlike

bench-digitise: $(TEST_READY)  ## traced signals against the truth: own pages, then those of others (needs the data folder)
	$(BIN)/heartlab bench digitise
	$(BIN)/heartlab bench independent

bench-explain: $(TRAIN_READY)  ## test the explanations (needs the data folder and what train kept)
	$(BIN)/heartlab bench explain

bench-measure: $(TEST_READY)  ## intervals against cardiologists' marks, beside other delineators (needs the data folder)
	$(BIN)/pip install --editable './heartlab[compare]'
	$(BIN)/heartlab bench measure

bench-load: $(TEST_READY)  ## 1, 5 and 20 sessions at once on the real server: seconds by stage and memory
	$(BIN)/heartlab bench load

clean:
	rm -rf $(VENV) docs/_build docs/api/generated .mypy_cache .pytest_cache .ruff_cache

$(BIN)/pip:
	$(PYTHON) -c 'import sys; sys.exit(None if (3, 11) <= sys.version_info < (3, 14) else "HeartGuard needs Python 3.11, 3.12 or 3.13: make app PYTHON=python3.13")'
	$(PYTHON) -m venv $(VENV)

# Installing shows pip's progress: it takes half a minute or more, and silence looks like a fault.
# The app imports no TensorFlow, so `make app` leaves it out; test and train bring it. Without --no-compile pip compiles
# all packages beforehand, which takes longer than it saves: Python compiles what it imports, once.
$(APP_READY): pyproject.toml | $(BIN)/pip
	@echo "Installing what HeartGuard needs into $(VENV), once."
	$(BIN)/pip install --no-compile --editable '.[explain,export,report]'
	@touch $@

$(TEST_READY): pyproject.toml heartlab/pyproject.toml | $(BIN)/pip
	@echo "Installing what the tests need into $(VENV), TensorFlow among it, once."
	$(BIN)/pip install --editable '.[test,lint]' --editable './heartlab[keras]'
	@touch $@

$(DOCS_READY): pyproject.toml | $(BIN)/pip
	@echo "Installing what the documentation needs into $(VENV), once."
	$(BIN)/pip install --editable '.[docs]'
	@touch $@

$(TRAIN_READY): pyproject.toml heartlab/pyproject.toml | $(BIN)/pip
	@echo "Installing what training needs into $(VENV), PyTorch and TensorFlow among it, once."
	$(BIN)/pip install --editable '.[explain]' --editable './heartlab[keras,train]'
	@touch $@

$(CHECK_READY): pyproject.toml | $(BIN)/pip
	@echo "Installing what the checks need into $(VENV), once."
	$(BIN)/pip install --editable '.[check]'
	@touch $@
