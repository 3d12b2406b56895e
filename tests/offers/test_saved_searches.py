""" "Suche merken": double opt-in, mails about what is new, one link to change and end it, nothing left behind."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kiportal.common import addresses, links
from kiportal.common.models import AccessLink, Job, MailAddress, StatusChange
from offers import lifecycle
from offers.models import Offer, SavedSearch, SearchHit, Topic
from offers.saved_searches import daily
from tests import factories
from tests.offers.journey import long_ago, shown
from tests.smtp import Mailbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]

type RunJobs = Callable[[], list[Job]]
FORM = "/angebote/suche-merken/"
EMAIL = "wer@example.org"
CONFIRM, QUESTION = "Bitte bestätigen", "Möchten Sie weiter"
CONFIRM_SUBJECT = "Bitte bestätigen: neue Angebote per E-Mail"


def ask(client: Client, query: str = "", /, **fields: Any) -> Any:
    url = f"{FORM}?{query}"
    form = client.get(url).context["form"]
    return client.post(url, shown(form) | {"opened": long_ago(), "email": EMAIL} | fields)


def page_of(search: SavedSearch) -> str:
    link = AccessLink.objects.for_target(search).latest("created_at")
    return f"{FORM}{links.token(link)}/"


def confirmed(client: Client, query: str = "", **fields: Any) -> SavedSearch:
    assert ask(client, query, **fields).status_code == 302
    search = SavedSearch.objects.latest("pk")
    client.post(page_of(search), {"verb": "bestaetigen"})
    search.refresh_from_db()
    return search


def later(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


@pytest.fixture
def topic(db: None) -> Topic:
    return factories.make_topic("deutsch", name="Deutsch lernen")


# Asking for it


def test_list_leads_to_the_form_with_its_filters(client: Client, topic: Topic) -> None:
    factories.make_offer("Sprachcafé", topics=[topic])
    for query in ("thema=deutsch&amp;q=caf%C3%A9", "q=einrad"):
        page = client.get(f"/angebote/?{query.replace('&amp;', '&')}&sortierung=name").content.decode()
        words, _, rest = query.partition("&amp;")
        assert f'href="{FORM}?' in page
        assert words in page.partition(f'href="{FORM}?')[2].partition('"')[0]
        assert "sortierung" not in page.partition(f'href="{FORM}?')[2].partition('"')[0]
        assert rest in page


def test_corrected_words_are_kept_not_the_typing_error(client: Client) -> None:
    factories.make_offer("Nähwerkstatt")
    link = client.get("/angebote/?q=Nehwerkstatt").content.decode().partition(f'href="{FORM}?')[2].partition('"')[0]
    assert link == "q=N%C3%A4hwerkstatt"


def test_form_shows_the_search_in_words_and_what_is_left_out(client: Client, topic: Topic) -> None:
    page = client.get(f"{FORM}?q=Abend&thema=deutsch&thema=weg").content.decode()
    assert "Abend" in page
    assert "Deutsch lernen" in page
    assert "„Thema: weg“ gibt es hier nicht" in page
    assert SavedSearch.objects.count() == 0


def test_search_is_active_only_after_the_click_in_the_mail(
    client: Client, topic: Topic, mailbox: Mailbox, run_jobs: RunJobs
) -> None:
    response = ask(client, "thema=deutsch&sprache=weg&seite=3", rhythm="taeglich")
    assert EMAIL not in client.get(response["Location"]).content.decode()
    run_jobs()
    search = SavedSearch.objects.get()
    assert (search.query, search.status, search.rhythm) == ("thema=deutsch", "unconfirmed", "taeglich")
    assert "Deutsch lernen" in mailbox.text(CONFIRM)
    page = urlsplit(mailbox.link(CONFIRM, "/angebote/suche-merken/")).path
    for _number in range(2):
        assert "Suche bestätigen" in client.get(page).content.decode()
    search.refresh_from_db()
    assert search.status == "unconfirmed"
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        assert daily.tell_all(timezone.localdate()) == 0
    for _number in range(2):
        assert client.post(page, {"verb": "bestaetigen"}).status_code == 302
    search.refresh_from_db()
    assert (search.status, search.next_on) == ("active", later(1))
    assert StatusChange.objects.for_target(search).count() == 1


def test_form_that_arrives_twice_makes_one_search_and_one_mail(client: Client) -> None:
    data = shown(client.get(FORM).context["form"]) | {"opened": long_ago(), "email": EMAIL}
    assert [client.post(FORM, data).status_code for _number in range(2)] == [302, 302]
    assert (SavedSearch.objects.count(), Job.objects.count()) == (1, 1)


def test_asking_again_tells_nobody_that_the_address_is_known(
    client: Client, mailbox: Mailbox, run_jobs: RunJobs
) -> None:
    search = confirmed(client, "q=chor", rhythm="taeglich")
    first, second = ask(client, "q=Tanz", email="neu@example.org"), ask(client, "q=chor", email="WER@example.org")
    assert first["Location"] == second["Location"]
    run_jobs()
    search.refresh_from_db()
    assert (search.status, search.rhythm) == ("active", "taeglich")
    assert SavedSearch.objects.filter(email=EMAIL).count() == 1
    assert page_of(search) in mailbox.link("Ihre gemerkte Suche", FORM)


def test_form_is_guarded(client: Client) -> None:
    assert ask(client, website_url="https://spam.example").status_code == 200
    assert ask(client, opened=long_ago(0)).status_code == 200
    assert ask(client, email="keine").status_code == 200
    assert ask(client, rhythm="stuendlich").status_code == 200
    assert not SavedSearch.objects.exists()


def test_fourth_mail_of_a_day_is_refused_with_all_input(client: Client) -> None:
    for word in ("a1", "b2", "c3"):
        assert ask(client, f"q={word}").status_code == 302
    response = ask(client, "q=d4", rhythm="taeglich")
    assert response.status_code == 429
    assert "schon drei E-Mails" in response.content.decode()
    assert response.context["form"]["email"].value() == EMAIL
    assert SavedSearch.objects.count() == Job.objects.count() == 3


def test_one_connection_cannot_ask_without_end(client: Client) -> None:
    for number in range(30):
        assert ask(client, email=f"wer{number}@example.org").status_code == 302
    assert ask(client, email="noch@example.org").status_code == 429


def test_search_with_too_many_filters_is_refused_in_a_sentence(client: Client) -> None:
    query = "&".join(f"thema={factories.make_topic(f'ein-sehr-langes-kuerzel-{number}').slug}" for number in range(80))
    response = ask(client, query)
    assert response.status_code == 200
    assert "zu viele Filter" in response.content.decode()


def test_posted_status_and_query_change_nothing(client: Client) -> None:
    ask(client, "q=chor", status="active", query="q=anderes", since="2020-01-01")
    search = SavedSearch.objects.get()
    assert (search.status, search.query, search.since) == ("unconfirmed", "q=chor", None)


# What is new


def test_mail_lists_what_is_new_once(client: Client, topic: Topic, mailbox: Mailbox, run_jobs: RunJobs) -> None:
    factories.make_offer("Alter Kurs", topics=[topic])
    confirmed(client, "thema=deutsch", rhythm="taeglich")
    new, _other = factories.make_offer("Neuer Kurs", topics=[topic]), factories.make_offer("Anderes")
    factories.make_offer("Verborgen", topics=[topic], status="hidden", published_at=timezone.now(), slug="verborgen")
    assert daily.tell_all(timezone.localdate()) == 0
    assert (daily.tell_all(later(1)), daily.tell_all(later(1))) == (1, 0)
    run_jobs()
    text = mailbox.text("1 neues Angebot")
    assert f"http://testserver{new.get_absolute_url()}" in text or new.get_absolute_url() in text
    assert not any(title in text for title in ("Alter Kurs", "Anderes", "Verborgen"))
    assert "/angebote/?thema=deutsch&sortierung=neu" in text
    sent = len(mailbox.messages)
    # Published anew, it is still not new.
    Offer.objects.filter(pk=new.pk).update(published_at=timezone.now() + timedelta(days=1))
    assert daily.tell_all(later(2)) == 0
    factories.make_offer("Noch ein Kurs", topics=[topic])
    assert daily.tell_all(later(3)) == 1
    run_jobs()
    assert len(mailbox.messages) == sent + 1
    assert "Neuer Kurs" not in mailbox.text("1 neues Angebot")


def test_weekly_search_gathers_a_week(client: Client) -> None:
    confirmed(client, rhythm="woechentlich")
    factories.make_offer()
    assert [daily.tell_all(later(days)) for days in range(1, 8)] == [0] * 6 + [1]
    factories.make_offer()
    assert [daily.tell_all(later(days)) for days in range(8, 15)] == [0] * 6 + [1]
    assert SearchHit.objects.count() == 2


def test_command_runs_every_day_and_twice_does_no_harm(client: Client, settings: Any) -> None:
    assert "send_saved_searches" in settings.KIPORTAL_DAILY_COMMANDS
    confirmed(client, rhythm="taeglich")
    factories.make_offer()
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        for _number in range(2):
            call_command("send_saved_searches", verbosity=0)
    assert Job.objects.filter(kind="offers.send_search_hits").count() == 1


def test_what_is_no_longer_public_is_not_sent(client: Client, mailbox: Mailbox, run_jobs: RunJobs) -> None:
    confirmed(client, rhythm="taeglich")
    run_jobs()
    offer = factories.make_offer()
    assert daily.tell_all(later(1)) == 1
    lifecycle.hide(offer, by=factories.make_user("editor"), reason="x")
    [job] = [job for job in run_jobs() if job.kind == "offers.send_search_hits"]
    assert "skipped" in job.result
    subjects = [str(message["Subject"]) for message in mailbox.messages if message["To"] == EMAIL]
    assert subjects == ["Ihre gemerkte Suche"]


def test_long_list_ends_with_the_number_of_the_others(client: Client, mailbox: Mailbox, run_jobs: RunJobs) -> None:
    confirmed(client, rhythm="taeglich")
    for _number in range(23):
        factories.make_offer()
    assert daily.tell_all(later(1)) == 1
    run_jobs()
    assert "Und 3 weitere Angebote" in mailbox.text("23 neue Angebote")
    assert SearchHit.objects.count() == 23


def test_mail_speaks_the_language_of_the_form(client: Client, mailbox: Mailbox, run_jobs: RunJobs) -> None:
    form = client.get(f"/en{FORM}").context["form"]
    client.post(f"/en{FORM}", shown(form) | {"opened": long_ago(), "email": EMAIL})
    run_jobs()
    [message] = mailbox.messages
    assert 'lang="en"' in message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "/en/angebote/suche-merken/" in mailbox.link("confirm", FORM)


def test_value_that_is_gone_is_left_out_and_said(
    client: Client, topic: Topic, mailbox: Mailbox, run_jobs: RunJobs
) -> None:
    other = factories.make_topic("sport")
    search = confirmed(client, "thema=deutsch&thema=sport", rhythm="taeglich")
    topic.delete()
    factories.make_offer("Fußball", topics=[other])
    assert daily.tell_all(later(1)) == 1
    run_jobs()
    sentence = "Den Filter „Thema: deutsch“ gibt es hier nicht"
    assert sentence in mailbox.text("1 neues Angebot")
    assert sentence in client.get(page_of(search)).content.decode()


def test_looking_costs_the_same_for_many_hits(client: Client) -> None:
    search = confirmed(client, rhythm="taeglich")
    numbers = []
    for day, count in ((1, 1), (2, 30)):
        for _number in range(count):
            factories.make_offer()
        daily.tell_all(timezone.localdate())  # the index is loaded anew after these writes
        with CaptureQueriesContext(
            connection,
        ) as queries:
            lifecycle.tell_of_search(search.pk, list(Offer.objects.values_list("pk", flat=True)), later(day))
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


# Changing and ending it


def test_page_changes_rhythm_pauses_and_goes_on(client: Client) -> None:
    search = confirmed(client, rhythm="woechentlich")
    page = page_of(search)
    assert client.post(page, {"rhythm": "taeglich"}).status_code == 302
    search.refresh_from_db()
    assert (search.rhythm, search.next_on) == ("taeglich", later(1))
    client.post(page, {"verb": "anhalten"})
    factories.make_offer("Während der Pause")
    assert daily.tell_all(later(5)) == 0
    assert "angehalten" in client.get(page).content.decode()
    client.post(page, {"verb": "fortsetzen"})
    assert daily.tell_all(later(5)) == 0
    factories.make_offer("Danach")
    assert daily.tell_all(later(7)) == 1
    assert SearchHit.objects.get().offer.title == "Danach"


def test_rhythm_that_does_not_exist_is_named(client: Client) -> None:
    response = client.post(page_of(confirmed(client)), {"rhythm": "stuendlich"})
    assert response.status_code == 200
    assert response.context["form"].errors


def test_get_changes_nothing(client: Client) -> None:
    search = confirmed(client)
    before = SavedSearch.objects.values().get()
    for url in (page_of(search), f"{page_of(search)}?verb=loeschen", f"{page_of(search)}abbestellen/"):
        assert client.get(url).status_code in {200, 302}
        assert client.head(url).status_code in {200, 302}
    assert SavedSearch.objects.values().get() == before


def everything_about(email: str) -> list[str]:
    """The tables in which the address stands."""
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names(cursor) if name.split("_")[0] != "django"]
        found = []
        for name in tables:
            cursor.execute(f'SELECT count(*) FROM "{name}" AS t WHERE t::text ILIKE %s', [f"%{email}%"])  # noqa: S608
            found += [name] if cursor.fetchone()[0] else []
    return found


def test_ended_search_leaves_nothing_behind_but_a_friendly_page(
    client: Client, mailbox: Mailbox, run_jobs: RunJobs
) -> None:
    search = confirmed(client, rhythm="taeglich")
    page = page_of(search)
    assert everything_about(EMAIL) != []
    ended = client.post(page, {"verb": "loeschen"})
    assert "gelöscht" in client.get(ended["Location"]).content.decode()
    assert everything_about(EMAIL) == []
    assert (SavedSearch.objects.count(), StatusChange.objects.count(), Job.objects.count()) == (0, 0, 0)
    for _number in range(2):
        response = client.post(page, {"verb": "loeschen"})
        assert (response.status_code, "ist beendet" in response.content.decode()) == (410, True)
    assert run_jobs() == []


def test_mail_program_unsubscribes_with_one_click(mailbox: Mailbox, run_jobs: RunJobs) -> None:
    client = Client(enforce_csrf_checks=True)
    confirmed(Client(), rhythm="taeglich")
    factories.make_offer()
    daily.tell_all(later(1))
    run_jobs()
    message = mailbox.messages[-1]
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = urlsplit(str(message["List-Unsubscribe"]).strip("<>")).path
    assert client.get(url).status_code == 302
    assert client.post(url, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not SavedSearch.objects.exists()
    assert client.post(url, {"List-Unsubscribe": "One-Click"}).status_code == 410


def test_link_of_another_search_is_refused(client: Client) -> None:
    search, other = confirmed(client, "q=chor"), confirmed(client, "q=tanz")
    link = AccessLink.objects.for_target(other).get()
    for verb in (lifecycle.pause_search, lifecycle.end_search, lifecycle.keep_search):
        with pytest.raises(PermissionDenied):
            verb(search, by=link)
    with pytest.raises(PermissionDenied):
        lifecycle.change_rhythm(search, "taeglich", by=link)


# How long it is kept


def purge() -> None:
    call_command("purge", verbosity=0)


def test_unconfirmed_search_goes_after_14_days(client: Client) -> None:
    ask(client)
    SavedSearch.objects.update(requested_at=timezone.now() - timedelta(days=13, hours=23))
    purge()
    assert SavedSearch.objects.count() == 1
    SavedSearch.objects.update(requested_at=timezone.now() - timedelta(days=14, hours=1))
    purge()
    assert everything_about(EMAIL) == []


def test_owner_is_asked_once_a_year_and_says_yes(client: Client, mailbox: Mailbox, run_jobs: RunJobs) -> None:
    search = confirmed(client)
    assert daily.ask_all(later(364)) == 0
    assert (daily.ask_all(later(366)), daily.ask_all(later(367))) == (1, 0)
    run_jobs()
    assert "Sonst löschen wir" in mailbox.text(QUESTION)
    page = client.get(page_of(search))
    assert "Möchten Sie die E-Mails noch?" in page.content.decode()
    client.post(page_of(search), {"verb": "behalten"})
    search.refresh_from_db()
    assert (search.asked_on, search.wanted_on) == (None, timezone.localdate())


def test_search_without_an_answer_ends(client: Client) -> None:
    confirmed(client)
    SavedSearch.objects.update(asked_on=later(-30))
    purge()
    assert SavedSearch.objects.count() == 1
    SavedSearch.objects.update(asked_on=later(-31))
    purge()
    assert everything_about(EMAIL) == []


def test_address_without_mail_gets_none_and_goes(client: Client, mailbox: Mailbox, run_jobs: RunJobs) -> None:
    confirmed(client, rhythm="taeglich")
    factories.make_offer()
    mailbox.refused[EMAIL] = "550 5.1.1 No such user"
    daily.tell_all(later(1))
    run_jobs()
    assert MailAddress.objects.undeliverable().filter(email=EMAIL).exists()
    factories.make_offer()
    assert (daily.tell_all(later(2)), daily.ask_all(later(400))) == (0, 0)
    purge()
    assert SavedSearch.objects.count() == 1
    MailAddress.objects.update(undeliverable_since=timezone.now() - timedelta(days=31))
    purge()
    assert not SavedSearch.objects.exists()
    purge()
    assert everything_about(EMAIL) == []


def test_staff_see_a_number_and_no_address(client: Client) -> None:
    confirmed(client, "q=chor")
    addresses.mark_undeliverable(EMAIL, reason="550")
    client.force_login(factories.make_user("editor"))
    for url in ("/arbeitsplatz/suchworte/", "/arbeitsplatz/", "/arbeitsplatz/auftraege/", "/arbeitsplatz/aktualitaet/"):
        page = client.get(url)
        assert page.status_code == 200, url
        assert EMAIL not in page.content.decode()
    assert client.get("/arbeitsplatz/suchworte/").context["saved_searches"] == 1
