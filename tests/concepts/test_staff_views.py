"""Concepts in the workspace: lists, the editor and its queries, moving, freezing, the steps of the centre's head."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from concepts import changes, lifecycle
from concepts.models import ActionArea, Concept, ConceptVersion, Section
from concepts.outline import Outline
from kiportal.common.models import Job, StatusChange, User
from tests import factories
from tests.concepts.factories import freeze, make_concept, make_section

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


@pytest.fixture
def staff(client: Client, editor: User, centre: object) -> Client:
    client.force_login(editor)
    return client


@pytest.fixture
def head(lead: User, centre: object) -> Client:
    client = Client()
    client.force_login(lead)
    return client


@pytest.fixture
def version() -> ConceptVersion:
    version = make_concept()
    make_section(version, "Ausgangslage")
    make_section(version, "Ziele")
    return version


def url(name: str, *arguments: object) -> str:
    return reverse(f"concepts:staff_{name}", args=arguments)


def typed(section: Section, **changed: Any) -> dict[str, Any]:
    """What a browser sends for a section."""
    data = {
        "title": section.title,
        "body": section.body,
        "state": section.state,
        "is_numbered": "on" if section.is_numbered else "",
        "lock_version": section.lock_version,
    }
    return data | changed


def titles(version: ConceptVersion) -> list[str]:
    return [f"{node.number} {node.section.title}" for node in Outline.of(version)]


def section_of(version: ConceptVersion, title: str) -> Section:
    return version.sections.get(title=title)


# Concepts and versions


def test_list_without_concepts_says_what_to_do(staff: Client) -> None:
    assert "Legen Sie ein Konzept an." in staff.get(url("concept_list")).text


def test_concept_is_added_with_its_first_draft(staff: Client) -> None:
    answer = staff.post(url("concept_add"), {"title": "Unser Konzept", "kind": "arbeitspapier", "lock_version": 1})
    version = ConceptVersion.objects.get()
    assert answer.headers["Location"] == url("version_detail", version.pk)
    assert (version.concept.title, version.concept.kind, version.status) == ("Unser Konzept", "arbeitspapier", "draft")
    assert "Noch kein Text" in staff.get(url("version_detail", version.pk)).text


def test_concept_without_title_comes_back_with_a_sentence(staff: Client) -> None:
    answer = staff.post(url("concept_add"), {"title": "", "kind": "arbeitspapier", "lock_version": 1})
    assert (answer.status_code, Concept.objects.count()) == (200, 0)
    assert "Bitte prüfen Sie Ihre Eingaben" in answer.text


def test_next_version_is_a_draft_with_the_same_text(staff: Client, version: ConceptVersion) -> None:
    freeze(version)
    answer = staff.post(url("version_next", version.pk))
    draft = ConceptVersion.objects.get(status="draft")
    assert answer.headers["Location"] == url("version_detail", draft.pk)
    assert titles(draft) == titles(version)


def test_second_draft_is_refused_with_a_sentence(staff: Client, version: ConceptVersion) -> None:
    freeze(version)
    changes.copy_version(version)
    answer = staff.post(url("version_next", version.pk), follow=True)
    assert "Zu diesem Konzept gibt es schon einen Entwurf." in answer.text
    assert ConceptVersion.objects.count() == 2


def test_discarding_the_only_version_takes_the_concept(staff: Client, version: ConceptVersion) -> None:
    assert "Das Konzept wird mit gelöscht" in staff.get(url("version_discard", version.pk)).text
    assert staff.post(url("version_discard", version.pk)).headers["Location"] == url("concept_list")
    assert not Concept.objects.exists()


def test_discarding_a_later_draft_keeps_the_concept(staff: Client, version: ConceptVersion) -> None:
    freeze(version)
    draft = changes.copy_version(version)
    staff.post(url("version_discard", draft.pk))
    assert list(ConceptVersion.objects.all()) == [version]


def test_frozen_version_is_not_discarded(staff: Client, version: ConceptVersion) -> None:
    freeze(version)
    assert staff.post(url("version_discard", version.pk)).status_code == 409
    assert ConceptVersion.objects.filter(pk=version.pk).exists()


@pytest.mark.parametrize("page", ["version_edit", "version_freeze", "version_discard"])
def test_pages_that_change_a_frozen_version_say_so(staff: Client, version: ConceptVersion, page: str) -> None:
    freeze(version)
    answer = staff.get(url(page, version.pk))
    assert answer.status_code == 409
    assert "Die Fassung ist abgeschlossen" in answer.text


def test_cover_typed_while_the_version_was_frozen_is_shown(staff: Client, version: ConceptVersion) -> None:
    freeze(version)
    data = {"title": "Ein anderer Titel", "lock_version": version.lock_version}
    answer = staff.post(url("version_edit", version.pk), data)
    assert answer.status_code == 409
    assert "Ein anderer Titel" in answer.text


def test_cover_with_a_date_in_the_future_is_refused(staff: Client, version: ConceptVersion) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    data = {"title": "Titel", "as_of": tomorrow.isoformat(), "lock_version": version.lock_version}
    assert "Das Datum liegt in der Zukunft." in staff.post(url("version_edit", version.pk), data).text


# The editor


def test_section_is_saved(staff: Client, version: ConceptVersion) -> None:
    section = section_of(version, "Ziele")
    answer = staff.post(url("section_edit", section.pk), typed(section, title="Leitziele", body="<p>Neu</p>"))
    section.refresh_from_db()
    assert answer.headers["Location"] == url("section_edit", section.pk)
    assert (section.title, section.body, section.lock_version) == ("Leitziele", "<p>Neu</p>", 2)


def test_section_saved_by_the_script_answers_with_the_new_lock(staff: Client, version: ConceptVersion) -> None:
    section = section_of(version, "Ziele")
    answer = staff.post(url("section_edit", section.pk), typed(section, body="<p>Neu</p>"), headers=JSON)
    section.refresh_from_db()
    saved_at = timezone.localtime(section.updated_at).strftime("%H:%M")
    assert answer.json() == {"saved_at": saved_at, "lock_version": 2}


def test_section_without_title_is_not_saved(staff: Client, version: ConceptVersion) -> None:
    section = section_of(version, "Ziele")
    data = typed(section, title="", body="<p>Neu</p>")
    assert staff.post(url("section_edit", section.pk), data, headers=JSON).status_code == 400
    answer = staff.post(url("section_edit", section.pk), data)
    assert (answer.status_code, "&lt;p&gt;Neu&lt;/p&gt;" in answer.text) == (200, True)
    assert not Section.objects.filter(body="<p>Neu</p>").exists()


def test_stale_save_shows_both_texts(staff: Client, version: ConceptVersion) -> None:
    section = section_of(version, "Ziele")
    data = typed(section, body="<p>Meine Worte</p>")
    staff.post(url("section_edit", section.pk), typed(section, body="<p>Ihre Worte</p>"))
    assert staff.post(url("section_edit", section.pk), data, headers=JSON).status_code == 409
    answer = staff.post(url("section_edit", section.pk), data)
    assert answer.status_code == 409
    assert "Meine Worte" in answer.text
    assert "Ihre Worte" in answer.text
    section.refresh_from_db()
    assert section.body == "<p>Ihre Worte</p>"
    again = data | {"lock_version": section.lock_version}
    assert staff.post(url("section_edit", section.pk), again).status_code == 302


def test_moving_a_section_does_not_make_its_text_stale(staff: Client, version: ConceptVersion) -> None:
    section = section_of(version, "Ziele")
    staff.post(url("section_move", section.pk), {"direction": "up"})
    assert staff.post(url("section_edit", section.pk), typed(section, body="<p>Neu</p>")).status_code == 302
    assert titles(version) == ["1 Ziele", "2 Ausgangslage"]


def test_text_typed_while_the_version_was_frozen_is_shown(staff: Client, version: ConceptVersion) -> None:
    section = section_of(version, "Ziele")
    freeze(version)
    data = typed(section, body="<p>Mein letzter Satz</p>")
    answer = staff.post(url("section_edit", section.pk), data)
    assert answer.status_code == 409
    assert "Mein letzter Satz" in answer.text
    assert staff.post(url("section_edit", section.pk), data, headers=JSON).json() == {"reason": "closed"}


def test_section_of_a_frozen_version_cannot_be_opened(staff: Client, version: ConceptVersion) -> None:
    freeze(version)
    for page in ("section_edit", "section_delete"):
        answer = staff.get(url(page, section_of(version, "Ziele").pk))
        assert (answer.status_code, "Die Fassung ist abgeschlossen" in answer.text) == (409, True)


def test_opening_a_section_takes_eight_queries_for_any_length(
    staff: Client, version: ConceptVersion, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """A concept of 220 pages has about 150 sections; the session and the account count."""
    parent = None
    for number in range(148):
        parent = make_section(version, f"Abschnitt {number}", parent=parent if number % 4 else None)
    section = section_of(version, "Ziele")
    changes.add_action_area(version, title="Bildung", strand="bildung", section=section)
    with django_assert_max_num_queries(8):
        answer = staff.get(url("section_edit", section.pk))
    assert answer.text.count('class="tree__node"') == 150


def test_aside_shows_what_belongs_to_the_section(staff: Client, version: ConceptVersion) -> None:
    factories.make_language("ar", is_rtl=True)
    section = make_section(
        version, "Anhang", body='<p><a href="#section:00000000-0000-4000-8000-000000000001">x</a></p>'
    )
    answer = staff.get(url("section_aside", section.pk))
    assert "verweist auf einen Abschnitt, den es nicht mehr gibt" in answer.text
    assert '<option value="ar" data-dir="rtl">' in answer.text
    assert "verweist auf" not in staff.get(url("section_aside", section_of(version, "Ziele").pk)).text


def test_preview_shows_the_text_as_readers_get_it(staff: Client, version: ConceptVersion) -> None:
    section = make_section(version, "Recht", body='<h3>Land</h3><p>Gesetz<span class="fn">GV. NRW.</span></p>')
    page = staff.get(url("section_preview", section.pk)).text
    assert '<sup class="footnote-mark"><a id="fussnote-1-stelle"' in page
    assert "<span>GV. NRW.</span>" in page


# Sections: adding, moving, deleting


def test_section_is_added_below_another(staff: Client, version: ConceptVersion) -> None:
    above = section_of(version, "Ausgangslage")
    where = f"{url('section_add', version.pk)}?unter={above.pk}"
    assert "Ausgangslage" in staff.get(where).text
    answer = staff.post(where, {"title": "Zahlen", "is_numbered": "on", "key": str(uuid4())})
    assert answer.headers["Location"] == url("section_edit", section_of(version, "Zahlen").pk)
    assert titles(version) == ["1 Ausgangslage", "1.1 Zahlen", "2 Ziele"]


def test_form_that_is_sent_twice_adds_one_section(staff: Client, version: ConceptVersion) -> None:
    data = {"title": "Zahlen", "is_numbered": "on", "key": str(uuid4())}
    answers = [staff.post(url("section_add", version.pk), data).headers["Location"] for _ in range(2)]
    assert answers[0] == answers[1]
    assert version.sections.count() == 3


def test_section_too_deep_is_refused_with_a_sentence(staff: Client, version: ConceptVersion) -> None:
    parent = section_of(version, "Ziele")
    for title in ("Zwei", "Drei", "Vier"):
        parent = make_section(version, title, parent=parent)
    data = {"title": "Fünf", "key": str(uuid4())}
    answer = staff.post(f"{url('section_add', version.pk)}?unter={parent.pk}", data)
    assert "höchstens auf der Ebene 4" in answer.text


@pytest.mark.parametrize(
    ("title", "direction", "expected"),
    [
        ("Ziele", "up", ["1 Ziele", "2 Ausgangslage"]),
        ("Ausgangslage", "down", ["1 Ziele", "2 Ausgangslage"]),
        ("Ziele", "in", ["1 Ausgangslage", "1.1 Ziele"]),
    ],
)
def test_section_moves_by_steps(
    staff: Client, version: ConceptVersion, title: str, direction: str, expected: list[str]
) -> None:
    section = section_of(version, title)
    answer = staff.post(url("section_move", section.pk), {"direction": direction, "offen": section.pk})
    assert answer.headers["Location"] == url("section_edit", section.pk)
    assert titles(version) == expected


def test_step_that_leads_nowhere_is_told(staff: Client, version: ConceptVersion) -> None:
    section = section_of(version, "Ausgangslage")
    answer = staff.post(url("section_move", section.pk), {"direction": "up"}, headers=JSON)
    assert answer.status_code == 400
    assert answer.json()["sentence"] == "In diese Richtung lässt sich der Abschnitt nicht verschieben."
    page = staff.post(url("section_move", section.pk), {"direction": "up"}, follow=True)
    assert "In diese Richtung lässt sich der Abschnitt nicht verschieben." in page.text


def test_section_moves_by_the_mouse_and_the_tree_comes_back(staff: Client, version: ConceptVersion) -> None:
    above, section = section_of(version, "Ausgangslage"), section_of(version, "Ziele")
    data = {"parent": above.pk, "position": 0, "offen": section.pk}
    answer = staff.post(url("section_move", section.pk), data, headers=JSON).json()
    assert answer["sentence"] == "Verschoben: 1.1 Ziele"
    assert answer["tree"].count('aria-current="page"') == 1
    assert titles(version) == ["1 Ausgangslage", "1.1 Ziele"]


def test_section_does_not_move_into_another_concept(staff: Client, version: ConceptVersion) -> None:
    elsewhere = make_section(make_concept("Anderes"), "Anderswo")
    section = section_of(version, "Ziele")
    answer = staff.post(url("section_move", section.pk), {"parent": elsewhere.pk, "position": 0}, headers=JSON)
    assert answer.status_code == 400
    assert titles(version) == ["1 Ausgangslage", "2 Ziele"]


def test_section_does_not_move_under_itself(staff: Client, version: ConceptVersion) -> None:
    section = section_of(version, "Ziele")
    below = make_section(version, "Teilziel", parent=section)
    answer = staff.post(url("section_move", section.pk), {"parent": below.pk, "position": 0}, headers=JSON)
    assert answer.json()["sentence"] == "Ein Abschnitt kann nicht unter sich selbst stehen."


def test_section_of_a_frozen_version_does_not_move(staff: Client, version: ConceptVersion) -> None:
    freeze(version)
    where = url("section_move", section_of(version, "Ziele").pk)
    assert staff.post(where, {"direction": "up"}).status_code == 409
    assert staff.post(where, {"direction": "up"}, headers=JSON).status_code == 409
    assert titles(version) == ["1 Ausgangslage", "2 Ziele"]


def test_section_is_deleted_with_what_is_below(staff: Client, version: ConceptVersion) -> None:
    section = section_of(version, "Ziele")
    make_section(version, "Zweites", parent=make_section(version, "Erstes", parent=section))
    assert "mit ihm 2 Abschnitte darunter" in staff.get(url("section_delete", section.pk)).text
    staff.post(url("section_delete", section.pk))
    assert titles(version) == ["1 Ausgangslage"]


# Handlungsfelder


def test_deleting_names_the_sections_that_refer_to_it(staff: Client, version: ConceptVersion) -> None:
    gone = section_of(version, "Ausgangslage")
    link = f'<p><a href="#section:{gone.uuid}">Kapitel</a></p>'
    other = changes.add_section(version, title="Anderswo", body=link)
    changes.add_section(version, title="Darunter", parent=gone, body=link)
    answer = staff.get(url("section_delete", gone.pk))
    assert [node.section for node in answer.context["referring"]] == [other]
    assert "Andere Abschnitte verweisen hierher" in answer.content.decode()


def test_action_area_is_added_changed_moved_and_deleted(staff: Client, version: ConceptVersion) -> None:
    topic, section = factories.make_topic("schule"), section_of(version, "Ziele")
    data = {"title": "Bildung", "strand": "bildung", "section": section.pk, "topics": [topic.pk], "lock_version": 1}
    data["key"] = str(uuid4())
    for _twice in range(2):
        staff.post(url("action_area_add", version.pk), data)
    area = ActionArea.objects.get()
    assert (area.title, area.section, list(area.topics.all())) == ("Bildung", section, [topic])
    other = changes.add_action_area(version, title="Gesundheit", strand="querschnitt")
    staff.post(url("action_area_move", other.pk), {"direction": "up"})
    assert list(version.action_areas.all()) == [other, area]
    staff.post(url("action_area_edit", area.pk), data | {"title": "Lernen"})
    area.refresh_from_db()
    assert area.title == "Lernen"
    staff.post(url("action_area_delete", area.pk))
    assert list(ActionArea.objects.all()) == [other]


def test_action_area_of_a_frozen_version_changes_only_its_topics(staff: Client, version: ConceptVersion) -> None:
    topic = factories.make_topic("schule")
    area = changes.add_action_area(version, title="Bildung", strand="bildung")
    freeze(version)
    page = staff.get(url("action_area_edit", area.pk))
    assert list(page.context["form"].fields) == ["topics"]
    staff.post(url("action_area_edit", area.pk), {"topics": [topic.pk]})
    assert list(area.topics.all()) == [topic]
    data = {"title": "Anders", "strand": "bildung", "lock_version": 1}
    answer = staff.post(url("action_area_edit", area.pk), data)
    assert (answer.status_code, "Anders" in answer.text) == (409, True)
    assert staff.get(url("action_area_delete", area.pk)).status_code == 409
    assert staff.post(url("action_area_move", area.pk), {"direction": "up"}).status_code == 409


# Freezing and deciding


def test_obstacles_keep_a_version_from_being_frozen(staff: Client, version: ConceptVersion) -> None:
    section = make_section(version, "Bild", body="<p>x</p><table><tbody><tr><td>1</td></tr></tbody></table>")
    page = staff.get(url("version_freeze", version.pk)).text
    assert "hat eine Tabelle ohne Kopfzeile" in page
    assert f'href="{url("section_edit", section.pk)}?stelle=2"' in page
    answer = staff.post(url("version_freeze", version.pk), {"as_of": "2026-01-01", "seen": "on"})
    version.refresh_from_db()
    assert (answer.status_code, version.status) == (200, "draft")


def test_draft_is_seen_as_pdf_before_it_is_frozen(
    staff: Client, version: ConceptVersion, run_jobs: Callable[[], list[Job]]
) -> None:
    assert staff.get(url("version_preview", version.pk)).status_code == 404
    page = staff.post(url("version_preview", version.pk), follow=True)
    assert page.context["job"].kind == "concepts.render_preview"
    run_jobs()
    assert "Vorschau öffnen" in staff.get(url("version_detail", version.pk)).text
    answer = staff.get(url("version_preview", version.pk))
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/pdf", "private, no-store")
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")
    freeze(version)
    assert staff.get(url("version_preview", version.pk)).status_code == 404
    assert staff.post(url("version_preview", version.pk)).status_code == 409


def test_hints_need_one_tick(staff: Client, version: ConceptVersion) -> None:
    answer = staff.post(url("version_freeze", version.pk), {"as_of": "2026-01-01"})
    assert "Bitte bestätigen Sie, dass Sie die Hinweise gelesen haben." in answer.text
    staff.post(url("version_freeze", version.pk), {"as_of": "2026-01-01", "seen": "on"})
    version.refresh_from_db()
    assert (version.status, version.as_of) == ("frozen", date(2026, 1, 1))


def test_freezing_starts_the_pdf_and_its_page_shows_the_job(staff: Client, version: ConceptVersion) -> None:
    answer = staff.post(url("version_freeze", version.pk), {"as_of": "2026-01-01", "seen": "on"}, follow=True)
    job = Job.objects.get(kind="concepts.render_version")
    assert (answer.redirect_chain[0][0], answer.context["job"]) == (url("version_detail", version.pk), job)
    assert "Abgeschlossen" in answer.text


def test_freezing_offers_the_day_of_the_cover(staff: Client, version: ConceptVersion) -> None:
    assert staff.get(url("version_freeze", version.pk)).context["form"]["as_of"].value() == timezone.localdate()
    ConceptVersion.objects.filter(pk=version.pk).update(as_of=date(2025, 5, 5))
    assert staff.get(url("version_freeze", version.pk)).context["form"]["as_of"].value() == date(2025, 5, 5)


def test_day_of_freezing_cannot_lie_ahead(staff: Client, version: ConceptVersion) -> None:
    answer = staff.post(url("version_freeze", version.pk), {"as_of": "2999-01-01", "seen": "on"})
    assert "Das Datum liegt in der Zukunft." in answer.text


def test_lead_takes_a_version_from_frozen_to_public(head: Client, version: ConceptVersion) -> None:
    freeze(version)
    where = url("version_detail", version.pk)
    assert head.post(where, {"verb": "forward", "forward-committee": "Kreistag"}).status_code == 302
    page = head.get(where)
    forms = {step.verb: form for step, form in page.context["steps"]}
    assert forms["adopt"]["adopted_by"].value() == "Kreistag"
    decision = {"adopt-adopted_by": "Kreistag", "adopt-adopted_on": "2026-03-01", "adopt-paper_number": "118/2026"}
    head.post(where, {"verb": "adopt", **decision})
    head.post(where, {"verb": "publish"})
    version.refresh_from_db()
    assert (version.status, version.paper_number, version.published_on) == ("adopted", "118/2026", timezone.localdate())
    assert [step.title for step in head.get(where).context["history"]] == [
        "Veröffentlicht",
        "Beschlossen",
        "Einem Gremium vorgelegt",
    ]


def test_refused_step_comes_back_with_its_text(head: Client, version: ConceptVersion) -> None:
    freeze(version, published_on=timezone.localdate())
    answer = head.post(url("version_detail", version.pk), {"verb": "withdraw", "withdraw-reason": ""})
    assert answer.status_code == 200
    assert "Dieses Feld ist zwingend erforderlich" in answer.text or "Bitte" in answer.text
    answer = head.post(url("version_detail", version.pk), {"verb": "forward", "forward-paper_number": "7/2026"})
    assert "7/2026" in answer.text


def test_step_after_somebody_else_shows_what_was_typed(head: Client, lead: User, version: ConceptVersion) -> None:
    freeze(version)
    lifecycle.forward(version, by=lead, committee="Kreistag")
    data = {"verb": "forward", "forward-committee": "Sozialausschuss", "forward-paper_number": "9/2026"}
    answer = head.post(url("version_detail", version.pk), data)
    assert answer.status_code == 409
    assert "Sozialausschuss" in answer.text
    assert "9/2026" in answer.text


@pytest.mark.parametrize("verb", ["forward", "adopt", "publish"])
def test_editor_takes_none_of_the_leads_steps(staff: Client, version: ConceptVersion, verb: str) -> None:
    status = "committee" if verb == "adopt" else "frozen"
    freeze(version, status=status, forwarded_on=date(2026, 1, 1))
    data = {"forward-committee": "Kreistag", "adopt-adopted_by": "Kreistag", "adopt-adopted_on": "2026-03-01"}
    page = staff.get(url("version_detail", version.pk))
    assert page.context["steps"] == []
    assert staff.post(url("version_detail", version.pk), {"verb": verb, **data}).status_code == 403
    assert not StatusChange.objects.exists()


@pytest.mark.parametrize("sections", [1, 30])
def test_version_page_takes_the_same_queries_for_any_length(
    staff: Client, django_assert_max_num_queries: DjangoAssertNumQueries, sections: int
) -> None:
    version = make_concept()
    for number in range(sections):
        section = make_section(version, f"Abschnitt {number}")
        area = changes.add_action_area(version, title=f"Feld {number}", strand="bildung", section=section)
        area.topics.add(factories.make_topic())
    with django_assert_max_num_queries(24):
        staff.get(url("version_detail", version.pk))
