"""What a cell may hold, so that no spreadsheet takes it for a formula and nothing is lost on the way there and back.

In CSV nothing says what is a text, so a text that begins like a formula gets an apostrophe in front ("'+49 271 123"),
and reading takes one off. XLSX marks such a cell as a text instead: there phone numbers look as they are.
"""

import re
from typing import Any

# What Excel and LibreOffice take for the start of a formula, with the apostrophes that we put before it.
_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_LINE_END = re.compile("\r\n?")
# Excel holds no more in one cell.
EXCEL_LENGTH = 32_767
TOO_LONG = "(Dieser Text ist zu lang für Excel. Beim Importieren bleibt er, wie er ist.)"


def plain(value: Any) -> str:
    """The text as it is compared: without control characters and space around it, one kind of line end."""
    return _CONTROL.sub("", _LINE_END.sub("\n", str(value))).strip()


def guarded(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def looks_like_formula(text: str) -> bool:
    return bool(_FORMULA.match(text))
