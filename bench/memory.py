"""How much memory a process and all its descendants take, from /proc (Linux)."""

import threading
from collections import defaultdict
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

PAUSE_SECONDS = 0.1


class Peak(AbstractContextManager["Peak"]):
    """Watch a process tree; afterwards `shared_mb` is the most it took, with memory that processes share counted once
    (PSS), and `resident_mb` the same counted in every process again (RSS)."""

    def __init__(self, pid: int) -> None:
        self.pid, self.shared_mb, self.resident_mb, self.processes = pid, 0, 0, 0
        self._ended = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._watcher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._watcher.join()

    def _watch(self) -> None:
        while not self._ended.wait(PAUSE_SECONDS):
            tree = _tree(self.pid)
            shared = resident = 0
            for pid in tree:
                one = _kilobytes(pid)
                shared += one["Pss"]
                resident += one["Rss"]
            self.shared_mb = max(self.shared_mb, shared // 1024)
            self.resident_mb = max(self.resident_mb, resident // 1024)
            self.processes = max(self.processes, len(tree))


def memory_of_children(pid: int) -> list[int]:
    """PSS in MB of each process that this one has started."""
    return [_kilobytes(child)["Pss"] // 1024 for child in _tree(pid)[1:]]


def _tree(root: int) -> list[int]:
    children: dict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            stat = (entry / "stat").read_text()
        except OSError:  # it has ended
            continue
        children[int(stat.rpartition(")")[2].split()[1])].append(int(entry.name))
    found = [root]
    for pid in found:
        found += children[pid]
    return found


def _kilobytes(pid: int) -> dict[str, int]:
    try:
        lines = Path("/proc", str(pid), "smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return {"Pss": 0, "Rss": 0}
    return {line.split(":")[0]: int(line.split()[1]) for line in lines}
