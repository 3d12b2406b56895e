"""What the database holds true by itself, whatever writes to it."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from concepts import changes
from concepts.models import ConceptVersion, Section
from concepts.models.triggers import FROZEN, OTHER_VERSION
from tests.concepts.factories import freeze, make_concept, make_section

pytestmark = pytest.mark.django_db


def refused(sql: str, *values: object) -> str:
    with pytest.raises(IntegrityError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return str(error.value).partition("\n")[0]


@pytest.fixture
def frozen() -> ConceptVersion:
    version = make_concept()
    make_section(version, "Einleitung")
    changes.add_action_area(version, title="Bildung und Erziehung", strand="bildung")
    freeze(version)
    return version


def test_concept_has_one_draft_at_most() -> None:
    version = make_concept()
    with pytest.raises(IntegrityError, match="concepts_one_draft"):
        ConceptVersion.objects.create(concept=version.concept, number=2, title="Noch einer")


def test_concept_has_one_version_in_force_at_most(frozen: ConceptVersion) -> None:
    adopted = {"status": "adopted", "adopted_on": date(2024, 5, 1)}
    ConceptVersion.objects.filter(pk=frozen.pk).update(**adopted)
    with pytest.raises(IntegrityError, match="concepts_one_in_force"):
        ConceptVersion.objects.create(
            concept=frozen.concept, number=2, title="Neu", as_of=frozen.as_of, frozen_at=timezone.now(), **adopted
        )


@pytest.mark.parametrize("column", ["title", "body", "parent_id", "sort_order", "uuid", "is_numbered"])
def test_section_of_frozen_version_never_changes(frozen: ConceptVersion, column: str) -> None:
    sql = f"UPDATE concepts_section SET {column} = {column} WHERE version_id = %s"  # noqa: S608
    assert refused(sql, frozen.pk) == FROZEN


def test_section_of_frozen_version_is_never_deleted(frozen: ConceptVersion) -> None:
    assert refused("DELETE FROM concepts_section WHERE version_id = %s", frozen.pk) == FROZEN


def test_section_cannot_be_moved_into_a_frozen_version(frozen: ConceptVersion) -> None:
    section = make_section(make_concept(), "Von anderswo")
    sql = "UPDATE concepts_section SET version_id = %s WHERE id = %s"
    assert refused(sql, frozen.pk, section.pk) == FROZEN


def test_section_cannot_be_moved_out_of_a_frozen_version(frozen: ConceptVersion) -> None:
    sql = "UPDATE concepts_section SET version_id = %s WHERE version_id = %s"
    assert refused(sql, make_concept().pk, frozen.pk) == FROZEN


def test_section_cannot_be_added_to_a_frozen_version(frozen: ConceptVersion) -> None:
    with pytest.raises(IntegrityError, match=FROZEN):
        Section.objects.create(version=frozen, title="Nachtrag", sort_order=99)


def test_action_area_of_frozen_version_never_changes(frozen: ConceptVersion) -> None:
    assert refused("UPDATE concepts_actionarea SET title = 'Neu' WHERE version_id = %s", frozen.pk) == FROZEN
    assert refused("DELETE FROM concepts_actionarea WHERE version_id = %s", frozen.pk) == FROZEN


@pytest.mark.parametrize(
    "change",
    [
        "title = 'Neu'",
        "subtitle = 'Neu'",
        "changes_note = 'Neu'",
        "as_of = '2000-01-01'",
        "number = 9",
        "cover = '{}'",
        "frozen_at = now()",
        "status = 'draft'",
    ],
)
def test_frozen_version_keeps_its_content(frozen: ConceptVersion, change: str) -> None:
    assert refused(f"UPDATE concepts_conceptversion SET {change} WHERE id = %s", frozen.pk) == FROZEN  # noqa: S608


def test_frozen_version_takes_decisions(frozen: ConceptVersion) -> None:
    ConceptVersion.objects.filter(pk=frozen.pk).update(published_on=date(2026, 1, 2), paper_number="118/2026")
    frozen.refresh_from_db()
    assert (frozen.published_on, frozen.paper_number) == (date(2026, 1, 2), "118/2026")


def test_frozen_version_is_never_deleted(frozen: ConceptVersion) -> None:
    assert refused("DELETE FROM concepts_conceptversion WHERE id = %s", frozen.pk) == FROZEN


def test_draft_is_deleted_with_its_content() -> None:
    version = make_concept()
    make_section(version, "Teil", parent=make_section(version, "Kapitel"))
    version.delete()
    assert not Section.objects.exists()


def test_section_lies_under_a_section_of_its_version() -> None:
    section, elsewhere = make_section(make_concept(), "Hier"), make_section(make_concept(), "Anderswo")
    sql = "UPDATE concepts_section SET parent_id = %s WHERE id = %s"
    assert refused(sql, elsewhere.pk, section.pk) == OTHER_VERSION


def test_draft_cannot_be_public() -> None:
    version = make_concept()
    with pytest.raises(IntegrityError, match="concepts_draft_is_not_public"):
        ConceptVersion.objects.filter(pk=version.pk).update(published_on=date(2026, 1, 1))
