"""Writing in drafts: the tree stays a tree, whoever moves what."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from concepts import changes
from concepts.changes import OutlineError
from concepts.models import ActionArea, Concept, ConceptVersion, Section, SectionNote
from concepts.outline import Outline
from kiportal.common.models import User
from kiportal.common.transitions import SomebodyWasFaster, TransitionError
from tests import factories
from tests.concepts.factories import freeze, make_concept, make_section
from tests.concurrency import Thread, at_once

pytestmark = pytest.mark.django_db


def shape(version: ConceptVersion) -> list[str]:
    return [f"{node.number} {node.section.title}" for node in Outline.of(version)]


@pytest.fixture
def version() -> ConceptVersion:
    """1 A (1.1 Aa, 1.2 Ab), 2 B, 3 C"""
    version = make_concept()
    a = make_section(version, "A")
    make_section(version, "Aa", parent=a)
    make_section(version, "Ab", parent=a)
    make_section(version, "B")
    make_section(version, "C")
    return version


def section(version: ConceptVersion, title: str) -> Section:
    return version.sections.get(title=title)


@pytest.mark.parametrize(
    ("title", "direction", "expected"),
    [
        ("B", "up", ["1 B", "2 A", "2.1 Aa", "2.2 Ab", "3 C"]),
        ("B", "down", ["1 A", "1.1 Aa", "1.2 Ab", "2 C", "3 B"]),
        ("Aa", "out", ["1 A", "1.1 Ab", "2 Aa", "3 B", "4 C"]),
        ("B", "in", ["1 A", "1.1 Aa", "1.2 Ab", "1.3 B", "2 C"]),
        ("A", "down", ["1 B", "2 A", "2.1 Aa", "2.2 Ab", "3 C"]),
    ],
)
def test_step_section_moves_by_one(version: ConceptVersion, title: str, direction: str, expected: list[str]) -> None:
    changes.step_section(section(version, title), direction)
    assert shape(version) == expected


@pytest.mark.parametrize(("title", "direction"), [("A", "up"), ("C", "down"), ("A", "out"), ("A", "in"), ("A", "fort")])
def test_step_section_out_of_the_tree_is_refused(version: ConceptVersion, title: str, direction: str) -> None:
    with pytest.raises(OutlineError):
        changes.step_section(section(version, title), direction)


def test_move_section_puts_it_between_others(version: ConceptVersion) -> None:
    changes.move_section(section(version, "C"), parent=section(version, "A"), position=1)
    assert shape(version) == ["1 A", "1.1 Aa", "1.2 C", "1.3 Ab", "2 B"]
    orders = list(version.sections.filter(parent=None).values_list("sort_order", flat=True))
    assert orders == [0, 1]


def test_move_section_under_itself_is_refused(version: ConceptVersion) -> None:
    with pytest.raises(OutlineError, match="unter sich selbst"):
        changes.move_section(section(version, "A"), parent=section(version, "Aa"), position=0)


def test_move_section_below_the_fourth_level_is_refused(version: ConceptVersion) -> None:
    third = make_section(version, "Dritte", parent=section(version, "Aa"))
    make_section(version, "Vierte", parent=third)
    make_section(version, "Ba", parent=section(version, "B"))
    with pytest.raises(OutlineError, match="Ebene 4"):
        changes.move_section(section(version, "B"), parent=third, position=0)


def test_add_section_below_the_fourth_level_is_refused(version: ConceptVersion) -> None:
    fourth = make_section(version, "Vierte", parent=make_section(version, "Dritte", parent=section(version, "Aa")))
    with pytest.raises(OutlineError, match="Ebene 4"):
        changes.add_section(version, parent=fourth, title="Fünfte")


def test_delete_section_takes_what_lies_below_and_closes_the_gap(version: ConceptVersion) -> None:
    assert changes.delete_section(section(version, "A")) == 3
    assert shape(version) == ["1 B", "2 C"]
    changes.add_section(version, title="D")
    assert shape(version) == ["1 B", "2 C", "3 D"]


def test_frozen_version_takes_no_changes(version: ConceptVersion) -> None:
    area = changes.add_action_area(version, title="Bildung", strand="bildung")
    freeze(version)
    acts: list[Callable[[], object]] = [
        lambda: changes.add_section(version, title="Neu"),
        lambda: changes.move_section(section(version, "B"), parent=None, position=0),
        lambda: changes.delete_section(section(version, "B")),
        lambda: changes.add_action_area(version, title="Neu", strand="bildung"),
        lambda: changes.delete_action_area(area),
    ]
    for act in acts:
        with pytest.raises(SomebodyWasFaster):
            act()
    assert shape(version) == ["1 A", "1.1 Aa", "1.2 Ab", "2 B", "3 C"]


def test_action_areas_move_in_their_list(version: ConceptVersion) -> None:
    areas = [changes.add_action_area(version, title=title, strand="bildung") for title in ("Eins", "Zwei", "Drei")]
    changes.move_action_area(areas[2], -1)
    changes.move_action_area(areas[0], -1)
    assert [area.title for area in version.action_areas.all()] == ["Eins", "Drei", "Zwei"]


def test_copy_version_keeps_uuids_texts_and_topics(version: ConceptVersion) -> None:
    topic = factories.make_topic("sprache")
    area = changes.add_action_area(version, title="Bildung", strand="bildung", section=section(version, "Aa"))
    area.topics.add(topic)
    freeze(version)
    draft = changes.copy_version(version)
    assert (draft.number, draft.status, draft.title) == (2, ConceptVersion.Status.DRAFT, version.title)
    assert shape(draft) == shape(version)
    columns = ("uuid", "title", "body", "sort_order", "is_numbered")
    assert set(draft.sections.values_list(*columns)) == set(version.sections.values_list(*columns))
    copied = ActionArea.objects.get(version=draft)
    assert (copied.uuid, list(copied.topics.all())) == (area.uuid, [topic])
    assert copied.section == section(draft, "Aa")


def test_copy_version_takes_open_notes_along_and_begins_every_section_anew(
    version: ConceptVersion, editor: User
) -> None:
    old = section(version, "Aa")
    asked = timezone.now() - timedelta(days=9)
    note = SectionNote.objects.create(section=old, text="Zahlen?", kind=SectionNote.Kind.GUIDE, created_at=asked)
    SectionNote.objects.create(section=old, text="Im Mai.", by=editor, answer_to=note, created_at=asked)
    SectionNote.objects.create(section=old, text="Erledigt", done_at=asked)
    before = list(SectionNote.objects.values())
    version.sections.update(state=Section.State.READY)
    freeze(version)
    draft = changes.copy_version(version)
    [copy] = section(draft, "Aa").notes.threads()
    assert (copy.text, copy.kind, copy.by, copy.created_at) == ("Zahlen?", SectionNote.Kind.GUIDE, None, asked)
    assert [(each.text, each.by, each.created_at) for each in copy.answers.all()] == [("Im Mai.", editor, asked)]
    assert SectionNote.objects.filter(section__version=draft).count() == 2
    assert list(SectionNote.objects.exclude(section__version=draft).values()) == before
    assert set(draft.sections.values_list("state", flat=True)) == {Section.State.OPEN}
    assert set(version.sections.values_list("state", flat=True)) == {Section.State.READY}


def test_copy_version_beside_a_draft_is_refused(version: ConceptVersion) -> None:
    freeze(version)
    changes.copy_version(version)
    with pytest.raises(TransitionError, match="schon einen Entwurf"):
        changes.copy_version(version)


def test_concept_never_gets_the_address_of_something_else() -> None:
    make_concept("Bilder")
    make_concept("Bilder")
    assert list(Concept.objects.order_by("pk").values_list("slug", flat=True)) == ["bilder-2", "bilder-3"]


@pytest.mark.django_db(transaction=True)
def test_two_moves_at_once_leave_a_tree(version: ConceptVersion) -> None:
    b, c = section(version, "B"), section(version, "C")
    at_once(
        lambda: changes.move_section(b, parent=c, position=0),
        lambda: changes.move_section(c, parent=b, position=0),
    )
    assert sorted(title.split(" ")[1] for title in shape(version)) == ["A", "Aa", "Ab", "B", "C"]


@pytest.mark.django_db(transaction=True)
def test_text_saved_while_the_version_freezes_is_refused(version: ConceptVersion) -> None:
    """The control proves the race: the writer waits for the freeze before it is refused."""
    own = section(version, "A")
    with transaction.atomic():
        freeze(version)
        writer = Thread(lambda: Section.objects.filter(pk=own.pk).update(title="Zu spät"))
        assert writer.blocked()
    assert "never changes" in str(writer.result())
    assert Section.objects.get(pk=own.pk).title == "A"
