"""The workspace's first page for every role, its navigation, and the mailbox of the demo."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from actors.models import Organisation
from concepts import changes
from concepts.models import ConceptVersion
from kiportal.common import links, roles
from kiportal.common.mail import MailFolderBackend
from kiportal.common.models import AccessLink, FollowUp, Job, StatusChange, User
from kiportal.common.templatetags.age import age
from kiportal.pages import council, overview
from kiportal.pages.models import BarrierReport
from offers import lifecycle
from offers.models import Offer, SchoolHoliday
from offers.review import assignment
from tests import factories
from tests.concepts.factories import freeze, make_version, store_pdf

pytestmark = pytest.mark.django_db

HOME = "pages:workspace_home"


@pytest.fixture
def staff(client: Client, editor: User, centre: object) -> Client:
    client.force_login(editor)
    return client


def home(client: Client, user: User) -> str:
    client.force_login(user)
    answer = client.get(reverse(HOME))
    assert answer.status_code == 200
    return answer.text


# What is due


def test_tasks_come_from_four_sources_oldest_first(editor: User, centre: object) -> None:
    today = timezone.localdate()
    SchoolHoliday.objects.create(name="Immer Ferien", first_day=today, last_day=today + timedelta(days=500))
    stale = factories.make_offer("Veraltet")
    Offer.objects.filter(pk=stale.pk).update(last_confirmed_on=today - timedelta(days=800))
    waiting = factories.make_offer("Wartet", status=Offer.Status.SUBMITTED)
    Offer.objects.filter(pk=waiting.pk).update(submitted_at=timezone.now() - timedelta(days=2))
    report = BarrierReport.objects.create(description="Knopf fehlt")
    BarrierReport.objects.filter(pk=report.pk).update(received_at=timezone.now() - timedelta(days=5))
    Job.objects.create(kind="x", title="Mail", state=Job.State.FAILED, finished_at=timezone.now() - timedelta(days=1))
    assert [task.kind for task in overview.due_today(editor, factories.make_centre())] == [
        "Aktualität",
        "Barriere",
        "Prüfung",
        "Auftrag",
    ]


def test_tasks_at_most_seven_and_three_of_a_kind(editor: User, centre: object) -> None:
    for _ in range(9):
        factories.make_offer(status=Offer.Status.SUBMITTED)
        BarrierReport.objects.create(description="Knopf fehlt")
        Job.objects.create(kind="x", state=Job.State.FAILED, finished_at=timezone.now())
    tasks = overview.due_today(editor, factories.make_centre())
    assert len(tasks) == 7
    assert max([task.kind for task in tasks].count(kind) for kind in ("Prüfung", "Barriere", "Auftrag")) == 3


def test_what_is_assigned_to_somebody_comes_first_and_what_others_have_is_left_out(
    staff: Client, editor: User, lead: User
) -> None:
    free, own, theirs = (
        factories.make_offer(title, status=Offer.Status.SUBMITTED) for title in ("Frei", "Mein", "Ihr")
    )
    for number, offer in enumerate((free, theirs, own)):
        Offer.objects.filter(pk=offer.pk).update(submitted_at=timezone.now() - timedelta(days=9 - number))
    today = timezone.localdate()
    SchoolHoliday.objects.create(name="Immer Ferien", first_day=today, last_day=today + timedelta(days=500))
    assignment.hand_over(own, editor)
    assignment.hand_over(theirs, lead)
    target = factories.make_offer("Wiedervorgelegt")
    for person, note in ((editor, "Bei mir"), (None, "Bei allen")):
        FollowUp.objects.create(target=target, due_on=timezone.localdate(), note=note, for_user=person)
    tasks = overview.due_today(editor, factories.make_centre())
    assert [(task.title, task.is_own) for task in tasks] == [
        ("Mein", True),
        ("Bei mir", True),
        ("Frei", False),
        ("Bei allen", False),
    ]
    text = staff.get(reverse(HOME)).text
    assert text.index("Ihnen zugeteilt") < text.index(">Mein<") < text.index("Für alle") < text.index(">Frei<")
    assert "zustaendig=meine" in text


def test_many_own_entries_leave_room_for_others(editor: User, centre: object) -> None:
    for _ in range(9):
        assignment.hand_over(factories.make_offer(status=Offer.Status.SUBMITTED), editor)
        factories.make_offer(status=Offer.Status.SUBMITTED)
    tasks = overview.due_today(editor, factories.make_centre())
    assert [task.is_own for task in tasks] == [True] * 5 + [False] * 2


def test_weeks_count_submissions_and_publications(editor: User, centre: object) -> None:
    offer = factories.make_offer(status=Offer.Status.DRAFT)
    lifecycle.submit(offer, by=editor)
    lifecycle.publish(offer, by=factories.make_user(roles.LEAD))
    week_ago = factories.make_offer(status=Offer.Status.DRAFT)
    lifecycle.submit(week_ago, by=editor)
    StatusChange.objects.for_target(week_ago).update(at=timezone.now() - timedelta(weeks=1))
    long_ago = factories.make_offer(status=Offer.Status.DRAFT)
    lifecycle.submit(long_ago, by=editor)
    StatusChange.objects.for_target(long_ago).update(at=timezone.now() - timedelta(weeks=9))
    weeks = overview.weeks()
    assert [number for _label, number in weeks.submitted] == [0, 0, 0, 0, 0, 0, 1, 1]
    assert [number for _label, number in weeks.published] == [0, 0, 0, 0, 0, 0, 0, 1]


@pytest.mark.parametrize("role", [roles.EDITOR, roles.LEAD])
def test_home_of_staff(client: Client, cast: dict[str, User], centre: object, role: str) -> None:
    factories.make_offer("Wartet", status=Offer.Status.SUBMITTED)
    text = home(client, cast[role])
    for part in ("Heute zu tun", "Wartet", "In der Prüfung", "Die letzten acht Wochen"):
        assert part in text


def test_home_of_staff_with_nothing_to_do(staff: Client) -> None:
    today = timezone.localdate()
    SchoolHoliday.objects.create(name="Immer Ferien", first_day=today, last_day=today + timedelta(days=500))
    assert "Alles erledigt" in staff.get(reverse(HOME)).text


@pytest.mark.parametrize(
    ("role", "queries"),
    [
        (roles.EDITOR, 47),
        (roles.LEAD, 49),
        (roles.PROVIDER, 14),
        (roles.MUNICIPALITY, 18),
        (roles.COUNCIL, 7),
        (roles.ADMIN, 7),
    ],
)
def test_home_of_a_role_needs_the_same_queries_for_one_and_for_thirty(
    client: Client, centre: object, django_assert_num_queries: DjangoAssertNumQueries, role: str, queries: int
) -> None:
    """The centre, and the length of the queue for the page and its navigation, are read once."""
    place = factories.make_municipality("Netphen")
    body = factories.make_organisation("Stadt Netphen", kind=Organisation.Kind.MUNICIPALITY, municipality=place)

    def fill(number: int) -> None:
        for _ in range(number):
            waiting = factories.make_offer(status=Offer.Status.SUBMITTED, municipalities=[place])
            assignment.hand_over(waiting, user if number % 2 else None)
            factories.make_offer(last_confirmed_on=date(2020, 1, 1), municipalities=[place], provider=body)
            factories.make_offer(status=Offer.Status.DRAFT, provider=body)
            make_version("committee")
            make_version("adopted")

    user = factories.make_user(role, organisation=body)
    client.force_login(user)
    fill(3)
    client.get(reverse(HOME))
    with django_assert_num_queries(queries):
        client.get(reverse(HOME))
    fill(27)
    with CaptureQueriesContext(connection) as found:
        client.get(reverse(HOME))
    assert len(found) == queries
    read = [query["sql"] for query in found]
    assert sum('FROM "common_centre"' in sql for sql in read) == 1
    lengths = [sql for sql in read if sql.startswith("SELECT COUNT(*)") and " UNION ALL " in sql]
    assert len(lengths) == (role in {roles.EDITOR, roles.LEAD})


# Providers, Kommunen, Kreistag, administration


def test_home_of_a_provider_shows_own_entries_only(client: Client, centre: object, editor: User) -> None:
    own = factories.make_organisation("Eigener Verein")
    member = factories.make_user(roles.PROVIDER, organisation=own)
    stale = factories.make_offer("Alter Kurs", provider=own, internal_note="Kanarienvogel")
    Offer.objects.filter(pk=stale.pk).update(last_confirmed_on=date(2020, 1, 1))
    asked = factories.make_offer("Gefragt", provider=own, status=Offer.Status.SUBMITTED)
    lifecycle.request_changes(asked, by=editor, reason="Wann genau?")
    factories.make_offer("Eigener Anfang", provider=own, status=Offer.Status.DRAFT)
    by_link = factories.make_offer("Fremder Anfang", provider=own, status=Offer.Status.DRAFT)
    links.issue(AccessLink.Purpose.DRAFT, by_link, "jemand@example.org")
    factories.make_offer("Fremder Kurs")
    text = home(client, member)
    for part in ("Eigener Verein", "Alter Kurs", "bitte bestätigen", "Gefragt", "Wann genau?", "Eigener Anfang"):
        assert part in text
    for part in ("Fremder Anfang", "Fremder Kurs", "Kanarienvogel", "Rita Redaktion", "Heute zu tun"):
        assert part not in text


def test_provider_confirms_from_home(client: Client, centre: object) -> None:
    own = factories.make_organisation()
    offer = factories.make_offer(provider=own)
    Offer.objects.filter(pk=offer.pk).update(last_confirmed_on=date(2020, 1, 1))
    client.force_login(factories.make_user(roles.PROVIDER, organisation=own))
    answer = client.post(reverse("offers:offer_confirm", args=[offer.pk]), follow=True)
    assert answer.redirect_chain[0][0] == reverse(HOME)
    assert "ist als aktuell bestätigt" in answer.text
    assert "bitte bestätigen" not in answer.text


def test_home_of_a_kommune_sums_up_what_is_located_there(client: Client, centre: object) -> None:
    place = factories.make_municipality("Netphen")
    body = factories.make_organisation("Stadt Netphen", kind=Organisation.Kind.MUNICIPALITY, municipality=place)
    member = factories.make_user(roles.MUNICIPALITY, organisation=body)
    factories.make_offer("Kurs in Netphen", municipalities=[place], internal_note="Kanarienvogel")
    factories.make_offer("Im ganzen Kreis", municipalities=[], is_countywide=True)
    old = factories.make_offer("Alter Kurs", municipalities=[place], internal_note="Kanarienvogel")
    Offer.objects.filter(pk=old.pk).update(last_confirmed_on=date(2020, 1, 1))
    for status in (Offer.Status.SUBMITTED, Offer.Status.CHANGES_REQUESTED):
        factories.make_offer("Wird geprüft", municipalities=[place], status=status)
    for status in (Offer.Status.DRAFT, Offer.Status.UNCONFIRMED, Offer.Status.REJECTED):
        factories.make_offer(f"Unsichtbar {status}", municipalities=[place], status=status)
    factories.make_offer("Woanders")
    text = home(client, member)
    [(_place, summary)] = client.get(reverse(HOME)).context["places"]
    assert (summary.public, summary.in_review, summary.questioned, summary.stale) == (3, 1, 1, 1)
    assert summary.oldest == [old]
    for part in ("Angebote in Netphen", "Alter Kurs", reverse("offers:local_offer_list", args=[place.slug])):
        assert part in text
    for part in ("Kurs in Netphen", "Unsichtbar", "Woanders", "Kanarienvogel", "verein@example.org"):
        assert part not in text


def test_home_of_a_council_member(client: Client, cast: dict[str, User], centre: object) -> None:
    text = home(client, cast[roles.COUNCIL])
    assert "Für Mitglieder des Kreistags" in text
    assert reverse("offers:offer_list") in text
    assert "Heute zu tun" not in text


def test_home_of_a_council_member_shows_what_is_to_be_decided(
    client: Client, cast: dict[str, User], centre: object
) -> None:
    former = make_version("superseded", published=True, title="Zusammen im Musterkreis")
    in_force = make_version("adopted", concept=former.concept)
    coming = changes.copy_version(in_force)
    coming.changes_note = "Neu ist das Kapitel zur Pflege."
    coming.save()
    freeze(
        coming, status="committee", forwarded_on=date(2026, 1, 2), committee="Sozialausschuss", paper_number="118/26"
    )
    pdf = store_pdf(coming)
    make_version("frozen", title="Nur im Zentrum")
    make_version("draft", title="Entwurf im Zentrum")
    text = home(client, cast[roles.COUNCIL])
    parts = ("Zur Beratung", "Sozialausschuss", "118/26", coming.changes_note, pdf.version.get_absolute_url())
    parts += ("In Kraft", in_force.get_absolute_url(), "Frühere Fassungen", former.get_absolute_url())
    places = [text.find(part) for part in ("Zur Beratung", "In Kraft", "Frühere Fassungen", "Angebote im Kreis")]
    assert -1 not in places
    assert places == sorted(places)
    for part in (*parts, f"{coming.get_absolute_url()}konzept.pdf"):
        assert part in text
    assert "im Zentrum" not in text


def test_council_reads_the_next_sitting_first(cast: dict[str, User]) -> None:
    days = {"Später": date(2026, 12, 8), "Ohne Termin": None, "Zuerst": date(2026, 12, 1)}
    for title, day in days.items():
        version = make_version("committee", title=title)
        ConceptVersion.objects.filter(pk=version.pk).update(meets_on=day)
    found = council.papers(cast[roles.COUNCIL]).in_committee
    assert [version.title for version in found] == ["Zuerst", "Später", "Ohne Termin"]


def test_figures_count_drafts_and_versions_without_pdf() -> None:
    make_version("draft")
    make_version("frozen")
    store_pdf(make_version("adopted"))
    figures = overview.figures(factories.make_centre(), 0)
    assert (figures.concept_drafts, figures.missing_pdfs) == (1, 1)


def test_home_of_the_admin_counts_accounts(client: Client, cast: dict[str, User], centre: object) -> None:
    factories.make_user(roles.EDITOR, is_active=False)
    text = home(client, cast[roles.ADMIN])
    assert reverse("admin:index") in text
    assert ("KI-Redaktion", 1) in overview.accounts()


def test_home_without_a_role_forbidden(client: Client, centre: object) -> None:
    client.force_login(User.objects.create_user("niemand", "niemand@example.org", "x"))
    assert client.get(reverse(HOME)).status_code == 403


def test_home_of_nobody_leads_to_the_login(client: Client, centre: object) -> None:
    answer = client.get(reverse(HOME))
    assert answer.status_code == 302
    assert reverse("account_login") in answer.url


# Navigation


@pytest.mark.parametrize(
    ("role", "labels"),
    [
        (
            roles.EDITOR,
            [
                *("Übersicht", "Prüfung", "Wiedervorlagen", "Aktualität", "Bestandsaufnahmen"),
                *("Weiße Flecken", "Rückmeldungen", "Suchworte", "Angebote"),
                *("Organisationen", "Daten", "Konzepte", "Maßnahmen", "Schwerpunkte", "Stellen und Förderung"),
                *("Barrieren", "Aufträge", "Postfach"),
            ],
        ),
        (roles.PROVIDER, ["Übersicht"]),
        (roles.MUNICIPALITY, ["Übersicht", "Ihre Kommune"]),
        (roles.COUNCIL, ["Übersicht", "Konzepte"]),
        (roles.ADMIN, ["Übersicht", "Verwaltung", "Postfach"]),
    ],
)
def test_navigation_of_a_role(
    client: Client, cast: dict[str, User], centre: object, role: str, labels: list[str]
) -> None:
    client.force_login(cast[role])
    entries = client.get(reverse(HOME)).context["workspace_navigation"]
    assert [entry["label"] for entry in entries] == labels
    assert {client.get(entry["url"]).status_code for entry in entries} == {200}


def test_navigation_marks_the_page_and_counts_the_queue(staff: Client) -> None:
    factories.make_offer(status=Offer.Status.SUBMITTED)
    entries = staff.get(reverse("offers:review_list")).context["workspace_navigation"]
    assert [(entry["label"], entry["count"]) for entry in entries if entry["current"]] == [("Prüfung", 1)]


# Mailbox


@pytest.fixture
def mailbox(tmp_path: Path, settings: Any) -> Path:
    settings.KIPORTAL_MAIL_FOLDER = tmp_path
    return tmp_path


def write(folder: Path, subject: str, html: str = "") -> str:
    mail = EmailMultiAlternatives(
        subject, "Öffnen: http://testserver/angebote/pflege/x/", "ki@example.org", ["v@example.org"]
    )
    if html:
        mail.attach_alternative(html, "text/html")
    MailFolderBackend(folder=folder, alias="default").send_messages([mail])
    return max(folder.iterdir()).stem


def test_mailbox_lists_newest_first(staff: Client, mailbox: Path) -> None:
    write(mailbox, "Erste Nachricht")
    write(mailbox, "Zweite Nachricht")
    (mailbox / ".halb.eml").write_text("noch nicht fertig")
    mails = staff.get(reverse("pages:mailbox_list")).context["mails"]
    assert [mail.subject for mail in mails] == ["Zweite Nachricht", "Erste Nachricht"]


def test_mail_shows_its_text_with_links_and_no_markup(staff: Client, mailbox: Path) -> None:
    name = write(mailbox, "<b>Betreff</b>", "<p>Hallo</p>")
    text = staff.get(reverse("pages:mailbox_detail", args=[name])).text
    assert '<a href="http://testserver/angebote/pflege/x/"' in text
    assert "&lt;b&gt;Betreff&lt;/b&gt;" in text
    assert "<p>Hallo</p>" not in text


def test_html_of_a_mail_stands_alone_in_a_sandbox(staff: Client, mailbox: Path) -> None:
    name = write(mailbox, "Betreff", '<p style="color:#123456">Hallo</p><script>alert(1)</script>')
    answer = staff.get(reverse("pages:mailbox_html", args=[name]))
    policy = answer.headers["Content-Security-Policy"]
    assert {type(name) for name in answer.headers} == {str}  # gunicorn refuses anything else
    assert "sandbox" in policy.split("; ")
    assert "default-src 'none'" in policy
    assert "'unsafe-hashes' 'sha256-" in policy
    assert "script-src" not in policy
    assert "unsafe-inline" not in policy


def test_mail_outside_the_folder_not_found(staff: Client, mailbox: Path) -> None:
    (mailbox.parent / "geheim.eml").write_text("Subject: geheim\n\n")
    for name in ("geheim", "gibt-es-nicht"):
        assert staff.get(reverse("pages:mailbox_detail", args=[name])).status_code == 404
    assert staff.get("/arbeitsplatz/postfach/../geheim/").status_code == 404


def test_mailbox_with_a_mail_server_says_so(staff: Client, settings: Any) -> None:
    settings.KIPORTAL_MAIL_FOLDER = None
    assert "E-Mails gehen wirklich hinaus" in staff.get(reverse("pages:mailbox_list")).text
    assert staff.get(reverse("pages:mailbox_detail", args=["x"])).status_code == 404


@pytest.mark.parametrize("role", [roles.PROVIDER, roles.MUNICIPALITY, roles.COUNCIL])
def test_mailbox_forbidden_for_other_roles(client: Client, cast: dict[str, User], mailbox: Path, role: str) -> None:
    name = write(mailbox, "Betreff", "<p>Hallo</p>")
    client.force_login(cast[role])
    assert client.get(reverse("pages:mailbox_list")).status_code == 403
    assert client.get(reverse("pages:mailbox_detail", args=[name])).status_code == 403
    assert client.get(reverse("pages:mailbox_html", args=[name])).status_code == 403


# Words


@pytest.mark.parametrize(
    ("days", "expected"),
    [(0, "seit heute"), (1, "seit gestern"), (3, "seit 3 Tagen"), (20, "seit 2 Wochen"), (100, "seit 3 Monaten")],
)
def test_age_in_words(days: int, expected: str) -> None:
    moment: Any = timezone.now() - timedelta(days=days)
    assert age(moment) == age(timezone.localdate(moment)) == expected
