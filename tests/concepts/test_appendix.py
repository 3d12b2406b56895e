"""A version that shows measures keeps them as values of the day on which it was closed."""

from pathlib import Path

import pgtrigger
import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from concepts import lifecycle, pdf
from concepts.models import ConceptVersion, Measure
from concepts.review import findings
from kiportal.common.models import User
from tests import pdf_structure, verapdf
from tests.concepts.factories import make_measure, make_version

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]


@pytest.fixture
def draft(db: None) -> ConceptVersion:
    version = make_version("draft")
    version.shows_measures = True
    version.save()
    area = version.action_areas.get()
    measure = make_measure("Willkommensmappe", action_area=area.uuid, steps=2, status="running", lead_office="KI")
    measure.steps.filter(sort_order=1).update(done_on=timezone.localdate())
    measure.indicators.create(name="Mappen", unit="Stück", target=400).values.create(
        counted_on=timezone.localdate(), value=120
    )
    measure.indicators.create(name="Wartezeit", unit="Tage", direction="hoechstens", target=21).values.create(
        counted_on=timezone.localdate(), value=26
    )
    for status in ("proposed", "postponed", "dropped"):
        make_measure(f"Nicht beschlossen: {status}", action_area=area.uuid, status=status)
    make_measure("Nur intern", action_area=area.uuid, is_public=False, status="running")
    make_measure("Woanders", status="running")
    return version


def freeze(version: ConceptVersion, by: User) -> None:
    lifecycle.freeze(version, by=by, as_of=timezone.localdate())


def test_measures_are_copied_when_the_version_is_closed_and_stay(draft: ConceptVersion, editor: User) -> None:
    freeze(draft, editor)
    [group] = draft.measures
    assert group["area"] == draft.action_areas.get().title
    assert [(each["title"], each["status"], each["steps"]) for each in group["measures"]] == [
        ("Willkommensmappe", "in Umsetzung", "1 von 2")
    ]
    before = pdf.render_version_html(draft)
    assert "120 Stück (Ziel 400)" in before
    assert "26 Tage (Ziel höchstens 21)" in before
    Measure.objects.update(title="Später umbenannt", status="done")
    draft.refresh_from_db()
    assert pdf.render_version_html(draft) == before


def test_database_refuses_other_measures_in_a_closed_version(draft: ConceptVersion, editor: User) -> None:
    freeze(draft, editor)
    for values in ({"measures": []}, {"shows_measures": False}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ConceptVersion.objects.filter(pk=draft.pk).update(**values)
    with pgtrigger.ignore("concepts.ConceptVersion:frozen_stays_frozen"):
        assert ConceptVersion.objects.filter(pk=draft.pk).update(measures=[]) == 1


def test_version_without_the_appendix_keeps_none(editor: User) -> None:
    version = make_version("draft")
    make_measure(action_area=version.action_areas.get().uuid, status="running")
    freeze(version, editor)
    assert version.measures == []
    assert "Anhang: Maßnahmen" not in pdf.render_version_html(version)


def test_person_in_a_measure_keeps_the_version_open(draft: ConceptVersion, editor: User) -> None:
    Measure.objects.filter(title="Willkommensmappe").update(goal="Rita Redaktion fragt alle.")
    assert "Eine Maßnahme nennt eine Person: „Rita Redaktion“" in " ".join(
        finding.sentence for finding in findings(draft) if finding.blocks
    )


def test_appendix_without_measures_is_a_hint(draft: ConceptVersion) -> None:
    Measure.objects.update(action_area=None)
    assert any("wäre leer" in finding.sentence and not finding.blocks for finding in findings(draft))


def test_pdf_with_measures_passes_verapdf(
    draft: ConceptVersion, editor: User, settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    freeze(draft, editor)
    path = tmp_path / "fassung.pdf"
    path.write_bytes(pdf.render_version_pdf(draft).content)
    assert verapdf.failures(path) == {path: []}
    structure = pdf_structure.read_structure(pdf_structure.open_pdf(path.read_bytes()))
    assert structure.cells_without_header == 0


def test_page_of_the_version_names_them(draft: ConceptVersion, editor: User, lead: User, client: Client) -> None:
    freeze(draft, editor)
    lifecycle.publish(draft, by=lead)
    text = client.get(draft.get_absolute_url()).text
    assert "Maßnahmen dieser Fassung" in text
    assert "Willkommensmappe" in text
