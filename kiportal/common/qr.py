"""QR codes that lead to a page: one address each, error correction M, so that a poster may get a scratch."""

from io import BytesIO

import segno
from django.utils.safestring import SafeString

# Pixels of one module in the picture to download: sharp in print up to the width of a hand.
PNG_SCALE = 20


def code(url: str) -> segno.QRCode:
    return segno.make(url, error="m", boost_error=False, micro=False)


def svg(url: str, title: str) -> bytes:
    """A file of its own; `title` is what is read aloud instead of it."""
    stream = BytesIO()
    code(url).save(stream, kind="svg", scale=10, title=title, light="#fff", nl=False)
    return stream.getvalue()


def png(url: str) -> bytes:
    stream = BytesIO()
    code(url).save(stream, kind="png", scale=PNG_SCALE)
    return stream.getvalue()


def inline(url: str, title: str) -> SafeString:
    """For a page or a PDF, black on white whatever the colours around it; segno escapes the title."""
    drawn = code(url).svg_inline(omitsize=True, light="#fff", svgclass="qr", lineclass=None, title=title)
    return SafeString(drawn.replace("<svg ", '<svg role="img" ', 1))
