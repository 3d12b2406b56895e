"""`run`: the whole portal on one machine, in order up and in order down, and everything that dies started again."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from types import FrameType
from typing import NoReturn
from urllib.parse import urlsplit

from kiportal.embedded import process
from kiportal.embedded.preflight import FIRST_START_MB, LATER_START_MB, Refusal, require_port, require_space
from kiportal.embedded.prepare import prepare
from kiportal.embedded.servers import Servers
from kiportal.embedded.state import CHECKOUT, State
from kiportal.healthcheck import is_well

READY_SECONDS = 60
STOP_SECONDS = 20  # a worker may finish its job; after that the job is done again at the next start
STABLE_SECONDS = 60
LOG_BYTES = 5_000_000


class Stop(BaseException):
    """The operator wants the portal to end."""


def say(sentence: str) -> None:
    print(sentence, flush=True)


class Child:
    """One of our own processes, with its log, its pid file and a growing pause between starts that fail."""

    def __init__(self, name: str, command: list[str], state: State, environment: dict[str, str]) -> None:
        self.name, self.command, self.environment = name, command, environment
        self.log, self.pid_file = state.log / f"{name}.log", state.pids / f"{name}.pid"
        self.process: subprocess.Popen[bytes] | None = None
        self.failures, self.started, self.next_start = 0, 0.0, 0.0

    def start(self) -> None:
        with self.log.open("a") as log:
            # A session of its own: Ctrl-C in the terminal reaches the supervisor only, which stops things in order.
            self.process = subprocess.Popen(
                self.command,
                cwd=CHECKOUT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        process.remember(self.pid_file, self.process.pid)
        self.started = time.monotonic()

    def watch(self) -> None:
        """Start the process again if it has ended: after 1, 2, 4 ... 60 seconds."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.next_start:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            return
        self.process = None
        self.failures = 1 if now - self.started > STABLE_SECONDS else self.failures + 1
        pause = min(2 ** (self.failures - 1), 60)
        self.next_start = now + pause
        say(f"The {self.name} process ended (exit code {code}) and starts again in {pause} s; see {self.log}.")

    def ask_to_end(self) -> None:
        if self.process is not None:
            process.send(self.process.pid, signal.SIGTERM)

    def wait_for_end(self) -> None:
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_SECONDS)
        process.send(self.process.pid, signal.SIGKILL, group=True)
        self.process.wait()
        self.pid_file.unlink(missing_ok=True)

    def kill(self) -> None:
        if self.process is not None:
            process.send(self.process.pid, signal.SIGKILL, group=True)


class Supervisor:
    def __init__(self, state: State) -> None:
        self.state = state
        self.children: list[Child] = []
        self.stopping = False

    def run(self) -> None:
        """Start everything, keep it running until a signal comes, stop everything."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:  # nohup
                signal.signal(number, self._on_signal)
        try:
            self._claim()
            with Servers(self.state.var, environ=self.state.environ) as servers:
                try:
                    self._start(servers)
                    self._watch(servers)
                finally:
                    self.stopping = True
                    self._stop()
        except Stop:
            say("KI-Portal stopped.")

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if not self.stopping:
            self.stopping = True
            raise Stop
        for child in self.children:  # asked a second time: no patience left
            child.kill()

    def _stop(self) -> None:
        for together in (self.children[:1], self.children[1:]):  # the web server first: then nothing new comes in
            for child in together:
                child.ask_to_end()
            for child in together:
                child.wait_for_end()

    def _claim(self) -> None:
        first = not self.state.first_start_done()
        require_space(self.state.var, FIRST_START_MB if first else LATER_START_MB)
        self.state.create()
        self.state.lock()
        self.port = self.state.settle_port()
        self.state.profile()  # refuses a Kreis that cannot be had any more
        self._end_leftovers()
        require_port(self.port)
        for log in self.state.log.glob("*.log"):
            process.truncate_log(log, 0)

    def _end_leftovers(self) -> None:
        """End what a supervisor that was killed left behind; servers are adopted instead."""
        left = {path: pid for path in self.state.pids.glob("*.pid") if (pid := process.recall(path))}
        for pid in left.values():
            process.send(pid, signal.SIGTERM)
        for path, pid in left.items():
            process.wait_for_end(pid, STOP_SECONDS)
            process.send(pid, signal.SIGKILL, group=True)
            path.unlink(missing_ok=True)

    def _start(self, servers: Servers) -> None:
        environment = self.state.environment(servers, self.port)
        prepare(self.state, servers, environment)
        python, state = sys.executable, self.state
        celery = [python, "-m", "celery", "-A", "kiportal.celery"]
        commands = {
            "web": [
                python, "-m", "gunicorn", "kiportal.wsgi", "--bind", f"127.0.0.1:{self.port}", "--workers", "2",
                "--threads", "4", "--preload", "--graceful-timeout", "5", "--no-control-socket",
                "--log-level", "warning",
            ],
            "beat": [*celery, "beat", "--schedule", str(state.var / "beat" / "schedule"), "--pidfile="],
            "worker": [
                *celery, "worker", "--concurrency", "1", "--prefetch-multiplier", "1", "--loglevel", "info",
                "--without-gossip", "--without-mingle", "--without-heartbeat",
            ],
        }  # fmt: skip
        for name, command in commands.items():
            child = Child(name, command, state, environment)
            self.children.append(child)
            child.start()
            if name == "web":  # alone at first: it answers sooner, and jobs can wait
                self._wait_until_ready(child, urlsplit(environment["KIPORTAL_BASE_URL"]).netloc)
        say(f"KI-Portal: http://127.0.0.1:{self.port}/")

    def _wait_until_ready(self, web: Child, host: str) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not is_well("ready", self.port, host, seconds=READY_SECONDS):
            if time.monotonic() > deadline or (web.process and web.process.poll() is not None):
                raise Refusal(f"The web server did not start: {process.last_line(web.log)} (see {web.log})")
            time.sleep(0.1)

    def _watch(self, servers: Servers) -> NoReturn:
        while True:
            time.sleep(1)
            try:
                for label in servers.revive():
                    say(f"{label} had ended and runs again.")
            except Refusal as refusal:
                say(str(refusal))
                time.sleep(10)
            for child in self.children:
                child.watch()
            for log in self.state.log.glob("*.log"):
                process.truncate_log(log, LOG_BYTES)


def stop_running_portal(state: State) -> bool:
    """End the portal that runs on this folder, and wait for it; False if there is none."""
    pid = state.running_portal()
    if not pid:
        return False
    os.kill(pid, signal.SIGTERM)
    process.wait_for_end(pid, 4 * STOP_SECONDS)
    return True
