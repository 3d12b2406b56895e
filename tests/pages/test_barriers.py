""" "Barriere melden": the form, the mails, the answer within the law's time, and what is kept how long."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from kiportal.common import limits
from kiportal.common.models import Centre, Job, StatusChange, User
from kiportal.common.retention import RULES
from kiportal.common.transitions import SomebodyWasFaster, TransitionError
from kiportal.pages import lifecycle
from kiportal.pages.forms import own_path
from kiportal.pages.models import BarrierReport
from tests import factories
from tests.concurrency import at_once

pytestmark = pytest.mark.django_db

URL = "/barriere-melden/"
type RunJobs = Callable[[], list[Job]]


def _report(**fields: str) -> BarrierReport:
    values = {"page": "/kontakt/", "description": "Zu klein", "name": "Erika", "email": "erika@example.org"}
    return lifecycle.receive(uuid4(), **(values | {"language": "de"} | fields))


def _post(client: Client, *, wait: int = 5, url: str = URL, **fields: str) -> object:
    """Fill the form as a person does: open it, take some time, send what stands in it."""
    with time_machine.travel(datetime.now(UTC) - timedelta(seconds=wait), tick=False) as clock:
        form = client.get(url).context["form"]
        clock.shift(wait)
        data = {name: form[name].value() or "" for name in form.fields}
        return client.post(URL, data | fields)


# The form


def test_form_takes_over_the_page_one_came_from(client: Client, centre: Centre) -> None:
    assert client.get(f"{URL}?seite=/kontakt/").context["form"]["page"].value() == "/kontakt/"
    assert f'href="{URL}?seite=/impressum/"' in client.get("/impressum/").text


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("/kontakt/", "/kontakt/"),
        ("/en/kontakt/?x=1#y", "/en/kontakt/"),
        ("http://testserver/kontakt/", "/kontakt/"),
        ("https://evil.example/kontakt/", ""),
        ("//evil.example/", ""),
        ("javascript:alert(1)", ""),
        ("/gibt/es/nicht/", ""),
        ("/konto/passwort/neu/1-geheim/", "/konto/passwort/neu/<uidb36>-<key>/"),
    ],
)
@pytest.mark.parametrize("language", ["de", "en"])
def test_own_path_keeps_only_our_pages_and_no_secrets(value: str, kept: str, language: str) -> None:
    with translation.override(language):
        assert own_path(value) == kept


def test_report_is_stored_and_thanked_for_with_its_number(client: Client, centre: Centre) -> None:
    response = _post(client, page="/kontakt/", description="Zu klein", name="Erika", email="erika@example.org")

    report = BarrierReport.objects.get()
    assert response.headers["Location"] == reverse("pages:barrier_thanks", args=[report.key])
    assert (report.page, report.description, report.name) == ("/kontakt/", "Zu klein", "Erika")
    assert report.status == BarrierReport.Status.OPEN
    thanks = client.get(response.headers["Location"])
    assert report.number in thanks.text
    assert f"{report.due_on:%d.%m.%Y}" in thanks.text


def test_report_needs_nothing_but_a_description(client: Client, centre: Centre, run_jobs: RunJobs) -> None:
    assert _post(client, description="Kein Kontrast").status_code == 302
    run_jobs()
    assert [message.to for message in mail.outbox] == [["ki@example.org"]]


def test_report_without_description_comes_back_with_all_input(client: Client, centre: Centre) -> None:
    response = _post(client, page="die Suche", name="Erika")
    assert response.status_code == 200
    assert response.context["form"].errors.keys() == {"description"}
    assert 'value="Erika"' in response.text
    assert 'value="die Suche"' in response.text


@pytest.mark.parametrize("how", [{"wait": 1}, {"website_url": "https://spam.example"}])
def test_report_of_a_machine_is_not_stored(client: Client, centre: Centre, how: dict) -> None:
    assert _post(client, description="Spam", **how).status_code == 200
    assert not BarrierReport.objects.exists()


def test_report_sent_twice_is_stored_once(client: Client, centre: Centre, run_jobs: RunJobs) -> None:
    key = str(uuid4())
    first = _post(client, description="Zu klein", email="erika@example.org", key=key)
    second = _post(client, description="Zu klein", email="erika@example.org", key=key)
    assert first.headers["Location"] == second.headers["Location"]
    assert BarrierReport.objects.count() == 1
    run_jobs()
    assert len(mail.outbox) == 2


@pytest.mark.django_db(transaction=True)
def test_equal_reports_at_the_same_moment_are_stored_once() -> None:
    key = uuid4()
    fields = {"page": "", "description": "Zu klein", "name": "", "email": "erika@example.org", "language": "de"}
    reports = at_once(*[lambda: lifecycle.receive(key, **fields)] * 4)
    assert {report.pk for report in reports} == {BarrierReport.objects.get().pk}
    assert Job.objects.count() == 2


def test_report_cannot_set_status_or_answer(client: Client, centre: Centre) -> None:
    _post(client, description="Zu klein", status="answered", answered_at="2026-01-01")
    assert BarrierReport.objects.get().status == BarrierReport.Status.OPEN


def test_fourth_mail_a_day_to_an_address_is_refused_before_it_is_acknowledged(client: Client, centre: Centre) -> None:
    for _ in range(limits.MAILS_PER_DAY):
        limits.mail_exceeded("erika@example.org")
    response = _post(client, description="Zu klein", email="Erika@example.org")
    assert response.status_code == 429
    assert "Zu klein" in response.text
    assert not BarrierReport.objects.exists()


def test_form_in_english_answers_in_english(client: Client, centre: Centre) -> None:
    with translation.override("en"):
        form = client.get(f"/en{URL}").context["form"]
    data = {name: form[name].value() or "" for name in form.fields} | {"description": "Too small"}
    with time_machine.travel(timezone.now() + timedelta(seconds=5)):
        response = client.post(f"/en{URL}", data)
    assert response.headers["Location"].startswith("/en/")
    assert BarrierReport.objects.get().language == "en"


def test_thanks_page_of_an_unknown_report_is_not_found(client: Client, centre: Centre) -> None:
    assert client.get(reverse("pages:barrier_thanks", args=[uuid4()])).status_code == 404


# Mails


def test_report_tells_the_centre_and_sends_a_receipt(centre: Centre, run_jobs: RunJobs) -> None:
    report = _report()
    run_jobs()

    notice, receipt = mail.outbox
    assert notice.to == ["ki@example.org"]
    assert f"/arbeitsplatz/barrieren/{report.pk}/" in notice.body
    assert "Zu klein" not in notice.body
    assert receipt.to == ["erika@example.org"]
    assert report.number in receipt.subject
    assert "Zu klein" in receipt.body


def test_answer_carries_the_note_on_the_ombuds_procedure(centre: Centre, editor: User, run_jobs: RunJobs) -> None:
    report = _report()
    lifecycle.answer(report, by=editor, text="Die Schrift ist jetzt größer & dunkler.")
    run_jobs()

    answer = mail.outbox[-1]
    assert "Die Schrift ist jetzt größer & dunkler." in answer.body
    assert "Ombudsstelle" in answer.body
    assert "Ombudsstelle" in answer.alternatives[0].content


def test_interim_message_names_the_last_day_and_no_ombuds_procedure(
    centre: Centre, editor: User, run_jobs: RunJobs
) -> None:
    report = _report()
    lifecycle.send_interim(report, by=editor, text="Es dauert länger.")
    run_jobs()

    message = mail.outbox[-1]
    assert f"{report.last_day:%d.%m.%Y}" in message.body
    assert "Ombudsstelle" not in message.body


def test_answer_without_an_address_sends_nothing(centre: Centre, editor: User, run_jobs: RunJobs) -> None:
    report = _report(email="")
    lifecycle.answer(report, by=editor, text="Behoben.")
    run_jobs()
    assert [message.to for message in mail.outbox] == [["ki@example.org"]]
    assert StatusChange.objects.for_target(report).get().reason == "Behoben."


def test_notice_without_an_address_of_the_centre_fails_with_a_sentence(db: None, run_jobs: RunJobs) -> None:
    factories.make_centre(email="")
    _report(email="")
    (job,) = run_jobs()
    assert job.state == Job.State.FAILED
    assert "E-Mail-Adresse" in job.error


# Time and states


def test_answer_is_due_after_two_weeks_and_after_six_with_an_interim_message(centre: Centre, editor: User) -> None:
    with time_machine.travel(datetime(2026, 11, 22, 23, 30, tzinfo=UTC)):  # the 23rd in Berlin
        report = _report()
    assert report.due_on == date(2026, 12, 7)
    lifecycle.send_interim(report, by=editor, text="Es dauert länger.")
    assert report.due_on == report.last_day == date(2027, 1, 4)


def test_report_is_overdue_from_the_day_after_the_due_day(centre: Centre, editor: User) -> None:
    with time_machine.travel(datetime(2026, 11, 1, 12, tzinfo=UTC)):
        report = _report()
    with time_machine.travel(datetime(2026, 11, 15, 22, tzinfo=UTC)):
        assert not report.is_overdue
    with time_machine.travel(datetime(2026, 11, 15, 23, 30, tzinfo=UTC)):  # midnight has passed in Berlin
        assert report.is_overdue
        lifecycle.answer(report, by=editor, text="Behoben.")
        assert not report.is_overdue


def test_answered_report_stays_answered(centre: Centre, editor: User) -> None:
    report = _report()
    stale = BarrierReport.objects.get(pk=report.pk)
    lifecycle.answer(report, by=editor, text="Behoben.")
    with pytest.raises(SomebodyWasFaster):
        lifecycle.answer(stale, by=editor, text="Auch behoben.")
    with pytest.raises(SomebodyWasFaster):
        lifecycle.send_interim(report, by=editor, text="Es dauert.")


def test_answer_without_words_is_refused(centre: Centre, editor: User) -> None:
    with pytest.raises(TransitionError):
        lifecycle.answer(_report(), by=editor, text="  ")


@pytest.mark.parametrize("role", ["provider", "municipality", "council", "admin"])
def test_answering_is_for_editor_and_lead(centre: Centre, role: str) -> None:
    with pytest.raises(PermissionDenied):
        lifecycle.answer(_report(), by=factories.make_user(role), text="Behoben.")


# Workspace


def test_list_shows_what_waits_oldest_first(client: Client, centre: Centre, editor: User) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=20)):
        old = _report()
    new, done = _report(), _report()
    lifecycle.answer(done, by=editor, text="Behoben.")
    client.force_login(editor)

    response = client.get(reverse("pages:barrier_list"))
    assert list(response.context["reports"]) == [old, new]
    assert response.text.count("überfällig") == 1
    answered = client.get(reverse("pages:barrier_list"), {"stand": "beantwortet"})
    assert list(answered.context["reports"]) == [done]


@pytest.mark.parametrize("name", ["barrier_list", "barrier_detail"])
def test_workspace_pages_are_for_editor_and_lead(client: Client, centre: Centre, cast: dict, name: str) -> None:
    url = reverse(f"pages:{name}", args=[_report().pk] if name == "barrier_detail" else [])
    assert client.get(url).status_code == 302
    answers = {}
    for role, user in cast.items():
        client.force_login(user)
        answers[role] = client.get(url).status_code
    assert answers == dict.fromkeys(cast, 403) | {"editor": 200, "lead": 200}


@pytest.mark.parametrize(("verb", "status"), [("answer", "answered"), ("send_interim", "interim")])
def test_button_decides_what_the_words_are(
    client: Client, centre: Centre, editor: User, verb: str, status: str
) -> None:
    report = _report()
    client.force_login(editor)
    response = client.post(report.get_absolute_url(), {"text": "Wir kümmern uns.", "verb": verb})
    assert response.headers["Location"] == report.get_absolute_url()
    report.refresh_from_db()
    assert report.status == status
    assert StatusChange.objects.for_target(report).get().by_user == editor
    assert "Wir kümmern uns." in client.get(report.get_absolute_url()).text


def test_answer_of_the_slower_colleague_is_kept_in_the_form(client: Client, centre: Centre, editor: User) -> None:
    report = _report()
    lifecycle.answer(report, by=factories.make_user("lead"), text="Schon erledigt.")
    client.force_login(editor)
    response = client.post(report.get_absolute_url(), {"text": "Meine Antwort", "verb": "answer"})
    assert response.status_code == 409
    assert "Meine Antwort" in response.text
    assert "Schon erledigt." in response.text


def test_unknown_verb_is_a_bad_request(client: Client, centre: Centre, editor: User) -> None:
    client.force_login(editor)
    assert client.post(_report().get_absolute_url(), {"text": "x", "verb": "delete"}).status_code == 400


def test_detail_links_only_pages_of_the_portal(client: Client, centre: Centre, editor: User) -> None:
    client.force_login(editor)
    report = _report(page="https://evil.example/")
    assert 'href="https://evil.example/"' not in client.get(report.get_absolute_url()).text
    assert 'href="/kontakt/"' in client.get(_report(page="/kontakt/").get_absolute_url()).text


# Retention


def test_report_is_erased_with_its_history_half_a_year_after_the_answer(centre: Centre, editor: User) -> None:
    rule = next(rule for rule in RULES if rule.function.__name__ == "answered_barrier_reports")
    waiting, answered = _report(), _report()
    lifecycle.answer(answered, by=editor, text="Behoben.")
    later = timezone.now() + timedelta(days=rule.days + 1)

    assert rule.function(timezone.now() - timedelta(days=rule.days), delete=True) == 0
    assert rule.function(later - timedelta(days=rule.days), delete=False) == 1
    assert BarrierReport.objects.count() == 2
    assert rule.function(later - timedelta(days=rule.days), delete=True) == 1

    assert list(BarrierReport.objects.all()) == [waiting]
    assert not StatusChange.objects.exists()
    assert set(BarrierReport.pgh_event_model.objects.values_list("pgh_obj_id", flat=True)) == {waiting.pk}
