"""QR codes: the modules are those of the address, in every form."""

import re
from io import BytesIO

import pytest
import segno
from django.test import Client
from lxml import etree
from PIL import Image

from kiportal.common.models import User
from kiportal.common.qr import PATTERN, PNG_SCALE
from offers import lifecycle
from tests import factories

pytestmark = pytest.mark.django_db
BORDER = 4


@pytest.fixture(autouse=True)
def _centre(centre: object) -> None:
    """Every page shows the centre's name."""


def expected(address: str, mask: int | None = None) -> list[list[bool]]:
    code = segno.make(address, error="m", boost_error=False, mask=mask)
    return [[bool(module) for module in row] for row in code.matrix]


def drawn(path: str, size: int) -> list[list[bool]]:
    """The modules of a path of horizontal strokes as segno writes them: "M4 4.5h7m1 0h1m-33 1h1..."."""
    modules = [[False] * size for _row in range(size)]
    x, y = 0.0, 0.0
    for command, first, second in re.findall(r"([Mmh])(-?[\d.]+)(?: (-?[\d.]+))?", path):
        if command == "M":
            x, y = float(first), float(second)
        elif command == "m":
            x, y = x + float(first), y + float(second)
        else:
            for column in range(int(x), int(x + float(first))):
                modules[int(y) - BORDER][column - BORDER] = True
            x += float(first)
    return modules


def of_svg(svg: str) -> list[list[bool]]:
    root = etree.fromstring(svg)
    path = str(root.xpath("string(//*[local-name()='path'][@stroke]/@d)"))
    assert path
    matrix_size = (
        int(re.findall(r'viewBox="0 0 (\d+)', svg)[0]) if "viewBox" in svg else int(root.get("width", "0")) // 10
    )
    return drawn(path, matrix_size - 2 * BORDER)


def test_files_hold_the_address_of_the_page(client: Client) -> None:
    offer = factories.make_offer("Nähkurs & mehr")
    address = f"http://testserver/angebote/{offer.slug}/"
    svg = client.get(f"/angebote/{offer.slug}/qr.svg")
    assert svg["Content-Type"] == "image/svg+xml"
    assert of_svg(svg.content.decode().partition("?>")[2]) == expected(address)
    assert f"führt zu „Nähkurs &amp; mehr“, {address}" in svg.content.decode()
    png = client.get(f"/angebote/{offer.slug}/qr.png")
    assert png["Content-Type"] == "image/png"
    picture = Image.open(BytesIO(png.content)).convert("L")
    modules = expected(address)
    assert picture.size == ((len(modules) + 2 * BORDER) * PNG_SCALE,) * 2
    middle = [(BORDER + index) * PNG_SCALE + PNG_SCALE // 2 for index in range(len(modules))]
    assert [[picture.getpixel((x, y)) == 0 for x in middle] for y in middle] == modules


def test_files_are_downloads_that_caches_may_keep(client: Client) -> None:
    offer = factories.make_offer()
    for name in ("qr.svg", "qr.png"):
        response = client.get(f"/angebote/{offer.slug}/{name}")
        assert response["Cache-Control"] == "public, max-age=86400"
        assert response["Content-Disposition"].startswith("attachment")
        again = client.get(f"/angebote/{offer.slug}/{name}", headers={"If-None-Match": response["ETag"]})
        assert again.status_code == 304


def test_page_shows_code_address_and_downloads(client: Client) -> None:
    offer = factories.make_offer("Nähkurs")
    assert f'href="/angebote/{offer.slug}/qr-code/"' in client.get(f"/angebote/{offer.slug}/").text
    page = client.get(f"/angebote/{offer.slug}/qr-code/").text
    [svg] = re.findall(r"<svg role=\"img\".*?</svg>", page, re.DOTALL)
    assert of_svg(svg) == expected(f"http://testserver/angebote/{offer.slug}/", PATTERN)
    assert "<title>QR-Code: führt zu diesem Angebot</title>" in svg
    for name in ("qr.svg", "qr.png"):
        assert f'href="/angebote/{offer.slug}/{name}"' in page


def test_code_of_an_english_page_leads_to_the_english_page(client: Client) -> None:
    offer = factories.make_offer()
    svg = client.get(f"/en/angebote/{offer.slug}/qr.svg").content.decode()
    assert of_svg(svg.partition("?>")[2]) == expected(f"http://testserver/en/angebote/{offer.slug}/")


def test_hidden_offer_has_no_code(client: Client, editor: User) -> None:
    offer = factories.make_offer()
    lifecycle.hide(offer, by=editor, reason="Bitte")
    for name in ("qr.svg", "qr.png", "qr-code/"):
        assert client.get(f"/angebote/{offer.slug}/{name}").status_code == 404


@pytest.mark.parametrize("query", ["", "?thema=kultur"])
def test_printed_list_bears_the_code_of_its_filters(client: Client, query: str) -> None:
    factories.make_offer(topics=[factories.make_topic("kultur")])
    page = client.get(f"/angebote/{query}").text
    [svg] = re.findall(r'<div class="page-code__picture">(<svg.*?</svg>)', page, re.DOTALL)
    assert of_svg(svg) == expected(f"http://testserver/angebote/{query}", PATTERN)


def test_long_query_stays_out_of_the_printed_code(client: Client) -> None:
    page = client.get(f"/angebote/?q={'a' * 900}").text
    [svg] = re.findall(r'<div class="page-code__picture">(<svg.*?</svg>)', page, re.DOTALL)
    assert of_svg(svg) == expected("http://testserver/angebote/")
