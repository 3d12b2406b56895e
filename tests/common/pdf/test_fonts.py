"""What no font has is known before a document is frozen."""

import json
import re

import pytest

from kiportal.common.pdf.fonts import COVERAGE, measured_coverage, named, stylesheets, unprintable
from kiportal.common.pdf.resources import read
from kiportal.common.staticfiles import FONTS


@pytest.mark.parametrize(
    "text",
    [
        "Straße, Öffnung – „Zitat“ … 1.234,56 € § 4 · ½ → ✓ ☐ ≥ ≤ ▪",
        "Ласкаво просимо, їжа, ґанок",
        "أهلاً وسهلاً، خوش آمدید",
        "hoş geldiniz, ğ İ ı, bine ați venit, Łódź, žluťoučký",
        "Καλώς ήρθατε, Chào mừng, Қазақша",
        "Zeile\nZeile\tTab\u00adtrenn\u200bbar\u200d\u200e\u2028\ufe0f",
    ],
)
def test_text_that_our_fonts_have_is_printable(text: str) -> None:
    assert unprintable(text) == ""


def test_characters_without_glyph_are_told_once_each() -> None:
    assert unprintable("Gut 🦄 und 🦄 oder ሰ") == "🦄ሰ"
    assert named("🦄") == "„🦄“ (U+1F984 UNICORN FACE)"
    assert named("".join(map(chr, range(0x4E00, 0x4E0B)))).endswith(" und weitere")


def test_styles_name_every_font_that_is_installed_for_it() -> None:
    styles = "".join(read(stylesheet).content.decode() for stylesheet in stylesheets("→"))
    assert sorted(re.findall(r'static:vendor/fonts/([^"]+)"', styles)) == sorted(FONTS)


def test_coverage_is_that_of_the_installed_fonts() -> None:
    assert json.loads(COVERAGE.read_text()) == measured_coverage()


def test_large_fonts_are_loaded_for_documents_that_need_them() -> None:
    assert len(stylesheets("<p>Über uns – їжа\n</p>")) == 1
    assert len(stylesheets("<p>a → b</p>")) == 2
