"""QR codes that lead to a page: one address each, error correction M, so that a poster may get a scratch."""

from functools import lru_cache
from io import BytesIO

import segno
from django.utils.safestring import SafeString

# Pixels of one module in the picture to download: sharp in print up to the width of a hand.
PNG_SCALE = 20


# Which of the eight patterns is laid over the modules. The best one for each address costs four times as much to find;
# any is valid.
PATTERN = 2


def code(url: str, *, mask: int | None = None) -> segno.QRCode:
    return segno.make(url, error="m", boost_error=False, micro=False, mask=mask)


def svg(url: str, title: str) -> bytes:
    """A file of its own; `title` is what is read aloud instead of it."""
    stream = BytesIO()
    code(url).save(stream, kind="svg", scale=10, title=title, light="#fff", nl=False)
    return stream.getvalue()


def png(url: str) -> bytes:
    stream = BytesIO()
    code(url).save(stream, kind="png", scale=PNG_SCALE)
    return stream.getvalue()


@lru_cache(maxsize=500)
def inline(url: str, title: str) -> SafeString:
    """For a page or a PDF, black on white whatever the colours around it; segno escapes the title.

    Every page has one for those who print it, so it is made fast and kept.
    """
    drawn = code(url, mask=PATTERN).svg_inline(omitsize=True, light="#fff", svgclass="qr", lineclass=None, title=title)
    return SafeString(drawn.replace("<svg ", '<svg role="img" ', 1))
