import os
import subprocess
import sys
from pathlib import Path

import pytest

from kiportal.embedded import Refusal, process


def test_recall_of_a_living_process_returns_its_pid(tmp_path: Path) -> None:
    process.remember(tmp_path / "pid", os.getpid())
    assert process.recall(tmp_path / "pid") == os.getpid()


def test_recall_of_a_reused_number_returns_nothing(tmp_path: Path) -> None:
    (tmp_path / "pid").write_text(f"{os.getpid()} 1\n")
    assert process.recall(tmp_path / "pid") is None


@pytest.mark.parametrize("content", ["", "nonsense\n", "1\n"])
def test_recall_of_a_damaged_file_returns_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "pid").write_text(content)
    assert process.recall(tmp_path / "pid") is None


def test_started_at_of_a_zombie_is_none() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    assert process.wait_for_end(child.pid, 10)
    assert child.wait() == 0


def test_truncate_log_over_the_limit_keeps_three_older_ones_and_the_writer(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    with log.open("a") as writer:
        for number in range(5):
            writer.write(f"start {number}\n")
            writer.flush()
            process.truncate_log(log, 0)
        writer.write("still writing\n")
    assert log.read_text() == "still writing\n"
    kept = {path.name: path.read_text() for path in tmp_path.glob("web.log.*")}
    assert kept == {"web.log.1": "start 4\n", "web.log.2": "start 3\n", "web.log.3": "start 2\n"}


def test_truncate_log_under_the_limit_changes_nothing(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    log.write_text("short")
    process.truncate_log(log, 5)
    assert [path.name for path in tmp_path.iterdir()] == ["web.log"]


def test_private_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        os.chown(tmp_path, 12345, -1)
        folder = tmp_path
    else:
        folder = Path("/usr")
    with pytest.raises(Refusal, match="belongs to another user"):
        process.private_folder(folder)
