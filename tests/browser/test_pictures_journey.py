"""Pictures by a care link: uploaded, put in order, sent; seen by the centre, accepted, shown; and without scripts."""

from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import Page, Route, expect

from kiportal.common import links, roles
from kiportal.common.models import AccessLink, ChangeProposal
from offers.models import Offer, OfferImage
from tests import factories
from tests.browser.conftest import Check, Open
from tests.browser.test_project_journey import signed_in
from tests.common.test_pictures import encoded, noise

# Where the facts below the first picture stand, once styles and fonts are there.
PLACE = """async () => {
  const pause = () => new Promise(resolve => setTimeout(resolve, 50));
  while (getComputedStyle(document.querySelector('.offer__main')).display !== 'grid') await pause();
  await document.fonts.ready;
  return document.querySelector('.offer__facts').offsetTop;
}"""
LOADED = """async () => {
  const pause = () => new Promise(resolve => setTimeout(resolve, 50));
  while (!document.querySelector('.picture img').naturalWidth) await pause();
}"""


@pytest.fixture
def offer(transactional_db: None) -> Offer:
    call_command("setup_centre", verbosity=0)
    return factories.make_offer("Nähkurs am Abend", submitter_email="verein@example.org")


@pytest.fixture
def photo() -> dict[str, Any]:
    return {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": encoded(noise(1500, 1000))}


def add(page: Page, photo: dict[str, Any], words: str) -> None:
    fields = page.get_by_role("group", name="Bild hinzufügen")
    fields.get_by_label("Bilddatei").set_input_files(files=[photo])  # type: ignore[list-item]
    fields.get_by_label("Bildbeschreibung").fill(words)
    fields.get_by_label("Bildnachweis").fill("Vera Verein")
    fields.get_by_label("Wir dürfen dieses Bild hier zeigen").check()
    page.get_by_role("button", name="Bild hochladen").click()


def arrange_and_send(page: Page, check: Check, photo: dict[str, Any]) -> None:
    check(page)
    page.get_by_role("button", name="Bild hochladen").click()
    expect(page.get_by_text("Bilddatei: Bitte wählen Sie eine Bilddatei aus.")).to_be_visible()
    check(page)
    for words in ("Der Nähraum", "Eine Nähmaschine"):
        add(page, photo, words)
        expect(page.get_by_label("Bildbeschreibung").filter(has_text=words)).to_be_visible()
    check(page)
    page.get_by_role("button", name="Nach oben: Bild 2").click()
    expect(page.get_by_role("group", name="Bild 1").get_by_label("Bildbeschreibung")).to_have_value("Eine Nähmaschine")
    page.get_by_role("button", name="Änderung senden").click()
    expect(page.get_by_text("Danke. Wir prüfen Ihre Änderung.")).to_be_visible()


def accept(staff: Page, check: Check) -> None:
    staff.goto(reverse("offers:proposal_detail", args=[ChangeProposal.objects.get().pk]))
    expect(staff.get_by_role("img", name="Eine Nähmaschine")).to_be_visible()
    check(staff)
    staff.get_by_role("button", name="Alle annehmen").click()
    expect(staff.get_by_text("Änderung an „Nähkurs am Abend“ ist übernommen.")).to_be_visible()
    offer = Offer.objects.get()
    staff.goto(reverse("offers:staff_offer_pictures", args=[offer.pk]))
    check(staff)


def read(page: Page, check: Check, offer: Offer) -> None:
    """Nothing moves when the picture arrives."""
    held: list[Route] = []
    may_come = False

    def hold(route: Route) -> None:
        if may_come:
            route.continue_()
        else:
            held.append(route)

    page.route("**/bilder/**", hold)
    page.goto(offer.get_absolute_url(), wait_until="domcontentloaded")
    before = page.evaluate(PLACE)
    may_come = True
    for route in held:
        route.continue_()
    page.evaluate(LOADED)
    assert held
    assert page.evaluate(PLACE) == before
    page.get_by_role("img", name="Der Nähraum").scroll_into_view_if_needed()
    expect(page.get_by_text("Foto: Vera Verein")).to_have_count(2)
    check(page)


def test_pictures_by_link_are_reviewed_and_shown(
    offer: Offer, open_browser: Open, check: Check, photo: dict[str, Any]
) -> None:
    link = links.issue(AccessLink.Purpose.CARE, offer, "verein@example.org")
    author, reader = open_browser(), open_browser()
    author.goto(reverse("offers:care_detail", args=[links.token(link)]))
    author.get_by_role("link", name="Bilder", exact=True).click()
    arrange_and_send(author, check, photo)
    check(author)
    editor = factories.make_user(roles.EDITOR)
    with signed_in(open_browser, editor.username) as staff:
        accept(staff, check)
    read(reader, check, offer)


def test_pictures_of_a_draft_need_no_scripts(offer: Offer, open_browser: Open, photo: dict[str, Any]) -> None:
    draft = factories.make_offer("Entwurf", status=Offer.Status.DRAFT)
    link = links.issue(AccessLink.Purpose.DRAFT, draft, "verein@example.org")
    page = open_browser(java_script_enabled=False)
    page.goto(reverse("offers:submission_step", args=[links.token(link), "bilder"]))
    for words in ("Der Nähraum", "Eine Nähmaschine"):
        add(page, photo, words)
    page.get_by_role("button", name="Nach unten: Bild 1").click()
    page.get_by_role("group", name="Bild 2").get_by_label("Bildbeschreibung").fill("Der helle Nähraum")
    page.get_by_role("group", name="Bild 2").get_by_label("Bildnachweis").press("Enter")
    expect(page).to_have_url(reverse("offers:submission_step", args=[links.token(link), "kontakt"]))
    assert [image.alternative for image in draft.images.all()] == ["Eine Nähmaschine", "Der helle Nähraum"]
    page.go_back()
    page.goto(reverse("offers:submission_step", args=[links.token(link), "bilder"]))
    page.get_by_role("button", name="Herausnehmen: Bild 1").click()
    assert [image.alternative for image in OfferImage.objects.filter(offer=draft)] == ["Der helle Nähraum"]
    page.goto(reverse("offers:submission_step", args=[links.token(link), "pruefen"]))
    expect(page.get_by_role("img", name="Der helle Nähraum")).to_be_visible()
