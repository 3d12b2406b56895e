"""Work after the response: the promise in the database, in one process. The queue itself is in test_worker."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from kiportal.common import jobs
from kiportal.common.jobs import ATTEMPTS, BACKOFF, CLAIM, ClaimLost, Run, enqueue
from kiportal.common.models import Job, User
from tests.concurrency import Thread, at_once
from tests.jobsapp.tasks import lines

State = Job.State


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    return tmp_path / "trace"


@pytest.fixture
def now() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


def stored(record: Job) -> Job:
    return Job.objects.get(pk=record.pk)


@pytest.mark.django_db
def test_enqueue_of_an_unknown_job_raises_and_stores_nothing() -> None:
    with pytest.raises(LookupError, match=re.escape("'offers.burn'")):
        enqueue("offers.burn", 1)
    assert not Job.objects.exists()


def test_enqueue_stores_what_is_to_be_done(editor: User) -> None:
    record = stored(enqueue("jobsapp.count", 3, title="Seiten zählen", by=editor))
    assert (record.kind, record.arguments, record.title) == ("jobsapp.count", [3], "Seiten zählen")
    assert (record.state, record.attempts, record.created_by, record.sent_at) == (State.QUEUED, 0, editor, None)


@pytest.mark.django_db
def test_enqueue_shortens_a_title_that_is_too_long() -> None:
    assert len(stored(enqueue("jobsapp.count", 3, title="E-Mail: " + "x" * 300)).title) == 200


def test_run_stores_the_result(trace: Path, db: None) -> None:
    record = enqueue("jobsapp.note", str(trace))
    jobs.run(record.pk)
    done = stored(record)
    assert (done.state, done.attempts, done.result, done.error) == (State.DONE, 1, {"lines": 1}, "")
    assert done.claimed_until is None
    assert done.finished_at is not None
    assert done.percent == 100


def test_run_of_a_finished_job_does_nothing(trace: Path, db: None) -> None:
    record = enqueue("jobsapp.note", str(trace))
    jobs.run(record.pk)
    jobs.run(record.pk)
    assert len(lines(trace)) == 1


def test_run_of_a_job_whose_time_has_not_come_does_nothing(trace: Path, db: None, now: Any) -> None:
    record = enqueue("jobsapp.note", str(trace), run_after=timezone.now() + timedelta(hours=1))
    jobs.run(record.pk)
    assert lines(trace) == []
    now.shift(timedelta(hours=1))
    jobs.run(record.pk)
    assert len(lines(trace)) == 1


@pytest.mark.django_db
def test_run_of_a_job_that_is_gone_does_nothing() -> None:
    record = enqueue("jobsapp.count", 1)
    Job.objects.all().delete()
    jobs.run(record.pk)


@pytest.mark.django_db
def test_run_of_a_kind_that_a_release_removed_fails_with_a_sentence() -> None:
    record = Job.objects.create(kind="offers.burn")
    jobs.run(record.pk)
    assert (stored(record).state, stored(record).error) == (
        State.FAILED,
        "Diese Art von Auftrag gibt es nicht mehr: offers.burn",
    )


@pytest.mark.django_db
def test_progress_is_seen_while_the_job_runs() -> None:
    record = enqueue("jobsapp.count", 4)
    jobs.run(record.pk)
    assert (stored(record).done_steps, stored(record).total_steps, stored(record).step) == (4, 4, "Seite 4")


@pytest.mark.django_db
def test_percent_of_a_running_job_is_rounded_down() -> None:
    assert Job(state=State.RUNNING, done_steps=2, total_steps=3).percent == 66
    assert Job(state=State.QUEUED).percent == 0


def test_progress_keeps_the_claim(db: None, now: Any) -> None:
    record = enqueue("jobsapp.count", 1)
    claimed = jobs._claim(record.pk)
    assert claimed is not None
    now.shift(CLAIM - timedelta(seconds=1))
    Run(claimed.pk, claimed.attempts).progress(1, 2)
    now.shift(CLAIM - timedelta(seconds=1))
    assert not Job.objects.claimable().exists()
    now.shift(timedelta(seconds=2))
    assert Job.objects.claimable().exists()


@pytest.mark.django_db
def test_refused_job_fails_at_once_with_its_sentence() -> None:
    record = enqueue("jobsapp.refuse")
    jobs.run(record.pk)
    refused = stored(record)
    assert (refused.state, refused.error) == (State.FAILED, "Diese Version ist schon eingefroren.")
    assert (refused.attempts, refused.claimed_until) == (1, None)


def test_failing_job_backs_off_and_fails_in_the_end(db: None, now: Any) -> None:
    record = enqueue("jobsapp.break_down")
    for attempt, pause in enumerate(BACKOFF, start=1):
        jobs.run(record.pk)
        waiting = stored(record)
        assert (waiting.state, waiting.attempts) == (State.QUEUED, attempt)
        assert waiting.run_after == timezone.now() + pause
        now.shift(pause - timedelta(seconds=1))
        jobs.run(record.pk)
        assert stored(record).attempts == attempt, "tried before its time"
        now.shift(timedelta(seconds=1))
    jobs.run(record.pk)
    failed = stored(record)
    assert (failed.state, failed.attempts, failed.error) == (State.FAILED, ATTEMPTS, "OSError: the printer is on fire")
    assert failed.finished_at == timezone.now()
    assert not Job.objects.claimable().exists()


def test_job_that_kills_its_worker_every_time_fails_in_the_end(db: None, now: Any) -> None:
    record = enqueue("jobsapp.count", 1)
    for _attempt in range(ATTEMPTS):
        assert jobs._claim(record.pk) is not None  # and then nothing more is heard of the worker
        now.shift(CLAIM + timedelta(seconds=1))
    assert jobs._claim(record.pk) is None
    assert (stored(record).state, stored(record).error) == (
        State.FAILED,
        "Der Auftrag wurde mehrmals mittendrin abgebrochen.",
    )


def test_retry_starts_a_failed_job_from_the_beginning(db: None, now: Any) -> None:
    record = enqueue("jobsapp.refuse")
    jobs.run(record.pk)
    jobs.retry(stored(record))
    again = stored(record)
    assert (again.state, again.attempts, again.error, again.finished_at) == (State.QUEUED, 0, "", None)
    assert Job.objects.claimable().get() == record


@pytest.mark.parametrize("state", [State.QUEUED, State.RUNNING, State.DONE])
def test_retry_of_a_job_that_has_not_failed_changes_nothing(db: None, state: State) -> None:
    record = Job.objects.create(kind="jobsapp.count", state=state, attempts=2)
    jobs.retry(record)
    assert (stored(record).state, stored(record).attempts) == (state, 2)


def test_worker_that_lost_its_claim_changes_nothing(db: None, now: Any) -> None:
    """A worker that was suspended must not take back what another one has done meanwhile."""
    record = enqueue("jobsapp.count", 1)
    slow = jobs._claim(record.pk)
    now.shift(CLAIM + timedelta(seconds=1))
    jobs.run(record.pk)
    assert slow is not None
    with pytest.raises(ClaimLost):
        Run(slow.pk, slow.attempts).progress(1, 5)
    jobs._fail(slow, OSError("late"))
    jobs._finish(slow, State.FAILED, error="late")
    assert (stored(record).state, stored(record).error, stored(record).total_steps) == (State.DONE, "", 1)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_do_a_job_once(trace: Path) -> None:
    record = enqueue("jobsapp.note", str(trace))
    assert at_once(*[lambda: jobs.run(record.pk)] * 4) == [None] * 4
    assert len(lines(trace)) == 1
    assert stored(record).attempts == 1


@pytest.mark.django_db(transaction=True)
def test_worker_does_not_wait_for_a_job_that_another_one_is_claiming(trace: Path) -> None:
    record = enqueue("jobsapp.note", str(trace))
    with transaction.atomic():
        Job.objects.select_for_update().get(pk=record.pk)
        second = Thread(lambda: jobs.run(record.pk))
        assert not second.blocked(timeout=2)
        assert second.result() is None
    assert lines(trace) == []


def test_jobs_count_as_lost_a_minute_after_they_were_sent(db: None, now: Any) -> None:
    record = Job.objects.create(kind="jobsapp.count", sent_at=timezone.now())
    assert not Job.objects.lost().exists()
    now.shift(timedelta(seconds=61))
    assert Job.objects.lost().get() == record


@pytest.mark.django_db
def test_resend_jobs_sends_the_oldest_first_and_each_once(capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(3):
        Job.objects.create(kind="jobsapp.count")
    call_command("resend_jobs")
    assert capsys.readouterr().out == "3 jobs sent again\n"
    assert Job.objects.filter(sent_at=None).count() == 0
    call_command("resend_jobs")
    assert capsys.readouterr().out == ""
