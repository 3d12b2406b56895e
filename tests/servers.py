"""Pytest plugin: real PostgreSQL and Valkey for the whole run (loaded with -p, before Django reads its settings)."""

import pytest

from tests.settings import SERVERS


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    SERVERS.__enter__()
    early_config.add_cleanup(lambda: SERVERS.__exit__(None, None, None))
