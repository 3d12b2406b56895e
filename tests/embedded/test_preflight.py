import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from kiportal.embedded import preflight
from kiportal.embedded.state import CHECKOUT


def test_require_port_taken_names_it_and_another_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(preflight.Refusal, match=rf"^Port {port} is taken .* PORT={port + 1}\.$"):
            preflight.require_port(port)


def test_require_port_free_is_silent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    preflight.require_port(port)


def test_require_space_too_little_names_folder_and_need(tmp_path: Path) -> None:
    with pytest.raises(
        preflight.Refusal, match=rf"holds {tmp_path}/var has \d+ MB left and 10{'0' * 12} MB are needed"
    ):
        preflight.require_space(tmp_path / "var", 10**13)


def test_preflight_without_npm_prints_one_sentence(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, CHECKOUT / "kiportal/embedded/preflight.py"],
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr.count("\n") == 1
    assert run.stderr.startswith("npm is missing: ")
