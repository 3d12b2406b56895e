"""Pages of jobs: list, progress, what went wrong, "Noch einmal"."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from kiportal.common.models import Job, User

pytestmark = pytest.mark.django_db

LIST = "common:job_list"


@pytest.fixture
def staff(client: Client, editor: User, centre: object) -> Client:
    client.force_login(editor)
    return client


def make_job(title: str = "E-Mail", **fields: Any) -> Job:
    return Job.objects.create(kind="offers.send_decision", title=title, **fields)


def failed(**fields: Any) -> Job:
    return make_job(state=Job.State.FAILED, error="Der Mailserver antwortet nicht.", attempts=7, **fields)


def test_list_by_state(staff: Client) -> None:
    make_job("Wartet noch")
    failed(title="Ging schief")
    text = staff.get(reverse(LIST)).text
    assert "Wartet noch" in text
    assert "Ging schief" in text
    text = staff.get(reverse(LIST), {"stand": "failed"}).text
    assert "Wartet noch" not in text
    assert "Ging schief" in text
    assert "Keine Aufträge" in staff.get(reverse(LIST), {"stand": "running"}).text
    assert "Wartet noch" in staff.get(reverse(LIST), {"stand": "gibt-es-nicht"}).text


def test_list_needs_the_same_queries_for_one_and_for_thirty(
    staff: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_job()
    staff.get(reverse(LIST))
    for number in (0, 29):
        for _ in range(number):
            make_job()
        with django_assert_num_queries(9):
            staff.get(reverse(LIST))


def test_running_job_shows_progress_and_asks_again(staff: Client) -> None:
    job = make_job(state=Job.State.RUNNING, done_steps=3, total_steps=10, step="Seite 3")
    text = staff.get(job.get_absolute_url()).text
    assert '<progress value="3" max="10">' in text
    assert 'data-hx-trigger="every 3s"' in text
    assert "Stand neu laden" in text
    assert "http-equiv" not in text


def test_part_for_htmx_stops_asking_when_the_job_is_done(staff: Client) -> None:
    job = make_job(state=Job.State.DONE, finished_at=timezone.now())
    answer = staff.get(job.get_absolute_url(), headers={"HX-Request": "true"})
    assert "hx-trigger" not in answer.text
    assert "<html" not in answer.text
    assert "erledigt" in answer.text


def test_failed_job_says_what_went_wrong(staff: Client) -> None:
    text = staff.get(failed(finished_at=timezone.now()).get_absolute_url()).text
    assert "Der Mailserver antwortet nicht." in text
    assert "Noch einmal" in text


def test_waiting_after_an_error_says_when_it_goes_on(staff: Client) -> None:
    job = make_job(error="TimeoutError", attempts=2)
    assert "Versuch 2 ist nicht gelungen." in staff.get(job.get_absolute_url()).text


def test_retry_starts_a_failed_job_once(staff: Client) -> None:
    job = failed(finished_at=timezone.now())
    url = reverse("common:job_retry", args=[job.pk])
    assert "läuft noch einmal" in staff.post(url, follow=True).text
    job.refresh_from_db()
    assert (job.state, job.attempts, job.error) == (Job.State.QUEUED, 0, "")
    assert "läuft schon wieder" in staff.post(url, follow=True).text


def test_retry_is_post_only(staff: Client) -> None:
    assert staff.get(reverse("common:job_retry", args=[failed().pk])).status_code == 405


@pytest.mark.parametrize("role", ["provider", "municipality", "council", "admin"])
def test_jobs_forbidden_for_other_roles(client: Client, cast: dict[str, User], role: str) -> None:
    job = failed()
    client.force_login(cast[role])
    assert client.get(reverse(LIST)).status_code == 403
    assert client.get(job.get_absolute_url()).status_code == 403
    assert client.post(reverse("common:job_retry", args=[job.pk])).status_code == 403


def test_unknown_job_not_found(staff: Client) -> None:
    unknown = "00000000-0000-4000-8000-000000000000"
    assert staff.get(reverse("common:job_detail", args=[unknown])).status_code == 404
    assert staff.post(reverse("common:job_retry", args=[unknown])).status_code == 404
