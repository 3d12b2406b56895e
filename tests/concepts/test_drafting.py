"""Writing together: autosave and its history, who is at work, notes, templates."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from concepts import drafting, lifecycle, pdf
from concepts.history import SITTING
from concepts.models import ConceptVersion, Presence, Section, SectionNote, SectionTemplate
from concepts.outline import Outline
from concepts.querysets import PRESENT
from concepts.retention import presences
from concepts.review import findings
from kiportal.common import roles
from kiportal.common.models import User
from tests import factories
from tests.concepts.factories import make_concept, make_section

pytestmark = pytest.mark.django_db


@pytest.fixture
def section() -> Section:
    return make_section(make_concept(), "Ziele")


@pytest.fixture
def staff(client: Client, editor: User, centre: object) -> Client:
    client.force_login(editor)
    return client


def save(client: Client, section: Section, body: str, *, by_itself: bool = True) -> int:
    section.refresh_from_db()
    data = {"title": section.title, "body": body, "state": "writing", "lock_version": section.lock_version}
    headers = {"Accept": "application/json"} | ({"X-Autosave": "1"} if by_itself else {})
    return client.post(reverse("concepts:staff_section_edit", args=[section.pk]), data, headers=headers).status_code


def kept(section: Section) -> list[str]:
    """The texts in the field history, oldest first."""
    events = Section.pgh_event_model.objects.filter(pgh_obj_id=section.pk)  # type: ignore[attr-defined]
    return [
        body.removeprefix("<p>").removesuffix("</p>")
        for body in events.order_by("pgh_id").values_list("body", flat=True)
    ]


# Autosave


def test_autosaves_of_one_sitting_leave_one_entry(staff: Client, section: Section) -> None:
    for text in ("a", "b", "c"):
        assert save(staff, section, f"<p>{text}</p>") == 200
    assert kept(section) == ["Text zu Ziele.", "c"]


def test_what_was_saved_by_hand_stays_in_the_history(staff: Client, section: Section) -> None:
    for text, by_itself in [("a", True), ("b", False), ("c", True), ("d", True)]:
        save(staff, section, f"<p>{text}</p>", by_itself=by_itself)
    assert kept(section) == ["Text zu Ziele.", "a", "b", "d"]


def test_autosave_never_drops_the_text_of_somebody_else(staff: Client, section: Section) -> None:
    other = Client()
    other.force_login(factories.make_user(roles.LEAD, "lead-two"))
    for client, text in [(staff, "a"), (other, "b"), (staff, "c")]:
        save(client, section, f"<p>{text}</p>")
    assert kept(section) == ["Text zu Ziele.", "a", "b", "c"]


def test_sitting_ends_with_a_pause(staff: Client, section: Section) -> None:
    save(staff, section, "<p>a</p>")
    Section.pgh_event_model.objects.update(pgh_created_at=timezone.now() - 2 * SITTING)  # type: ignore[attr-defined]
    save(staff, section, "<p>b</p>")
    assert kept(section) == ["Text zu Ziele.", "a", "b"]


def test_stale_autosave_changes_nothing(staff: Client, section: Section) -> None:
    data = {"title": "Ziele", "body": "<p>x</p>", "state": "open", "lock_version": 0}
    headers = {"Accept": "application/json", "X-Autosave": "1"}
    answer = staff.post(reverse("concepts:staff_section_edit", args=[section.pk]), data, headers=headers)
    assert (answer.status_code, answer.json()) == (409, {"reason": "stale"})
    assert kept(section) == ["Text zu Ziele."]


# Who is at work


def test_others_are_named_until_they_give_no_sign(section: Section) -> None:
    now = timezone.now()
    first, second = factories.make_user(roles.EDITOR, "a"), factories.make_user(roles.LEAD, "b")
    assert drafting.sign(section, first, now) == []
    assert [each.user for each in drafting.sign(section, second, now + timedelta(minutes=1))] == [first]
    [entry] = drafting.sign(section, first, now + timedelta(minutes=2))
    assert (entry.user, entry.since) == (second, now + timedelta(minutes=1))
    assert Presence.objects.get(user=first).since == now
    assert drafting.sign(section, second, now + timedelta(minutes=2) + PRESENT) == []
    assert list(Presence.objects.values_list("user", flat=True)) == [second.pk]


def test_whoever_opens_another_section_has_left_this_one(section: Section, editor: User) -> None:
    other = make_section(section.version, "Bedarf")
    for each in (section, other):
        drafting.sign(each, editor, timezone.now())
    assert list(Presence.objects.values_list("section", flat=True)) == [other.pk]


def test_last_sign_is_purged(section: Section, editor: User) -> None:
    now = timezone.now()
    drafting.sign(section, editor, now)
    assert presences(now, delete=True) == 0
    assert presences(now + timedelta(seconds=1), delete=False) == 1
    assert presences(now + timedelta(seconds=1), delete=True) == 1
    assert not Presence.objects.exists()


# Notes


def test_empty_note_comes_back_with_a_sentence(staff: Client, section: Section) -> None:
    answer = staff.post(reverse("concepts:staff_note_list", args=[section.pk]), {"text": " "})
    assert (answer.status_code, SectionNote.objects.count()) == (200, 0)


def test_note_of_another_section_is_not_answered(staff: Client, section: Section) -> None:
    note = SectionNote.objects.create(section=make_section(section.version, "Bedarf"), text="x")
    data = {"text": "y", "answer_to": note.pk}
    assert staff.post(reverse("concepts:staff_note_list", args=[section.pk]), data).status_code == 404


def test_open_note_is_a_hint_until_it_is_ticked_off(staff: Client, section: Section) -> None:
    note = SectionNote.objects.create(section=section, text="Zahlen?")
    sentence = "Kapitel 1 Ziele hat 1 offene interne Notiz."
    assert [each.blocks for each in findings(section.version) if each.sentence == sentence] == [False]
    staff.post(reverse("concepts:staff_note_mark", args=[note.pk]))
    assert sentence not in [each.sentence for each in findings(section.version)]


def test_notes_are_in_nothing_that_is_frozen_or_printed(section: Section, editor: User, centre: object) -> None:
    note = SectionNote.objects.create(section=section, text="zwergdommel", by=editor)
    SectionNote.objects.create(section=section, text="zwergdommel", answer_to=note)
    version = section.version
    assert "zwergdommel" not in pdf.render_version_html(version)
    lifecycle.freeze(version, by=editor, as_of=timezone.localdate())
    assert "zwergdommel" not in pdf.render_version_html(version)
    draft = lifecycle.start_next_version(version, by=editor)
    assert SectionNote.objects.filter(section__version=draft).count() == 2
    assert "zwergdommel" not in pdf.render_version_html(draft)


# Templates


def test_chapter_is_made_with_the_sections_of_a_template(staff: Client, section: Section) -> None:
    version = section.version
    template = SectionTemplate.objects.create(
        name="Handlungsfeld", hint="Worum geht es?", parts="Ausgangslage | Was wissen wir?\n\nBedarf\nZiele|\n"
    )
    data = {"title": "Bildung", "is_numbered": "on", "key": uuid4(), "template": template.pk}
    for _twice in range(2):
        staff.post(reverse("concepts:staff_section_add", args=[version.pk]), data)
    headings = [node.heading for node in Outline.of(version)]
    assert headings == ["1 Ziele", "2 Bildung", "2.1 Ausgangslage", "2.2 Bedarf", "2.3 Ziele"]
    guides = SectionNote.objects.filter(kind=SectionNote.Kind.GUIDE).values_list("section__title", "text")
    assert list(guides) == [("Bildung", "Worum geht es?"), ("Ausgangslage", "Was wissen wir?")]


def test_template_too_deep_adds_nothing(staff: Client, section: Section) -> None:
    version, above = section.version, section
    for title in ("A", "B"):
        above = make_section(version, title, parent=above)
    template = SectionTemplate.objects.create(name="Handlungsfeld", parts="Ziele")
    data = {"title": "C", "key": uuid4(), "template": template.pk}
    address = reverse("concepts:staff_section_add", args=[version.pk])
    answer = staff.post(f"{address}?unter={above.pk}", data)
    assert "hier ist kein Platz" in answer.content.decode()
    assert ConceptVersion.objects.get(pk=version.pk).sections.count() == 3


def test_template_is_kept_by_staff(staff: Client, section: Section) -> None:
    staff.post(reverse("concepts:staff_template_add"), {"name": "Kurz", "parts": "| ohne", "lock_version": 1})
    assert not SectionTemplate.objects.exists()
    staff.post(reverse("concepts:staff_template_add"), {"name": "Kurz", "parts": "Ziele", "lock_version": 1})
    template = SectionTemplate.objects.get()
    address = reverse("concepts:staff_template_edit", args=[template.pk])
    staff.post(address, {"name": "Lang", "parts": "Ziele\nBedarf", "lock_version": 1})
    template.refresh_from_db()
    assert (template.name, [heading for heading, _hint in template.lines]) == ("Lang", ["Ziele", "Bedarf"])
    staff.post(reverse("concepts:staff_template_delete", args=[template.pk]))
    assert not SectionTemplate.objects.exists()
