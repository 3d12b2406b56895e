"""Real races: functions in threads of their own, each with a database connection of its own."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection


def at_once(*functions: Callable[[], Any], timeout: float = 20) -> list[Any]:
    """Start the functions at the same moment; return what each returned or raised, in their order."""
    barrier = Barrier(len(functions))

    def call(function: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            barrier.wait(timeout)
            return function()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(functions)) as pool:
        return [future.result(timeout) for future in [pool.submit(call, function) for function in functions]]


class Thread:
    """A function in the background: `blocked()` waits until the database makes it wait, `result()` for its end."""

    def __init__(self, function: Callable[[], Any]) -> None:
        self._pool = ThreadPoolExecutor(1)
        self._pid: int | None = None
        self._future = self._pool.submit(self._call, function)

    def _call(self, function: Callable[[], Any]) -> Any:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                self._pid = cursor.fetchone()[0]
            return function()
        except Exception as error:
            return error
        finally:
            connection.close()

    def blocked(self, timeout: float = 10) -> bool:
        """Whether it came to wait for a lock: the proof that there is a race at all."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline and not self._future.done():
            with connection.cursor() as cursor:
                cursor.execute("SELECT wait_event_type FROM pg_stat_activity WHERE pid = %s", [self._pid])
                row = cursor.fetchone()
            if row and row[0] == "Lock":
                return True
            time.sleep(0.01)
        return False

    def result(self, timeout: float = 20) -> Any:
        try:
            return self._future.result(timeout)
        finally:
            self._pool.shutdown(wait=False)
