"""Opening a .docx that somebody uploads. Nothing is believed: type by content, size and unpacked size counted first."""

import zlib
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile, ZipInfo

from docx import Document
from docx.document import Document as WordDocument
from docx.opc.constants import CONTENT_TYPE
from docx.opc.exceptions import OpcError
from lxml import etree

MAXIMUM_BYTES = 30 * 1024 * 1024
MAXIMUM_UNPACKED = 150 * 1024 * 1024
MAXIMUM_XML = 30 * 1024 * 1024
MAXIMUM_ENTRIES = 5000

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SAVE_AS = "Bitte speichern Sie die Datei in Word als „Word-Dokument (*.docx)“ und laden Sie diese hoch."
NO_WORD = f"Das ist keine Word-Datei. {_SAVE_AS}"
BROKEN = (
    "Die Datei ist beschädigt. Bitte öffnen Sie sie in Word, speichern Sie sie neu und laden Sie sie noch einmal hoch."
)
TOO_LARGE = "Die Datei ist größer als 30 MB. Bitte verkleinern Sie die Bilder in Word („Bilder komprimieren“)."
UNPACKED_TOO_LARGE = "Die Datei ist ausgepackt zu groß. Bitte teilen Sie sie auf oder verkleinern Sie ihre Bilder."


class WordRefused(Exception):
    """The file cannot be read; the sentence (German) says why and what to do."""


def check(content: bytes) -> None:
    """Refuse what is no .docx or too large, without reading its text; raises WordRefused with a sentence."""
    if not content:
        raise WordRefused("Die Datei ist leer.")
    if len(content) > MAXIMUM_BYTES:
        raise WordRefused(TOO_LARGE)
    if content.startswith(_OLE):
        if _ENCRYPTED in content:
            raise WordRefused("Die Datei ist mit einem Kennwort geschützt. Bitte speichern Sie sie ohne Kennwort.")
        raise WordRefused(f"Das ist eine Datei aus einem alten Word (.doc) oder einem anderen Programm. {_SAVE_AS}")
    if content[:1024].lstrip().startswith(b"%PDF"):
        raise WordRefused(f"Das ist ein PDF, auch wenn sie „.docx“ heißt. {_SAVE_AS}")
    if not content.startswith(b"PK\x03\x04"):
        raise WordRefused(NO_WORD)
    try:
        with ZipFile(BytesIO(content)) as archive:
            _check_archive(archive)
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError) as error:
        raise WordRefused(BROKEN) from error


def _check_archive(archive: ZipFile) -> None:
    entries = archive.infolist()
    if len(entries) > MAXIMUM_ENTRIES or sum(entry.file_size for entry in entries) > MAXIMUM_UNPACKED:
        raise WordRefused(UNPACKED_TOO_LARGE)
    names = {entry.filename for entry in entries}
    if "mimetype" in names:
        raise WordRefused(f"Das ist eine Datei aus LibreOffice (.odt). {_SAVE_AS.replace('in Word', 'dort')}")
    if "[Content_Types].xml" not in names:
        raise WordRefused(NO_WORD)
    if any(entry.flag_bits & 1 for entry in entries):
        raise WordRefused("Die Datei ist verschlüsselt. Bitte speichern Sie sie ohne Kennwort.")
    types = archive.read("[Content_Types].xml")
    if b"macroEnabled" in types or any(name.lower().endswith("vbaproject.bin") for name in names):
        raise WordRefused(f"Die Datei enthält Makros (.docm). {_SAVE_AS}")
    if CONTENT_TYPE.WML_DOCUMENT_MAIN.encode() not in types:
        raise WordRefused(NO_WORD)
    texts = [entry for entry in entries if entry.filename.endswith((".xml", ".rels"))]
    if sum(entry.file_size for entry in texts) > MAXIMUM_XML:
        raise WordRefused(UNPACKED_TOO_LARGE)
    for entry in texts:
        _check_xml(archive, entry)


def _check_xml(archive: ZipFile, entry: ZipInfo) -> None:
    """Word writes no document types: whoever does wants entities read from elsewhere, or blown up."""
    parser = etree.XMLPullParser(
        events=("start",), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        with archive.open(entry) as stream:
            parser.feed(stream.read(64 * 1024))
        root: Any = next((element for _event, element in parser.read_events()), None)
        if root is not None and root.getroottree().docinfo.doctype:
            raise WordRefused(BROKEN)
    except etree.XMLSyntaxError as error:
        raise WordRefused(BROKEN) from error


def opened(content: bytes) -> WordDocument:
    """Return the document; raises WordRefused."""
    check(content)
    try:
        return Document(BytesIO(content))
    except (OpcError, etree.LxmlError, KeyError, ValueError, AttributeError, TypeError, BadZipFile) as error:
        raise WordRefused(BROKEN) from error
