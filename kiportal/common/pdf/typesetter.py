"""WeasyPrint, as the rendering process uses it. Nothing here knows Django; importing it takes two seconds and 60 MB."""

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
type ReportPage = Callable[[int], None]


class PortalFetcher(URLFetcher):
    """Gets every file through one function, which decides what may be read (`resources.read`); never opens anything."""

    def __init__(self, read_file: ReadFile) -> None:
        super().__init__(allowed_protocols=(), fail_on_errors=True)
        self._read_file = read_file

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        content, media_type = self._read_file(url)
        return URLFetcherResponse(url, content, {"Content-Type": media_type})


def typeset(work: Work, read_file: ReadFile, report_page: ReportPage) -> Typeset:
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
    with _watched(report_page) as errors:
        document = source.render(**options)
        content = document.write_pdf(finisher=complete, **options)
    missing = sorted({codepoint for font in document.fonts.values() for codepoint in font.missing})
    return Typeset(content, len(document.pages), "".join(map(chr, missing)), errors)


@contextmanager
def _watched(report_page: ReportPage) -> Iterator[list[str]]:
    """Collect WeasyPrint's errors (it goes on without the picture), and hear of the page it has come to."""
    errors: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.levelno >= logging.ERROR:
                errors.append(record.getMessage())
            elif "Page %d" in record.msg and isinstance(record.args, tuple):
                report_page(int(str(record.args[0])))

    listener = Listener()
    loggers = [logging.getLogger("weasyprint"), logging.getLogger("weasyprint.progress")]
    loggers[0].addHandler(listener)
    levels = [logger.level for logger in loggers]
    loggers[1].setLevel(logging.INFO)
    try:
        yield errors
    finally:
        loggers[0].removeHandler(listener)
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
