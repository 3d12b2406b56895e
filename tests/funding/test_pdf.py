"""The sheet and the numbers of a year as PDF: checked by veraPDF, with funders' logos, gone after a day."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image
from pytest_django.fixtures import Settings

from actors.models import FunderNote
from funding import pdf, retention
from funding.models import InKindContribution
from kiportal.common.pdf.documents import Document
from tests import factories, pdf_structure, verapdf
from tests.funding.factories import make_assignment, make_grant, make_position, make_programme, make_rates

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]
JOB = UUID(int=7)


@pytest.fixture(autouse=True)
def _media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def logo() -> None:
    stream = BytesIO()
    Image.new("RGB", (200, 80), "green").save(stream, "PNG")
    FunderNote.objects.create(
        text="Gefördert durch das Land",
        logo=ContentFile(stream.getvalue(), name="land.png"),
        logo_alternative="Wappen des Landes",
    )


def test_documents_pass_verapdf_and_have_headers_in_every_table(logo: None, tmp_path: Path) -> None:
    programme, today = make_programme(), timezone.localdate()
    make_rates(programme)
    make_assignment(make_position("Fachkräfte", programme, share=Decimal(3)), share=Decimal(2))
    make_position("Organisation und Verwaltung", programme, role="administration", share=Decimal("1.5"))
    make_position("Lehrkräfte", programme, role="teacher", funded_by="secondment", share=Decimal(2))
    make_position("Kasse", role="specialist", funded_by="county")
    make_grant(programme)
    InKindContribution.objects.create(year=today.year, kind="rooms", title="Zwei Büros")
    factories.make_offer()
    time = pdf.time_of(f"{today.year}-01-01", f"{today.year}-12-31")
    files = {}
    for kind in pdf.Kind:
        content = pdf.render_pdf(kind, time, today, JOB).content
        assert content == pdf.render_pdf(kind, time, today, JOB).content
        files[kind] = tmp_path / f"{kind}.pdf"
        files[kind].write_bytes(content)
        printed = pdf_structure.open_pdf(content)
        structure = pdf_structure.read_structure(printed)
        assert pdf_structure.content_outside_tree(printed, structure) == []
        assert structure.cells_without_header == 0
        assert structure.headings[0] == 1
        assert set(structure.headings[1:]) == {2}
    assert verapdf.failures(*files.values()) == {file: [] for file in files.values()}


def test_documents_show_who_funds_with_logo_and_its_alternative(logo: None) -> None:
    today = timezone.localdate()
    for kind in pdf.Kind:
        html = pdf.render_html(kind, pdf.time_of(f"{today.year}-01-01", f"{today.year}-12-31"), today)
        assert 'alt="Wappen des Landes"' in html
        assert "Gefördert durch das Land" in html


def test_document_is_deleted_after_a_day() -> None:
    pdf.store(JOB, Document(b"%PDF-1.7", pages=1))
    now = timezone.now()
    assert retention.documents(now - timedelta(days=1), delete=True) == 0
    assert retention.documents(now + timedelta(minutes=1), delete=True) == 1
    assert not default_storage.exists(pdf.name(JOB))
