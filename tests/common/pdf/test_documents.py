"""The path of every PDF: what comes out, that it is always the same, and that nothing takes the worker with it."""

import multiprocessing
import os
import subprocess
import sys
import time
from importlib.abc import MetaPathFinder
from multiprocessing.connection import Connection
from pathlib import Path

import billiard
import pytest
from django.conf import settings as django_settings
from pytest_django.fixtures import Settings

from kiportal.common.jobs import JobRefused
from kiportal.common.pdf import child, documents
from kiportal.common.pdf.documents import Document, render
from tests import pdf_structure, verapdf
from tests.common.pdf import samples
from tests.common.pdf.samples import IDENTIFIER, page

TEXT = f"<p>{samples.FILLER * 15}</p>"


@pytest.fixture(scope="module")
def hostile() -> Document:
    samples.store_wide_picture()
    return render(samples.hostile(), identifier=IDENTIFIER)


def test_hostile_document_passes_verapdf(hostile: Document, tmp_path: Path) -> None:
    path = tmp_path / "hostile.pdf"
    path.write_bytes(hostile.content)
    assert verapdf.failures(path) == {path: []}


def test_hostile_document_reads_well_aloud(hostile: Document) -> None:
    pdf = pdf_structure.open_pdf(hostile.content)
    structure = pdf_structure.read_structure(pdf)
    assert pdf_structure.content_outside_tree(pdf, structure) == []
    assert structure.headings[0] == 1
    assert all(after <= before + 1 for before, after in zip(structure.headings, structure.headings[1:], strict=False))
    assert sorted(set(structure.headings)) == [1, 2, 3, 4, 5, 6]
    assert len(structure.tables) >= 5  # one table runs over several pages, with its head on each
    assert all(table["TH"] and table["THead"] for table in structure.tables)
    assert structure.notes == ["note-1", "note-2"]
    assert (structure.figures_without_text, structure.cells_without_header, structure.nested_links) == (0, 0, 0)
    assert structure.kinds["Figure"] == 1


def test_running_heads_and_page_numbers_are_artifacts(hostile: Document) -> None:
    found = pdf_structure.artifacts(pdf_structure.open_pdf(hostile.content))
    assert found == dict.fromkeys(range(2, hostile.pages + 1), 3)  # the cover has none


def test_document_has_language_title_bookmarks_and_links(hostile: Document) -> None:
    pdf = pdf_structure.open_pdf(hostile.content)
    assert (str(pdf.Root.Lang), bool(pdf.Root.ViewerPreferences.DisplayDocTitle)) == ("de", True)
    with pdf.open_metadata() as metadata:
        assert metadata["dc:title"] == "Probe"
        assert metadata["xmp:CreateDate"] == "2013-08-28T00:00:00+02:00"
    assert pdf_structure.bookmarks(pdf)[:4] == [
        "Inhalt",
        "1 Ausgangslage im Kreis",
        "1.1 Menschen",
        "1.1.1 Neu zugewanderte Menschen",
    ]
    announced = pdf_structure.links(pdf)
    assert "Kapitel 1.1.1" in announced
    assert "ki@example.org" in announced
    assert all(announced)


def test_fonts_are_only_our_own(hostile: Document) -> None:
    names = pdf_structure.fonts(pdf_structure.open_pdf(hostile.content))
    assert {name for name in names if not name.startswith(("Fira-Sans", "Noto-Sans-Arabic"))} == set()
    assert {"Fira-Sans", "Fira-Sans-Cyrillic", "Noto-Sans-Arabic"} <= names


def test_text_of_unknown_font_is_set_in_ours() -> None:
    document = render(page('<p style="font-family: DejaVu Serif, Helvetica, serif">Probe</p>'), identifier=IDENTIFIER)
    assert {
        name for name in pdf_structure.fonts(pdf_structure.open_pdf(document.content)) if "Fira" not in name
    } == set()


def test_same_html_gives_same_bytes(hostile: Document) -> None:
    assert render(samples.hostile(), identifier=IDENTIFIER).sha256 == hostile.sha256


def test_same_html_gives_same_bytes_in_another_process_on_another_day(hostile: Document, tmp_path: Path) -> None:
    path = tmp_path / "hostile.html"
    path.write_text(samples.hostile())
    code = (
        "import sys, django, time_machine\n"
        "django.setup()\n"
        "from kiportal.common.pdf import child, fonts, resources, typesetter\n"
        "def read(address):\n"
        "    found = resources.read(address)\n"
        "    return found.content, found.media_type\n"
        f"html = open({str(path)!r}, encoding='utf-8').read()\n"
        f"work = child.Work(html, {IDENTIFIER!r}, fonts.stylesheets(html), 60, 600)\n"
        "with time_machine.travel('2031-05-04 03:02:01'):\n"
        "    done = typesetter.typeset(work, read, lambda page, section: None)\n"
        "sys.stdout.buffer.write(done.content)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=django_settings.BASE_DIR,
        env={"DJANGO_SETTINGS_MODULE": "tests.settings"}
        | {name: os.environ[name] for name in ("VAR", "PYTEST_XDIST_WORKER") if name in os.environ}
        | {"PYTHONHASHSEED": "7", "PATH": "", "TZ": "Pacific/Auckland", "LC_ALL": "C"},
        capture_output=True,
        check=True,
        timeout=120,
    )
    assert done.stdout == hostile.content


