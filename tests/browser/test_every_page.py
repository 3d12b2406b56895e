"""Every kind of page that a role reaches by following links, with demo content: accessible and without faults."""

from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.urls import resolve
from django.utils import translation
from playwright.sync_api import Page, expect

from kiportal.common import roles
from kiportal.common.models import User
from tests import factories
from tests.browser.conftest import WIDTHS, Check, Open

# Pages that only certain input leads to.
MISSING = "/gibt-es-nicht/"
SPECIAL = [
    "/angebote/?q=xylophonbau",
    "/angebote/?q=Kinderbetreung",
    "/angebote/?thema=gibt-es-nicht&kommune=siegen&sprache=ar",
    "/angebote/?seite=2",
    "/barriere-melden/?seite=/angebote/",
    MISSING,
]


def crawl(page: Page, starts: list[str], check: Check, below: tuple[str, ...] = ("/",)) -> set[str]:
    """Check `starts` and what is linked from them on the paths in `below`, one page of a kind; return the kinds.

    Each page is loaded once and looked at in every width.
    """
    waiting, kinds = list(starts), set[str]()
    while waiting:
        address = waiting.pop(0)
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == (404 if address == MISSING else 200), address
        for width, height in WIDTHS.values():
            page.set_viewport_size({"width": width, "height": height})
            check(page)
        for link in page.locator("a[href]").evaluate_all("links => links.map(link => link.href)"):
            parts = urlsplit(link)
            if parts.netloc != urlsplit(page.url).netloc or parts.query or not parts.path.startswith(below):
                continue
            kind = _kind(parts.path)
            if kind and kind not in kinds:
                kinds.add(kind)
                waiting.append(parts.path)
    return kinds


def _kind(path: str) -> str:
    """The view's name and the language; nothing for files, feeds, the admin and signing out."""
    if path.endswith(MISSING):
        return ""
    language = "en" if path.startswith("/en/") else "de"
    with translation.override(language):
        match = resolve(path)
    if match.namespace == "admin" or match.url_name in {"account_logout", None} or "." in path.rsplit("/", 1)[-1]:
        return ""
    if match.view_name in {"pages:mailbox_html", "offers:offer_feed"}:  # a mail as its sender wrote it; no page
        return ""
    return f"{language} {match.view_name}"


@pytest.fixture
def demo(transactional_db: None) -> None:
    call_command("setup_centre", verbosity=0)
    call_command("load_demo", verbosity=0)
    for user in User.objects.all():
        user.set_password(factories.PASSWORD)
        user.save()


@pytest.mark.parametrize("viewport", ["phone"], indirect=True)
def test_every_page_is_accessible(demo: None, open_browser: Open, check: Check) -> None:
    kinds = crawl(open_browser(), ["/", "/en/", *SPECIAL], check)
    assert {
        "de offers:offer_detail",
        "en offers:offer_detail",
        "de offers:programme_detail",
        "de account_login",
    } <= set(kinds)
    for user in User.objects.filter(groups__name__in=roles.ROLE_PERMISSIONS).order_by("pk"):
        page = open_browser()
        page.goto("/konto/anmelden/")
        page.locator("[name=login]").fill(user.username)
        page.locator("[name=password]").fill(factories.PASSWORD)
        page.locator("[name=password]").press("Enter")
        expect(page).to_have_url("/arbeitsplatz/")
        kinds = crawl(page, ["/arbeitsplatz/"], check, below=("/arbeitsplatz/", "/konto/"))
        if roles.EDITOR in user.roles:
            assert {"de offers:review_detail", "de offers:proposal_detail", "de common:job_detail"} <= kinds
            assert "de offers:staff_offer_pictures" in kinds
