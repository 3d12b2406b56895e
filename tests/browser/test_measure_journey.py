"""From the pool to the public page: a measure is entered, chosen, carried out; the period ends, the rest goes on."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from concepts.models import FocusPeriod, Measure, PeriodRule
from kiportal.common import roles
from kiportal.common.models import Job
from tests import factories
from tests.browser.conftest import Check, Open
from tests.concepts.factories import choose, make_focus, make_measure, make_period, make_version

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db: None) -> None:
    factories.make_centre()
    factories.make_topic(slug="fruehe-bildung-kita", name="Frühe Bildung")
    factories.make_user(roles.LEAD, "leitung")
    make_version("adopted", published=True)
    PeriodRule.objects.create(valid_from="2013-01-01", months=24, source="Papier von 2013")
    make_measure("Ärzteführer", steps=2)


def sign_in(page: Page) -> None:
    page.goto("/konto/anmelden/")
    page.locator("[name=login]").fill("leitung")
    page.locator("[name=password]").fill(factories.PASSWORD)
    page.locator("[name=password]").press("Enter")
    expect(page).to_have_url(re.compile("/arbeitsplatz/$"))


def enter_measure(page: Page, look: Check) -> None:
    page.goto("/arbeitsplatz/massnahmen/neu/")
    page.get_by_label("Titel").fill("Willkommensmappe")
    page.locator("select[name=action_area]").select_option(label="Bildung und Erziehung")
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_role("heading", level=1, name="Willkommensmappe")).to_be_visible()
    look(page)
    page.get_by_role("link", name="Schritte bearbeiten").click()
    page.get_by_label("Schritt, 1. Schritt").fill("Text schreiben")
    look(page)
    page.get_by_role("button", name="Speichern").click()


def prepare_period(page: Page, begin: date) -> None:
    page.goto("/arbeitsplatz/schwerpunkte/neu/")
    page.get_by_label("Titel").fill("Die ersten zwei Jahre")
    page.locator("[name=starts_on]").fill(begin.isoformat())
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_text("in Vorbereitung").first).to_be_visible()
    page.get_by_role("link", name="Schwerpunkt anlegen").click()
    page.locator("[name=title]").fill("Elementarbereich")
    page.locator("select[name=topic]").select_option(label="Frühe Bildung")
    page.locator("[name=reason]").fill("So beraten.")
    page.get_by_role("button", name="Speichern").click()


def choose_on_board(page: Page, look: Check) -> None:
    page.goto("/arbeitsplatz/massnahmen/")
    card = page.locator(".measure-card", has_text="Willkommensmappe")
    card.locator("summary").click()
    look(page)
    card.get_by_role("button", name="Elementarbereich").click()
    expect(page.get_by_text("ist für „Elementarbereich“ ausgewählt")).to_be_visible()


def decide(page: Page, period: FocusPeriod) -> None:
    page.goto(period.get_absolute_url())
    page.locator("summary", has_text="Beschluss eintragen").click()
    page.get_by_label("Beschlossen von").fill("Kreistag")
    page.get_by_label("Beschlossen am").fill(timezone.localdate().isoformat())
    page.get_by_role("button", name="Beschluss eintragen").click()
    expect(page.get_by_text("steht auf der Seite „Umsetzung“")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_measure_goes_from_the_pool_into_a_period_and_on(
    world: None, open_browser: Open, check: Check, scripts: bool
) -> None:
    page = open_browser(java_script_enabled=scripts)
    look = check if scripts else (lambda _page: None)  # axe needs scripts
    sign_in(page)

    enter_measure(page, look)
    today = timezone.localdate()
    prepare_period(page, today)

    choose_on_board(page, look)
    period = FocusPeriod.objects.get()

    # Decided, carried out
    decide(page, period)
    measure = Measure.objects.get(title="Willkommensmappe")
    page.goto(measure.get_absolute_url())
    page.locator("summary", has_text="Umsetzung beginnen").click()
    page.get_by_role("button", name="Umsetzung beginnen").click()
    page.get_by_role("button", name="Als erledigt vermerken: Text schreiben").click()
    expect(page.get_by_text("1 von 1 Schritt erledigt")).to_be_visible()

    # Everybody reads it
    reader = open_browser(java_script_enabled=scripts)
    reader.goto("/umsetzung/")
    expect(reader.get_by_role("heading", name="Willkommensmappe")).to_be_visible()
    look(reader)

    # The end, and what goes on
    later = make_focus(
        make_period(starts_in=(period.ends_on - today).days + 1), "Danach", topic=period.focuses.get().topic
    )
    page.goto(f"{period.get_absolute_url()}beenden/")
    look(page)
    page.locator("[name=summary]").fill("Die Mappe ist geschrieben.")
    expect(page.locator(f"[name=rest_{measure.pk}]")).to_have_value(str(later.pk))
    page.get_by_role("button", name="Periode beenden").click()
    expect(page.get_by_text("ist beendet. Das Ergebnis steht")).to_be_visible()
    assert [each.measure for each in later.selections.all()] == [measure]
    reader.goto("/umsetzung/")
    expect(reader.get_by_text("Frühere Schwerpunkte")).to_be_visible()
    expect(reader.get_by_text("Die Mappe ist geschrieben.")).to_be_visible()


def test_card_goes_to_another_column_by_mouse_and_by_its_menu(world: None, open_browser: Open, check: Check) -> None:
    focus = make_focus(make_period())
    page = open_browser()
    sign_in(page)
    board = "/arbeitsplatz/massnahmen/?ansicht=stand"
    page.goto(board)
    check(page)
    card = page.locator("[data-card]", has_text="Ärzteführer")
    card.drag_to(page.locator("[data-column=ausgewaehlt]"))
    expect(page.get_by_text(f"ist für „{focus}“ ausgewählt")).to_be_visible()
    expect(page.locator("[data-column=ausgewaehlt]").get_by_text("Ärzteführer").first).to_be_visible()
    # The same with the keyboard
    card.locator("summary").press("Enter")
    check(page)
    card.get_by_role("button", name="Umsetzung beginnen").press("Enter")
    expect(page.get_by_text("ist jetzt „in Umsetzung“")).to_be_visible()
    assert Measure.objects.get(title="Ärzteführer").status == Measure.Status.RUNNING


def test_papers_are_ordered_where_one_looks_for_them_and_fetched(
    world: None, open_browser: Open, check: Check, run_jobs: Callable[[], list[Job]]
) -> None:
    period = make_period("decided")
    choose(Measure.objects.get(), make_focus(period))
    page = open_browser()
    sign_in(page)
    for address, name in (
        (period.get_absolute_url(), "Fortschrittsbericht"),
        (period.get_absolute_url(), "Als Papier (PDF): Elementarbereich"),
        ("/arbeitsplatz/massnahmen/?stand=selected", "Liste (PDF)"),
    ):
        page.goto(address)
        page.get_by_role("button", name=name, exact=True).click()
        expect(page.get_by_text("Das PDF wird erstellt")).to_be_visible()
        assert [job.error for job in run_jobs()] == [""]
        page.reload()
        expect(page.get_by_text("Das PDF ist fertig")).to_be_visible()
        check(page)
        paper = page.request.get(f"{page.url}papier.pdf")
        assert (paper.status, paper.body()[:5]) == (200, b"%PDF-")
    page.goto(period.get_absolute_url())
    expect(page.get_by_text("PDF, 1 Seite").first).to_be_visible()
    check(page)


def test_step_is_moved_between_others_and_saved_with_the_enter_key(
    world: None, open_browser: Open, check: Check
) -> None:
    page, measure = open_browser(), Measure.objects.get()
    sign_in(page)
    page.goto(f"{measure.get_absolute_url()}schritte/")
    page.get_by_label("Schritt, 3. Schritt").fill("Dazwischen")
    page.get_by_role("button", name="3. Schritt nach oben").click()
    expect(page.get_by_label("Schritt, 2. Schritt")).to_have_value("Dazwischen")
    page.get_by_role("button", name="Zeile hinzufügen").click()
    expect(page.get_by_label("Schritt, 6. Schritt")).to_be_visible()
    check(page)
    page.get_by_label("Schritt, 2. Schritt").press("Enter")
    expect(page.get_by_text("Die Schritte sind gespeichert.")).to_be_visible()
    assert list(measure.steps.values_list("text", flat=True)) == ["Schritt 1", "Dazwischen", "Schritt 2"]
    page.goto(f"{measure.get_absolute_url()}kennzahlen/")
    check(page)