def test_progress_tells_page_and_section() -> None:
    places: list[tuple[int, str]] = []
    contents = "".join(f'<a href="#k{number}">{number}</a> ' for number in range(60))
    chapters = "".join(f'<h1 id="k{number}" style="break-before: page">{number}</h1>{TEXT}' for number in range(60))
    render(page(contents + chapters), identifier=IDENTIFIER, on_progress=lambda *place: places.append(place))
    assert places[0] == (0, "")
    assert all(section == (f"k{number - 3}" if number > 2 else "") for number, section in places)
    assert {section for _number, section in places if section}


def test_what_progress_raises_ends_the_rendering() -> None:
    def lost(number: int, section: str) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        render(page("<p>a</p>"), identifier=IDENTIFIER, on_progress=lost)
    assert _all_ended()


def test_document_that_takes_too_long_is_refused(settings: Settings) -> None:
    settings.KIPORTAL_PDF_SECONDS = 2
    body = '<table style="width: 100%">' + "<tr><td><table><tr><td>a</table>" * 3000
    begun = time.monotonic()
    with pytest.raises(JobRefused, match="nach 2 Sekunden noch nicht fertig"):
        render(page(body), identifier=IDENTIFIER)
    assert time.monotonic() - begun < 20
    assert _all_ended()


def test_document_that_takes_too_much_memory_is_refused(settings: Settings) -> None:
    settings.KIPORTAL_PDF_MEMORY_MB = 120
    with pytest.raises(JobRefused, match="120 MB Arbeitsspeicher nicht gereicht"):
        render(page("<p>" + "Wort <b>fett</b> " * 200_000), identifier=IDENTIFIER)
    assert _all_ended()


def test_document_after_refused_one_is_made(settings: Settings) -> None:
    settings.KIPORTAL_PDF_MEMORY_MB = 120
    with pytest.raises(JobRefused):
        render(page("<p>" + "Wort <b>fett</b> " * 200_000), identifier=IDENTIFIER)
    settings.KIPORTAL_PDF_MEMORY_MB = 600
    assert render(page("<p>Danach</p>"), identifier=IDENTIFIER).pages == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("Emoji 🦄", "U\\+1F984 UNICORN FACE"), ("ሰላም", "U\\+1230 ETHIOPIC SYLLABLE SA"), ("欢迎", "U\\+6B22")],
)
def test_character_without_glyph_is_refused_by_name(text: str, sentence: str) -> None:
    with pytest.raises(JobRefused, match=sentence):
        render(page(f"<p>{text}</p>"), identifier=IDENTIFIER)


def test_picture_without_alternative_text_is_refused() -> None:
    samples.store_wide_picture()
    with pytest.raises(JobRefused, match="Alternativtext"):
        render(page(f'<img src="{samples.WIDE_PICTURE}">'), identifier=IDENTIFIER)


def test_document_is_made_after_the_server_was_killed() -> None:
    render(page("<p>a</p>"), identifier=IDENTIFIER)
    assert documents._server._process
    documents._server._process.kill()
    documents._server._process.wait()
    assert render(page("<p>a</p>"), identifier=IDENTIFIER).pages == 1


def test_document_is_made_in_a_process_of_celerys_pool() -> None:
    """These count as daemons, which multiprocessing lets start nothing; and this one is a fork of one with a server."""
    render(page("<p>a</p>"), identifier=IDENTIFIER)
    ours, theirs = billiard.Pipe()
    pool = billiard.Process(
        target=lambda: theirs.send(render(page("<p>a</p>"), identifier=IDENTIFIER).pages), daemon=True
    )
    pool.start()
    assert ours.poll(60)
    assert ours.recv() == 1
    pool.join(10)


class _NoPango(MetaPathFinder):
    def find_spec(self, fullname: str, *_rest: object) -> None:
        if fullname == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")


def _serve_without_pango(connection: Connection) -> None:
    for name in [name for name in sys.modules if name.startswith(("weasyprint", "kiportal.common.pdf.typesetter"))]:
        del sys.modules[name]
    sys.meta_path.insert(0, _NoPango())
    child.serve(connection)


def test_missing_pango_is_told_with_the_packages_that_bring_it() -> None:
    ours, theirs = multiprocessing.Pipe()
    process = billiard.Process(target=_serve_without_pango, args=(theirs,))
    process.start()
    assert ours.recv() == process.pid
    ours.send(child.Work(page("<p>a</p>"), IDENTIFIER, [], 60, 600))
    answer = ours.recv()
    process.join(10)
    with pytest.raises(JobRefused, match="libharfbuzz-subset0 einrichten"):
        documents._result(*answer)


def test_renderer_knows_no_secret() -> None:
    render(page("<p>a</p>"), identifier=IDENTIFIER)
    assert documents._server._process
    environment = Path(f"/proc/{documents._server._process.pid}/environ").read_text()
    assert "KIPORTAL" not in environment
    assert "DATABASE_URL" not in environment


def _all_ended() -> bool:
    """No rendering process runs any more; the last one stays as a zombie until the next document."""
    assert documents._server._process
    server = documents._server._process.pid
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    for _attempt in range(100):
        states = {Path("/proc", pid, "stat").read_text().rpartition(")")[2].split()[0] for pid in children}
        if states <= {"Z"}:
            return True
        time.sleep(0.05)
    return False
