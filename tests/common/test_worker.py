"""The queue with a real Valkey and real Celery workers in processes of their own, which may be killed."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from celery import Celery
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from kiportal.common import jobs
from kiportal.common.jobs import enqueue
from kiportal.common.models import Job, RateCount
from kiportal.common.worker import run_command, run_daily
from tests.concurrency import at_once
from tests.jobsapp.tasks import lines
from tests.settings import BASE, SERVERS

pytestmark = pytest.mark.django_db(transaction=True)


class Worker:
    """A Celery worker on the servers and the database of the tests."""

    def __init__(self, log: Path) -> None:
        self.log = log
        database = connection.settings_dict
        self.environment = os.environ | {
            "DATABASE_URL": f"postgresql://{database['USER']}@/{database['NAME']}?host={database['HOST']}",
            "KIPORTAL_BROKER_URL": settings.CELERY_BROKER_URL,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, settings_module: str = "tests.settings") -> None:
        command = [
            sys.executable, "-m", "celery", "-A", "kiportal.celery", "worker", "--concurrency", "1",
            "--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "info",
        ]  # fmt: skip
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=BASE,
                env=self.environment | {"DJANGO_SETTINGS_MODULE": settings_module},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        begun = self.log.stat().st_size
        wait_until(lambda: b" ready." in self.log.read_bytes()[begun:], "the worker is ready", 90)

    def kill(self) -> None:
        """End the worker and its children without a chance to tidy up."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)
            self.process = None


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def worker(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    worker = Worker(tmp_path_factory.mktemp("worker") / "worker.log")
    try:
        yield worker
    finally:
        worker.kill()


@pytest.fixture
def running(worker: Worker) -> Worker:
    if worker.process is None:
        worker.start()
    return worker


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    return tmp_path / "trace"


def is_done(record: Job) -> bool:
    return Job.objects.filter(pk=record.pk, state=Job.State.DONE).exists()


@contextmanager
def broker_down() -> Iterator[None]:
    SERVERS.valkey.stop()
    try:
        yield
    finally:
        SERVERS.valkey.start()


def test_job_is_done_once_after_the_commit(running: Worker, trace: Path) -> None:
    with transaction.atomic():
        record = enqueue("jobsapp.note", str(trace))
        assert Job.objects.get().sent_at is None
    wait_until(lambda: is_done(record), "the job is done")
    assert lines(trace) == [f"{record.pk} 1"]
    assert Job.objects.get().result == {"lines": 1}


def test_job_that_is_sent_twice_is_done_once(running: Worker, trace: Path) -> None:
    record, last = enqueue("jobsapp.note", str(trace)), enqueue("jobsapp.count", 1)
    jobs.send(record.pk)
    jobs.send(last.pk)
    wait_until(lambda: is_done(record) and is_done(last), "both are done")
    assert len(lines(trace)) == 1


def test_many_jobs_are_all_done(running: Worker, trace: Path) -> None:
    for _ in range(30):
        enqueue("jobsapp.note", str(trace))
    wait_until(lambda: Job.objects.filter(state=Job.State.DONE).count() == 30, "all are done")
    assert len(set(lines(trace))) == 30


def test_broker_down_the_answer_comes_fast_and_the_work_is_done_later(running: Worker, trace: Path) -> None:
    with broker_down():
        begun = time.monotonic()
        record = enqueue("jobsapp.note", str(trace))
        assert time.monotonic() - begun < 3
        assert Job.objects.get().sent_at is None
        assert jobs.resend_lost() == 0
    assert jobs.resend_lost() == 1
    wait_until(lambda: is_done(record), "the worker found the broker again", 40)
    assert len(lines(trace)) == 1


def test_broker_that_does_not_answer_holds_nobody_up_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that accepts connections and then says nothing is the worst case."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        sender = Celery("mute", set_as_current=False)
        sender.config_from_object("django.conf:settings", namespace="CELERY")
        sender.conf.broker_url = f"redis://127.0.0.1:{mute.getsockname()[1]}/0"
        monkeypatch.setattr(jobs, "celery_app", sender)
        begun = time.monotonic()
        enqueue("jobsapp.count", 1)
        assert time.monotonic() - begun < 7
    assert Job.objects.get().sent_at is None


def test_worker_killed_in_the_middle_the_job_is_done_once_more(running: Worker, trace: Path, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    record = enqueue("jobsapp.wait_for", str(trace), str(gate))
    wait_until(lambda: len(lines(trace)) == 1, "the job has begun")
    running.kill()
    gate.touch()
    running.start()
    jobs.resend_lost()
    time.sleep(1)
    assert [line.split()[0] for line in lines(trace)] == ["begun"], "taken although the claim still holds"
    # The time of the claim goes by.
    Job.objects.update(claimed_until=timezone.now() - timedelta(seconds=1), sent_at=None)
    assert jobs.resend_lost() == 1
    wait_until(lambda: is_done(record), "the job is done by the second worker", 30)
    assert [line.split()[0] for line in lines(trace)] == ["begun", "begun", "done"]
    assert Job.objects.get().attempts == 2


def test_message_of_a_killed_worker_comes_back_by_itself(running: Worker, trace: Path, tmp_path: Path) -> None:
    """The broker's own safety net, beside the outbox: nothing is sent again here."""
    gate = tmp_path / "gate"
    record = enqueue("jobsapp.wait_for", str(trace), str(gate))
    wait_until(lambda: len(lines(trace)) == 1, "the job has begun")
    running.kill()
    gate.touch()
    Job.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    running.start("tests.jobsapp.impatient")
    wait_until(lambda: is_done(record), "the message has come back", 30)
    running.kill()


def test_child_of_the_worker_killed_the_worker_goes_on(running: Worker, trace: Path, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    record = enqueue("jobsapp.wait_for", str(trace), str(gate))
    wait_until(lambda: len(lines(trace)) == 1, "the job has begun")
    os.kill(int(lines(trace)[0].split()[1]), signal.SIGKILL)
    gate.touch()
    other = enqueue("jobsapp.count", 1)
    wait_until(lambda: is_done(other), "the next job is done", 30)
    Job.objects.filter(pk=record.pk).update(claimed_until=timezone.now() - timedelta(seconds=1), sent_at=None)
    jobs.resend_lost()
    wait_until(lambda: is_done(record), "the killed job is done", 30)


def test_periodic_command_reaches_the_worker(running: Worker) -> None:
    run_command.delay("count_up")
    wait_until(lambda: RateCount.objects.filter(key="count_up").count() == 1, "the command has run")


@pytest.fixture
def daily(settings: Settings) -> Iterator[None]:
    cache.clear()
    settings.KIPORTAL_DAILY_COMMANDS = ["break_down", "count_up"]
    yield
    cache.clear()


def runs() -> int:
    return RateCount.objects.filter(key="count_up").count()


def test_run_daily_runs_each_command_once_a_day_of_berlin(daily: None) -> None:
    with time_machine.travel("2026-11-22T21:30:00+00:00", tick=False) as now:  # half past ten at night in Berlin
        run_daily()
        run_daily()
        assert runs() == 1
        now.shift(timedelta(minutes=45))
        run_daily()
        assert runs() == 1
        now.shift(timedelta(minutes=45))  # midnight
        run_daily()
        run_daily()
        assert runs() == 2


def test_run_daily_tries_a_command_that_failed_at_the_next_tick(daily: None, caplog: pytest.LogCaptureFixture) -> None:
    run_daily()
    run_daily()
    assert caplog.messages.count("daily command failed") == 2
    assert runs() == 1


def test_run_daily_of_two_workers_runs_a_command_once(daily: None) -> None:
    at_once(run_daily, run_daily, run_daily)
    assert runs() == 1


def test_run_daily_takes_up_what_a_killed_worker_left(daily: None) -> None:
    with time_machine.travel("2026-11-22T08:00:00+00:00", tick=False) as now:
        cache.add("daily:count_up:2026-11-22", "running", timeout=2 * 3600)  # and killed
        run_daily()
        assert runs() == 0
        now.shift(timedelta(hours=2, minutes=1))
        run_daily()
        assert runs() == 1
        now.shift(timedelta(hours=3))
        run_daily()
        assert runs() == 1
