"""Several decisions at once, a hint while typing, and two offers that become one."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from kiportal.common import roles
from offers.models import Offer
from tests import factories
from tests.browser.conftest import Check, Open
from tests.browser.test_project_journey import signed_in


@pytest.fixture
def staff(transactional_db: None, open_browser: Open) -> Iterator[Page]:
    factories.make_centre()
    with signed_in(open_browser, factories.make_user(roles.EDITOR).username) as page:
        yield page


def test_staff_publish_two_entries_at_once_and_read_what_failed(open_browser: Open, check: Check, staff: Page) -> None:
    for title, fields in (("Nähkurs", {}), ("Chor am Abend", {"cost_kind": ""}), ("Lauftreff", {})):
        factories.make_offer(title, status=Offer.Status.SUBMITTED, **fields)
    staff.goto("/arbeitsplatz/pruefung/")
    check(staff)
    staff.get_by_label("Nähkurs auswählen").check()
    staff.get_by_label("Chor am Abend auswählen").check()
    staff.get_by_role("button", name="Veröffentlichen oder annehmen").click()
    expect(staff.get_by_role("heading", level=1)).to_have_text("1 von 2 nicht erledigt")
    expect(staff.get_by_text("Es fehlt noch: Kosten.")).to_be_visible()
    check(staff)
    assert set(Offer.objects.filter(status="submitted").values_list("title", flat=True)) == {
        "Chor am Abend",
        "Lauftreff",
    }


def test_staff_merge_two_offers_and_the_old_address_leads_on(open_browser: Open, check: Check, staff: Page) -> None:
    kept = factories.make_offer("Deutschkurs für Frauen", summary="Montags.")
    other = factories.make_offer("Deutschkurse für Frauen", summary="Dienstags.")
    staff.goto(f"/arbeitsplatz/angebote/{kept.pk}/")
    check(staff)
    staff.get_by_role("link", name="Zusammenführen").click()
    check(staff)
    staff.get_by_role("link", name="Deutschkurse für Frauen").click()
    staff.get_by_label("Dienstags.").check()
    check(staff)
    staff.get_by_role("button", name="Jetzt zusammenführen").click()
    expect(staff.get_by_text("ist jetzt Teil von „Deutschkurs für Frauen“")).to_be_visible()
    check(staff)
    visitor = open_browser()
    visitor.goto(f"/angebote/{other.slug}/")
    expect(visitor).to_have_url(f"/angebote/{kept.slug}/")
    expect(visitor.get_by_text("Dienstags.").first).to_be_visible()


def test_form_hints_at_what_is_there_already_while_somebody_types(
    open_browser: Open, check: Check, transactional_db: None
) -> None:
    factories.make_centre()
    factories.make_organisation("Kulturverein Lale")
    visitor = open_browser()
    visitor.goto("/angebote/melden/")
    visitor.get_by_label("Name Ihrer Organisation").press_sequentially("Kultur-Verein Lale")
    expect(visitor.get_by_text("Das gibt es vielleicht schon")).to_be_visible()
    expect(visitor.get_by_role("link", name="Kulturverein Lale")).to_be_visible()
    check(visitor)
