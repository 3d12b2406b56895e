"""The concept of the demo: a version in force and its Fortschreibung, in every Kreis."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import TestCase
from django.utils import timezone
from pytest_django import Settings

from actors.models import Organisation
from concepts.models import Concept, ConceptVersion, VersionPDF
from concepts.outline import Outline
from concepts.rendering import pictured, referenced
from concepts.review import findings
from kiportal.common.models import Job, StatusChange
from kiportal.pages import data, demo
from kiportal.pages.setup import set_up
from offers.models import Offer

pytestmark = pytest.mark.django_db


def _outlines() -> tuple[Outline, Outline]:
    versions = ConceptVersion.objects.filter(concept__kind=Concept.Kind.INTEGRATION_CONCEPT).order_by("number")
    first, second = (Outline.of(version, with_texts=True) for version in versions)
    return first, second


@pytest.mark.parametrize("slug", data.profile_slugs())
def test_demo_concept_has_two_versions_in_every_kreis(slug: str) -> None:
    set_up(slug)
    demo.load()
    versions = ConceptVersion.objects.filter(concept__kind=Concept.Kind.INTEGRATION_CONCEPT).order_by("number")
    assert list(versions.values_list("number", "status")) == [(1, "adopted"), (2, "committee")]
    for version in ConceptVersion.objects.all():
        assert findings(version) == []
        outline = Outline.of(version, with_texts=True)
        bodies = [node.section.body for node in outline]
        assert not re.search(r"data-|[{}]", "".join(bodies))
        assert set().union(*map(referenced, bodies)) <= outline.by_uuid.keys()
        assert pictured(bodies) <= set(version.concept.images.values_list("uuid", flat=True))
    for outline in _outlines():
        areas = next(node for node in outline.chapters if node.section.title.endswith("Handlungsfelder"))
        assert all(node.children for node in areas.children if node.section.action_areas.exists()) or slug in {
            "kreis-coesfeld"  # one of its Handlungsfelder has nothing but its own text in the first version
        }
        assert sum(len(re.sub(r"<[^>]+>", " ", node.section.body).split()) for node in outline) > 6500


class ReadDemoConceptTests(TestCase):
    """These only read, so one load serves them all."""

    @classmethod
    def setUpTestData(cls) -> None:
        set_up("kreis-siegen-wittgenstein")
        demo.load()

    def test_demo_versions_differ_in_text_order_and_extent(self) -> None:
        first, second = _outlines()
        added, dropped = second.by_uuid.keys() - first.by_uuid.keys(), first.by_uuid.keys() - second.by_uuid.keys()
        assert {second.by_uuid[key].section.title for key in added} == {
            "Was sich gegenüber der ersten Fassung geändert hat",
            "Angebote nach Thema",
            "Konflikte im Zusammenleben",
            "Anhang B: Angebote und Projekte",
        }
        assert {first.by_uuid[key].section.title for key in dropped} == {"Aufbauphase"}
        common = [node.section.uuid for node in first if node.section.uuid in second.by_uuid]
        changed = [key for key in common if first.by_uuid[key].section.body != second.by_uuid[key].section.body]
        assert 10 <= len(changed) <= len(common) / 3
        chapters = [[node.section.title for node in outline.chapters] for outline in (first, second)]
        assert chapters[0].index("Beteiligung") < chapters[0].index("Leitbild")
        assert chapters[1].index("Leitbild") < chapters[1].index("Beteiligung")
        note = ConceptVersion.objects.get(number=2).changes_note
        assert "Konflikten im Zusammenleben" in note

    def test_demo_concept_has_what_a_long_document_has(self) -> None:
        for outline in _outlines():
            text = "".join(node.section.body for node in outline)
            assert text.count("<table>") > 40
            assert text.count('class="fn"') >= 3
            assert text.count("<figure>") >= 3
            assert 'lang="uk"' in text
            assert 'lang="ar" dir="rtl"' in text
            paragraphs = [found for found in re.findall(r"<p>(.*?)</p>", text) if len(found) > 60]
            assert len(set(paragraphs)) == len(paragraphs)
        _, second = _outlines()
        annex = next(node.section.body for node in second if node.section.title.startswith("Anhang B"))
        on = ConceptVersion.objects.get(number=2).as_of
        assert on is not None
        offers = Offer.objects.visible_to_public(on).filter(published_at__date__lte=on)
        assert annex.count("<tr>") - 1 == offers.count() > 40
        directory = next(node.section.body for node in second if node.section.title.startswith("Anhang A"))
        assert directory.count("<tr>") - 1 == Organisation.objects.visible_to_public().count()

    def test_demo_concept_has_a_history_in_the_past(self) -> None:
        today = timezone.localdate()
        first, second = ConceptVersion.objects.order_by("number")
        assert first.as_of is not None
        assert first.adopted_on is not None
        assert first.published_on is not None
        assert second.as_of is not None
        assert second.forwarded_on is not None
        assert second.meets_on is not None
        assert first.as_of < first.adopted_on < first.published_on < second.as_of < second.forwarded_on < today
        assert today + timedelta(days=14) < second.meets_on <= today + timedelta(days=21)
        assert second.published_on is None
        assert (first.adopted_by, second.committee) == ("Kreistag", "Kreistag")
        assert all(re.fullmatch(r"\d{3}/20\d\d", version.paper_number) for version in (first, second))
        changes = StatusChange.objects.for_target(first)
        assert [change.verb for change in changes] == ["freeze", "forward", "adopt", "publish"]
        assert [change.at for change in changes] == sorted(change.at for change in changes)
        assert first.frozen_at == changes[0].at
        steps = list(StatusChange.objects.for_target(second))
        assert [step.at for step in steps] == sorted(step.at for step in steps)
        assert second.created_at <= steps[0].at
        assert steps[-1].at < timezone.now() - timedelta(days=1)
        assert not Job.objects.unfinished().exists()


def test_demo_focus_paper_is_in_force_with_its_old_stand() -> None:
    set_up("rhein-erft-kreis")
    demo.load()
    paper = ConceptVersion.objects.get(concept__kind=Concept.Kind.FOCUS_PAPER)
    assert (paper.status, str(paper.as_of)) == ("adopted", "2013-08-28")
    assert paper.published_on is not None


def test_load_demo_stores_the_documents_once() -> None:
    set_up("kreis-siegen-wittgenstein")
    output, problems = StringIO(), StringIO()
    call_command("load_demo", stdout=StringIO(), stderr=problems)
    call_command("load_demo", stdout=output, stderr=problems)
    assert output.getvalue() == "Demo content: 0 organisations, 0 offers added.\n"
    assert problems.getvalue() == ""
    assert VersionPDF.objects.count() == Job.objects.filter(kind="concepts.render_version").count() == 2
    for document in VersionPDF.objects.all():
        assert document.pages >= 30
        assert document.file.read(5) == b"%PDF-"


def test_load_demo_says_why_there_are_no_documents(settings: Settings) -> None:
    """The demo is complete without them: they are made when somebody lets the job run again."""
    settings.KIPORTAL_PDF_SECONDS = 0
    set_up("kreis-wesel")
    problems = StringIO()
    call_command("load_demo", stdout=StringIO(), stderr=problems)
    assert problems.getvalue().startswith("The PDFs of the concepts are not made yet: ")
    assert problems.getvalue().count("\n") == 1
    assert not VersionPDF.objects.exists()
    assert set(Job.objects.filter(kind="concepts.render_version").values_list("state", flat=True)) == {"failed"}
