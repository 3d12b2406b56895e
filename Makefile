# make run     the portal with demo content (PORT=8000 VAR=var PROFILE=kreis-...: another port, state folder, Kreis)
# make test    every check and every test; .ci/run does the same
# make manage ARGS="..."   a management command on the state of `make run`
# make bench   measure what the project promises, into bench/results.json
# make fmt, make lint      format; check without tests
# make texts   gather the texts that need a translation into locale/, and name those without one
# make setup   only install what the others need

PYTHON = .venv/bin/python
BOOTSTRAP = sh kiportal/embedded/bootstrap.sh

.PHONY: run test manage bench fmt lint texts setup packages

run: setup
	@exec $(PYTHON) -m kiportal.embedded run

manage: setup
	@exec $(PYTHON) -m kiportal.embedded manage $(ARGS)

test: packages lint
	$(PYTHON) -m pytest --numprocesses=auto --maxprocesses=4 --dist=worksteal

bench: setup
	@$(PYTHON) -m bench

lint: setup
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m mypy
	.venv/bin/lint-imports
	$(PYTHON) -m kiportal.embedded.messages
	VAR="$(or $(VAR),var)/test" $(PYTHON) -m kiportal.embedded manage makemigrations --check --dry-run

fmt: setup
	$(PYTHON) -m ruff check --fix
	$(PYTHON) -m ruff format

texts: setup
	$(PYTHON) -m kiportal.embedded.catalogue

packages:
	@$(BOOTSTRAP) packages

setup: .venv/.synced node_modules/.synced

# An environment whose interpreter has gone (another machine, another user) is made again.
ifneq ($(shell $(PYTHON) -c 'print(1)' 2>/dev/null),1)
.PHONY: .venv/.synced
endif

.venv/.synced: uv.lock pyproject.toml
	@$(BOOTSTRAP) python
	@touch $@

node_modules/.synced: package-lock.json | .venv/.synced
	@$(BOOTSTRAP) node
	@touch $@
