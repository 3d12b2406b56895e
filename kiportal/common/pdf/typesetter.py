"""WeasyPrint, as the rendering process uses it. Nothing here knows Django; importing it takes two seconds and 60 MB."""

import gc
import logging
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

os.environ["FONTCONFIG_FILE"] = str(Path(__file__).with_name("fonts.conf"))  # read when WeasyPrint loads fontconfig

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", "No fonts configured", UserWarning)  # that is the intention
    import weasyprint
from weasyprint.urls import URLFetcher, URLFetcherResponse

from kiportal.common.pdf.child import Typeset, Work
from kiportal.common.pdf.conformance import complete

type ReadFile = Callable[[str], tuple[bytes, str]]
type Report = Callable[[int, str], None]


class PortalFetcher(URLFetcher):
    """Gets every file through one function, which decides what may be read (`resources.read`); never opens anything."""

    def __init__(self, read_file: ReadFile) -> None:
        super().__init__(allowed_protocols=(), fail_on_errors=True)
        self._read_file = read_file

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        content, media_type = self._read_file(url)
        return URLFetcherResponse(url, content, {"Content-Type": media_type})


def typeset(work: Work, read_file: ReadFile, report: Report) -> Typeset:
    """Lay out the document and return it as PDF/A-3a and PDF/UA-1.

    The identifier names the file in the PDF (ISO 32000-1, 14.4). The date of creation is the one of <meta
    name="dcterms.created">, so that the same work gives the same bytes.
    """
    options: dict[str, Any] = {
        "pdf_variant": "pdf/a-3a",
        "pdf_identifier": work.identifier,
        "stylesheets": work.stylesheets,
    }
    # A base that nothing can be joined to: relative addresses reach the fetcher as they are, and are refused there.
    source = weasyprint.HTML(string=work.html, base_url="document:", url_fetcher=PortalFetcher(read_file))
    with _watched(report) as errors:
        document = source.render(**options)
        gc.collect()  # the boxes of pages that were laid out twice: 25 MB in 120 pages, where memory is highest
        content = document.write_pdf(finisher=complete, **options)
    missing = sorted({codepoint for font in document.fonts.values() for codepoint in font.missing})
    return Typeset(content, len(document.pages), "".join(map(chr, missing)), errors)


@contextmanager
def _watched(report: Report) -> Iterator[list[str]]:
    """Collect WeasyPrint's errors (it goes on without the picture), and hear how far it has come.

    Its log tells the page. The section is the latest target of a link that found its page: what collects the targets
    for the table of contents is told of each.
    """
    errors: list[str] = []
    section = ""

    class Collector(weasyprint.document.TargetCollector):
        def cache_target_page_counters(self, anchor_name: str, *place: Any) -> None:
            nonlocal section
            section = anchor_name
            super().cache_target_page_counters(anchor_name, *place)

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.levelno >= logging.ERROR:
                errors.append(record.getMessage())
            elif "Page %d" in record.msg and isinstance(record.args, tuple):
                report(int(str(record.args[0])), section)

    listener, log, progress = Listener(), logging.getLogger("weasyprint"), logging.getLogger("weasyprint.progress")
    before = weasyprint.document.TargetCollector, progress.level
    weasyprint.document.TargetCollector = Collector
    log.addHandler(listener)
    progress.setLevel(logging.INFO)
    try:
        yield errors
    finally:
        log.removeHandler(listener)
        weasyprint.document.TargetCollector, level = before
        progress.setLevel(level)
