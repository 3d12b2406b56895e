"""The table of coverage as PDF: checked by veraPDF, made by a job, gone after a day."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from kiportal.common.models import Job, User
from kiportal.common.pdf.fonts import unprintable
from offers import vain
from offers.coverage import pdf, snapshots
from offers.coverage_filters import CoverageFilters
from offers.models import Need
from offers.views.coverage import sheet_of
from tests import factories, pdf_structure, verapdf

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]

type RunJobs = Callable[[], list[Job]]
MAKE = "/arbeitsplatz/abdeckung/pdf/"


@pytest.fixture(autouse=True)
def _media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def staff(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


@pytest.fixture
def offers(db: None) -> None:
    places = [factories.make_municipality(f"Gemeinde am Großen Wald {number}") for number in range(11)]
    topics = [factories.make_topic(name=f"Gesundheitsförderung und Prävention {number}") for number in range(12)]
    for number, place in enumerate(places[:-1]):
        factories.make_offer(municipalities=[place], topics=topics[: number + 1])
    factories.make_offer(is_countywide=True, municipalities=[], topics=topics[:2])
    Need.objects.create(text="Chor", municipality=places[-1], topic=topics[-1])
    vain.count(vain.words_of("Chor am Vormittag"), language="de")


def test_pdf_passes_verapdf_and_has_headers_in_every_part(
    staff: Client, offers: None, run_jobs: RunJobs, tmp_path: Path
) -> None:
    day = timezone.localdate() - timedelta(days=30)
    snapshots.take_earlier(day)
    progress = staff.post(f"{MAKE}?vergleich={day}&fleck=vor-ort")["Location"]
    assert "Das PDF wird erstellt" in staff.get(progress).text
    assert staff.get(f"{progress}abdeckung.pdf").status_code == 404
    [job] = run_jobs()
    assert (job.state, job.error) == (Job.State.DONE, "")
    assert "Das PDF ist fertig" in staff.get(progress, headers={"HX-Request": "true"}).text
    answer = staff.get(f"{progress}abdeckung.pdf")
    assert f"abdeckung-{timezone.localdate()}.pdf" in answer["Content-Disposition"]
    content = b"".join(answer)
    upright = tmp_path / "hoch.pdf"
    upright.write_bytes(
        pdf.render_pdf(pdf.printable(sheet_of(CoverageFilters(None))) | {"is_wide": False}, job.pk).content
    )
    wide = tmp_path / "quer.pdf"
    wide.write_bytes(content)
    assert verapdf.failures(wide, upright) == {wide: [], upright: []}
    printed = pdf_structure.open_pdf(content)
    structure = pdf_structure.read_structure(printed)
    assert pdf_structure.content_outside_tree(printed, structure) == []
    assert structure.cells_without_header == 0
    assert all(table["TH"] > table["TR"] for table in structure.tables)
    assert structure.headings == [1, 2, 2, 2, 2]
    _left, _bottom, width, height = printed.pages[0].mediabox
    assert width > height


def test_html_holds_the_numbers_of_the_sheet_with_date_and_filters(offers: None) -> None:
    sheet = sheet_of(CoverageFilters(None))
    html = pdf.render_html(pdf.printable(sheet))
    assert f"Stand: {timezone.localdate():%d.%m.%Y}" in html
    assert "Filter: keine" in html
    assert html.count('<td class="gap">') == sheet.gap_count
    assert html.count("<strong>keins</strong>") == sheet.gap_count
    assert "1 Bedarf" in html
    assert unprintable(html) == ""
    numbers = html.partition("Vergeblich gesucht")[0]
    cells = sum(numbers.count(f"<{kind}") for kind in ("td>", 'td class="gap">'))
    assert cells == (len(sheet.rows) + 1) * (len(sheet.columns) + 1)


def test_narrow_table_stands_upright_in_one_part(offers: None) -> None:
    printed = pdf.printable(sheet_of(CoverageFilters(None)))
    assert printed["is_wide"]
    few = printed | {"is_wide": False}
    assert "sheet--wide" not in pdf.render_html(few)


def test_same_table_asked_for_again_is_the_same_job(staff: Client, offers: None, run_jobs: RunJobs) -> None:
    first, second = (staff.post(MAKE)["Location"] for _time in range(2))
    assert (first == second, Job.objects.count()) == (True, 1)
    run_jobs()
    assert staff.post(MAKE)["Location"] == first
    factories.make_offer()
    assert staff.post(MAKE)["Location"] != first


def test_file_goes_after_a_day_and_can_be_made_again(staff: Client, offers: None, run_jobs: RunJobs) -> None:
    progress = staff.post(MAKE)["Location"]
    [job] = run_jobs()
    call_command("purge", verbosity=0)
    assert default_storage.exists(pdf.name(job.pk))
    later = timezone.now() + timedelta(seconds=1)
    assert (pdf.purge(later, delete=False), pdf.purge(later, delete=True), pdf.purge(later, delete=True)) == (1, 1, 0)
    assert "Die Datei ist gelöscht" in staff.get(progress).text
    assert staff.post(MAKE)["Location"] != progress


def test_failed_job_is_told_and_another_kind_of_job_is_no_pdf(staff: Client, offers: None) -> None:
    progress = staff.post(MAKE)["Location"]
    Job.objects.update(state=Job.State.FAILED, error="Der Speicher hat nicht gereicht.", finished_at=timezone.now())
    assert "Der Speicher hat nicht gereicht." in staff.get(progress).text
    assert staff.post(MAKE)["Location"] != progress
    other = Job.objects.create(kind="offers.follow_school_holidays")
    assert staff.get(f"{MAKE}{other.pk}/").status_code == 404
