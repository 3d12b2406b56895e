"""The renderer reads the portal's own files and nothing else, whatever stands in the text."""

from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from pytest_django.fixtures import Settings

from kiportal.common.jobs import JobRefused
from kiportal.common.pdf.documents import render
from kiportal.common.pdf.resources import ResourceRefused, read
from tests.common.pdf import samples
from tests.common.pdf.samples import IDENTIFIER, page

PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
)
EVERY_WAY_OUT = [
    "file:///etc/passwd",
    "FILE:///etc/passwd",
    "/etc/passwd",
    "http://127.0.0.1:9/a.png",
    "https://example.org/a.png",
    "//example.org/a.png",
    "ftp://127.0.0.1/a.png",
    "a.png",
    "../../settings.py",
    "media:../../../etc/passwd.png",
    "media:%2e%2e/%2e%2e/etc/passwd.png",
    "media:/etc/passwd.png",
    "media:..%2fgeheim.png",
    "media:a\\..\\b.png",
    "media:nicht-da.png",
    "media:notiz.txt",
    "static:../kiportal/settings.py",
    "static:%2e%2e/kiportal/settings.py",
    "static:/etc/passwd",
    "static:js/comfort.js",
    "static:nicht-da.css",
    "static:",
    "document:a.png",
    PIXEL,
]


@pytest.mark.parametrize("address", EVERY_WAY_OUT)
def test_address_outside_our_files_is_refused(address: str) -> None:
    default_storage.save("notiz.txt", ContentFile(b"intern"))
    with pytest.raises(ResourceRefused):
        read(address)


def test_own_style_font_and_picture_are_read() -> None:
    samples.store_wide_picture()
    assert read("static:css/pdf/document.css").media_type == "text/css"
    assert read("static:vendor/fonts/fira-sans-latin-400-italic.woff2").content[:4] == b"wOF2"
    assert read(samples.WIDE_PICTURE).media_type == "image/png"


def test_collected_file_is_read_where_the_sources_are_missing(settings: Settings, tmp_path: Path) -> None:
    """The production image has no node_modules: fonts are there only under the name that collectstatic gave them."""
    settings.STATICFILES_DIRS = []
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = django_settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    }
    (tmp_path / "css").mkdir()
    (tmp_path / "css" / "a.0123456789ab.css").write_text("p {}")
    (tmp_path / "staticfiles.json").write_text('{"paths": {"css/a.css": "css/a.0123456789ab.css"}, "version": "1.1"}')
    assert read("static:css/a.css").content == b"p {}"
    for address in ("static:css/b.css", "static:../a.css"):
        with pytest.raises(ResourceRefused):
            read(address)


@pytest.mark.parametrize(
    "body",
    [
        '<img src="{}" alt="a">',
        '<p style="background: url({})">a</p>',
        '<ul style="list-style-image: url({})"><li>a</ul>',
        '<p><style>p::before {{ content: url("{}") }}</style>a</p>',
        '<style>@import url("{}");</style>',
        '<style>@font-face {{ font-family: a; src: url("{}") }} p {{ font-family: a }}</style><p>a</p>',
        '<object data="{}"></object>',
        '<embed src="{}">',
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="{}" width="9" height="9"/></svg>',
    ],
)
@pytest.mark.parametrize("address", ["file:///etc/passwd", "http://127.0.0.1:9/a.png", "//example.org/a.png", PIXEL])
def test_document_that_names_a_foreign_file_is_refused(body: str, address: str) -> None:
    with pytest.raises(JobRefused, match="nicht eingebunden werden darf"):
        render(page(body.format(address)), identifier=IDENTIFIER)


@pytest.mark.parametrize(
    "head",
    [
        '<link rel="stylesheet" href="file:///etc/passwd">',
        '<link rel="attachment" href="file:///etc/passwd">',
        '<base href="file:///etc/"><link rel="stylesheet" href="passwd">',
    ],
)
def test_head_that_names_a_foreign_file_is_refused(head: str) -> None:
    with pytest.raises(JobRefused, match="file:///etc/passwd"):
        render(page("<p>a</p>", head), identifier=IDENTIFIER)


@pytest.mark.parametrize(
    "body",
    [
        '<iframe src="file:///etc/passwd"></iframe>',
        '<img alt="" srcset="file:///etc/passwd 2x">',
        '<video src="file:///etc/passwd" poster="file:///etc/passwd"></video>',
        '<script src="file:///etc/passwd"></script>',
        '<a href="file:///etc/passwd">a</a>',
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><use href="file:///etc/passwd#a"/></svg>',
    ],
)
def test_what_the_renderer_does_not_know_reads_nothing(body: str) -> None:
    content = render(page(f"<p>a</p>{body}"), identifier=IDENTIFIER).content
    assert b"root:" not in content


def test_svg_picture_with_a_foreign_reference_is_refused() -> None:
    name = default_storage.save(
        "pdf-tests/boese.svg",
        ContentFile(
            b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
            b'<image href="file:///etc/passwd" width="9" height="9"/></svg>'
        ),
    )
    with pytest.raises(JobRefused, match="file:///etc/passwd"):
        render(page(f'<img src="media:{name}" alt="a">'), identifier=IDENTIFIER)
