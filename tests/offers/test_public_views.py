"""The public pages of offers, organisations, programmes and dates: what they show and what they keep to themselves."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from actors.models import ContactPerson, FunderNote
from kiportal.common.models import Consent
from offers.models import Offer, OfferDate, Programme
from tests import factories
from tests.offers.pages import counts, html, titles

CANARY = "Kanarienvogel"
LIST_QUERIES = 12


@pytest.fixture(autouse=True)
def _centre(centre: object) -> None:
    """Every page shows the centre's name."""


def in_days(days: float) -> Any:
    return timezone.now() + timedelta(days=days)


def consent(**fields: Any) -> Consent:
    values = {"purpose": Consent.Purpose.PUBLISH_NAME, "wording": "Ja.", "given_on": timezone.localdate()}
    return Consent.objects.create(channel=Consent.Channel.MAIL, **(values | fields))


# The list


def test_offer_list_shows_what_a_card_needs(client: Client) -> None:
    offer = factories.make_offer(
        "Nähkurs",
        summary="Wir nähen zusammen.",
        provider=factories.make_organisation("Nadel und Faden e. V."),
        municipalities=[factories.make_municipality("Siegen", slug="siegen")],
        languages=[factories.make_language(slug, name=name) for slug, name in (("de", "Deutsch"), ("ar", "Arabisch"))],
        kind=Offer.Kind.PROJECT,
        schedule=Offer.Schedule.BY_APPOINTMENT,
        last_confirmed_on=timezone.localdate(),
    )
    page = html(client, "/angebote/")
    card = page[page.index('<article class="card') : page.index("</article>")]
    for text in ("Nähkurs", "Wir nähen zusammen.", "Nadel und Faden e. V.", "Siegen", "Deutsch, Arabisch"):
        assert text in card
    assert f'href="/angebote/{offer.slug}/"' in card
    assert "nach Vereinbarung" in card
    assert "kostenfrei" in card
    assert "Projekt" in card
    assert f"Zuletzt bestätigt am {timezone.localdate():%d.%m.%Y}" in card
    assert "bitte fragen Sie nach" not in card


def test_offer_list_shows_the_next_date_in_local_time(client: Client) -> None:
    offer = factories.make_offer("Fest")
    start = timezone.make_aware(timezone.datetime(2031, 7, 1, 18, 30))
    OfferDate.objects.create(offer=offer, starts_at=start)
    OfferDate.objects.create(offer=offer, starts_at=start + timedelta(days=7))
    assert "Di, 01.07.2031, 18:30 Uhr" in html(client, "/angebote/")


def test_offer_list_marks_an_entry_nobody_confirmed_for_long(client: Client) -> None:
    factories.make_offer(last_confirmed_on=timezone.localdate() - timedelta(days=400))
    assert "bitte fragen Sie nach" in html(client, "/angebote/")


def test_offer_list_has_pages_of_twenty_that_keep_the_filters(client: Client) -> None:
    topic = factories.make_topic("kultur")
    for number in range(25):
        factories.make_offer(f"Angebot {number}", topics=[topic])
    first, second = titles(client, "/angebote/?thema=kultur"), titles(client, "/angebote/?thema=kultur&seite=2")
    assert (len(first), len(second)) == (20, 5)
    assert not set(first) & set(second)
    assert 'href="?thema=kultur&amp;seite=2"' in html(client, "/angebote/?thema=kultur")
    assert titles(client, "/angebote/?thema=kultur&seite=99") == second


def test_offer_list_shows_counts_beside_the_check_boxes(client: Client) -> None:
    factories.make_offer(topics=[factories.make_topic("kultur")], municipalities=[])
    factories.make_offer(topics=[factories.make_topic("schule")], is_countywide=True, municipalities=[])
    factories.make_municipality("Siegen", slug="siegen")
    shown = counts(html(client, "/angebote/?thema=schule"))
    assert shown["thema", "kultur"] == shown["thema", "schule"] == shown["kommune", "siegen"] == 1
    assert shown["kosten", "kostenfrei"] == 1
    assert ("kosten", "betrag") not in shown


def test_offer_list_keeps_word_filters_and_sorting_in_its_form(client: Client) -> None:
    topic = factories.make_topic("kultur")
    factories.make_offer("Chor", topics=[topic])
    page = html(client, "/angebote/?q=Chor&thema=kultur&sortierung=name")
    assert re.search(r'name="q"[^>]*value="Chor"', page)
    assert re.search(r'name="thema" value="kultur"[^>]* checked', page)
    assert '<input type="hidden" name="sortierung" value="name">' in page
    assert "Filter entfernen:" in page
    assert "1 Treffer für „Chor“" in page


def test_offer_list_map_puts_a_municipality_in_and_out(client: Client) -> None:
    here = factories.make_municipality("Siegen", slug="siegen")
    factories.make_offer(municipalities=[here])
    assert 'href="?kommune=siegen"' in html(client, "/angebote/")
    assert re.search(
        r'href="\?" aria-current="true"><span class="tile-map__name">Siegen', html(client, "/angebote/?kommune=siegen")
    )


def test_offer_list_answers_htmx_with_the_changing_part_only(client: Client) -> None:
    factories.make_offer("Chor")
    response = client.get("/angebote/?q=chor", headers={"HX-Request": "true"})
    part = response.content.decode()
    assert "<html" not in part
    assert re.search(r"<title>Suche nach „chor“\s+–", part)
    assert "Chor</a>" in part
    assert "HX-Request" in response.headers["Vary"]
    restored = client.get("/angebote/", headers={"HX-History-Restore-Request": "true"})
    assert "<html" in restored.content.decode()


def test_offer_list_without_hits_tells_which_filter_to_loosen(client: Client) -> None:
    topic, place = factories.make_topic("kultur"), factories.make_municipality("Siegen", slug="siegen")
    factories.make_offer(topics=[topic], cost_kind="betrag")
    factories.make_offer(municipalities=[place])
    page = html(client, "/angebote/?thema=kultur&kommune=siegen&kosten=kostenfrei")
    assert "Den Filter „Thema“ entfernen</a> – 1 Angebot" in page
    assert "Den Filter „Kommune“ entfernen" not in page
    assert 'href="/angebote/melden/"' in page


def test_offer_list_without_hits_because_of_a_filter_keeps_the_word(client: Client) -> None:
    factories.make_topic("kultur")
    factories.make_offer("Chor")
    page = html(client, "/angebote/?q=Chor&thema=kultur")
    assert 'href="?q=Chor">Den Filter „Thema“ entfernen</a> – 1 Angebot' in page
    assert "Meinten Sie" not in page


def test_offer_list_escapes_what_people_typed(client: Client) -> None:
    factories.make_offer("<b>fett</b>", summary="<i>kursiv</i>")
    page = html(client, "/angebote/?q=<i>&thema=<script>")
    assert "<b>fett" not in page
    assert "<i>kursiv" not in page
    assert "<script>\u201c" not in page


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", [1, 30])
@pytest.mark.parametrize("query", ["", "?q=angebot&thema=kultur&kommune=ort&sortierung=termin"])
def test_offer_list_queries_do_not_grow(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, number: int, query: str
) -> None:
    topic, place = factories.make_topic("kultur"), factories.make_municipality("Ort", slug="ort")
    for index in range(number):
        offer = factories.make_offer(f"Angebot {index}", topics=[topic], municipalities=[place])
        OfferDate.objects.create(offer=offer, starts_at=in_days(index + 1))
    client.get("/angebote/")
    with django_assert_max_num_queries(8):
        client.get(f"/angebote/{query}")


# One offer


def test_offer_detail_tells_what_when_where_and_how_much(client: Client) -> None:
    offer = factories.make_offer(
        "Nähkurs",
        summary="Wir nähen zusammen.",
        description="<p>Bringen Sie <strong>Stoff</strong> mit.</p>",
        topics=[factories.make_topic("kultur", name="Kultur")],
        target_groups=[factories.make_target_group("frauen", name="Frauen")],
        place_name="Bürgerhaus",
        street="Markt 1",
        postcode="57072",
        city="Siegen",
        schedule_text="dienstags um 9 Uhr",
        cost_kind="betrag",
        cost_amount="1250.50",
        cost_note="im Jahr",
        registration="telefon",
        registration_note="vormittags",
        website="https://www.example.org/naehen/",
        is_online=True,
    )
    start = timezone.make_aware(timezone.datetime(2031, 7, 1, 18, 30))
    OfferDate.objects.create(offer=offer, starts_at=start, ends_at=start + timedelta(hours=2), note="Saal 2")
    page = html(client, offer.get_absolute_url())
    for text in (
        "<h1>Nähkurs</h1>",
        "Wir nähen zusammen.",
        "<strong>Stoff</strong>",
        "Kultur",
        "Frauen",
        "Bürgerhaus",
        "Markt 1",
        "57072 Siegen",
        "dienstags um 9 Uhr",
        "Dienstag, 01.07.2031, 18:30 bis 20:30 Uhr",
        "– Saal 2",
        "1.250,50 €",
        "im Jahr",
        "telefonisch",
        "vormittags",
        'href="https://www.example.org/naehen/" rel="external">example.org/naehen</a>',
        "vor Ort, online",
        "Zuletzt bestätigt am",
        "Stimmt etwas nicht?",
    ):
        assert text in page, text
    assert '<meta name="description" content="Wir nähen zusammen.">' in page


def test_offer_detail_of_a_project_tells_how_to_copy_it(client: Client) -> None:
    parts = {f"project_{part}": f"<p>{part}-Text</p>" for part in ("goal", "steps", "needs", "results")}
    project = factories.make_offer(
        kind=Offer.Kind.PROJECT, project_state="laufend", project_period="2025 bis 2027", **parts
    )
    page = html(client, project.get_absolute_url())
    assert "Das brauchen andere, um es nachzumachen" in page
    for text in (*parts.values(), "läuft", "2025 bis 2027"):
        assert text in page


def test_offer_detail_of_an_offer_shows_no_project_part(client: Client) -> None:
    offer = factories.make_offer(project_needs=f"<p>{CANARY}</p>")
    assert CANARY not in html(client, offer.get_absolute_url())


def test_offer_detail_names_a_person_with_consent_only(client: Client) -> None:
    provider = factories.make_organisation()
    person = ContactPerson.objects.create(
        organisation=provider, function="Kursbüro", name=CANARY, phone="0271 12-3", consent=consent()
    )
    offer = factories.make_offer(provider=provider, contact=person)
    page = html(client, offer.get_absolute_url())
    assert CANARY in page
    assert 'href="tel:0271123"' in page
    person.consent.withdrawn_on = timezone.localdate()
    person.consent.save()
    for path in (offer.get_absolute_url(), provider.get_absolute_url()):
        assert CANARY not in html(client, path)
        assert "Kursbüro" in html(client, path)


def test_offer_detail_shows_similar_offers_of_the_place_first(client: Client) -> None:
    topic, here, there = factories.make_topic(), factories.make_municipality(), factories.make_municipality()
    offer = factories.make_offer("Dieses", topics=[topic], municipalities=[here])
    factories.make_offer("Anderswo", topics=[topic], municipalities=[there])
    factories.make_offer("Hier", topics=[topic], municipalities=[here])
    factories.make_offer("Überall", topics=[topic], municipalities=[], is_countywide=True)
    factories.make_offer("Anderes Thema", municipalities=[here])
    factories.make_offer(CANARY, topics=[topic], municipalities=[here], status="hidden", slug="verborgen")
    assert titles(client, offer.get_absolute_url()) == ["Überall", "Hier", "Anderswo"]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"status": "draft"}, 404),
        ({"status": "unconfirmed"}, 404),
        ({"status": "submitted"}, 404),
        ({"status": "changes_requested"}, 404),
        ({"status": "rejected"}, 404),
        ({"status": "hidden", "published_at": timezone.now()}, 404),
        ({"status": "archived", "published_at": timezone.now()}, 410),
        ({"status": "published", "valid_until": timezone.datetime(2020, 1, 1).date()}, 410),
        ({"status": "published", "provider_status": "archived"}, 404),
        ({"status": "published", "provider_status": "proposed"}, 404),
        ({"status": "archived", "published_at": timezone.now(), "provider_status": "archived"}, 404),
    ],
)
def test_offer_that_is_not_public_shows_nowhere(client: Client, fields: dict[str, Any], status: int) -> None:
    fields = dict(fields)
    provider = factories.make_organisation("Träger", status=fields.pop("provider_status", "published"))
    topic, place = factories.make_topic("kultur"), factories.make_municipality("Siegen", slug="siegen")
    programme = Programme.objects.create(slug="p", name="P", summary="", strand="bildung")
    offer = factories.make_offer(
        CANARY,
        summary=CANARY,
        description=CANARY,
        slug="kanarienvogel",
        provider=provider,
        topics=[topic],
        municipalities=[place],
        programme=programme,
        **fields,
    )
    OfferDate.objects.create(offer=offer, starts_at=in_days(1))
    public = factories.make_offer("Sichtbar", topics=[topic], municipalities=[place])

    gone = client.get("/angebote/kanarienvogel/")
    assert gone.status_code == status
    assert CANARY not in gone.content.decode()
    assert titles(client, "/angebote/") == ["Sichtbar"]
    assert CANARY not in html(client, f"/angebote/?q={CANARY.lower()[:-1]}").replace(f'value="{CANARY}"', "")
    shown = counts(html(client, "/angebote/"))
    assert shown["thema", "kultur"] == shown["kommune", "siegen"] == 1
    for path in (public.get_absolute_url(), "/termine/", "/programme/", "/programme/p/", "/akteure/"):
        assert CANARY not in html(client, path)
    organisation = client.get(provider.get_absolute_url())
    assert organisation.status_code == (200 if provider.status == "published" else 404)
    assert CANARY not in organisation.content.decode()


def test_offer_pages_keep_internal_columns_to_themselves(client: Client) -> None:
    provider = factories.make_organisation(internal_note=CANARY)
    ContactPerson.objects.create(organisation=provider, function=CANARY, email=f"{CANARY}@example.org")
    internal = {"submitter_email": f"{CANARY}@example.org", "submitter_note": CANARY, "internal_note": CANARY}
    offer = factories.make_offer("Chor", provider=provider, **internal)
    for path in (offer.get_absolute_url(), provider.get_absolute_url(), "/angebote/", "/akteure/"):
        assert CANARY not in html(client, path)
    assert titles(client, f"/angebote/?q={CANARY}") == []


def test_offer_that_ended_says_so_in_a_friendly_way(client: Client) -> None:
    factories.make_offer(status="archived", slug="vorbei", published_at=timezone.now())
    response = client.get("/angebote/vorbei/")
    assert response.status_code == 410
    assert "Dieses Angebot gibt es nicht mehr" in response.content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", [1, 30])
def test_offer_detail_queries_do_not_grow(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    topic = factories.make_topic()
    places = [factories.make_municipality() for _ in range(number)]
    for _ in range(number):
        offer = factories.make_offer(topics=[topic], municipalities=places)
        OfferDate.objects.create(offer=offer, starts_at=in_days(1))
    project = factories.make_offer(kind="projekt", topics=[topic], inspired_by=offer)
    for day in range(2, number + 2):
        OfferDate.objects.create(offer=project, starts_at=in_days(day))
        factories.make_offer(kind="projekt", inspired_by=project)
    client.get("/angebote/")
    with django_assert_max_num_queries(8):
        page = client.get(project.get_absolute_url())
    assert offer.title in page.text


# Organisations


def test_organisation_list_sorts_in_german_and_counts_public_offers(client: Client) -> None:
    for name in ("Zirkus", "Ökumene", "Oase", "Ärzte"):
        factories.make_organisation(name)
    factories.make_organisation("Unsichtbar", status="proposed")
    oase = factories.make_organisation("Oasis")
    factories.make_offer(provider=oase)
    factories.make_offer(provider=oase, status="draft")
    page = html(client, "/akteure/")
    assert titles(client, "/akteure/") == ["Ärzte", "Oase", "Oasis", "Ökumene", "Zirkus"]
    assert page.count("1 Angebot<") == 1
    assert "5 Organisationen" in page


def test_organisation_list_filters_and_keeps_the_filters_while_paging(client: Client) -> None:
    place = factories.make_municipality("Siegen", slug="siegen")
    for number in range(30):
        factories.make_organisation(f"Schule {number:02}", kind="schule", municipality=place)
    factories.make_organisation("Verein", kind="verein")
    path = "/akteure/?art=schule&kommune=siegen&q=schule"
    page = html(client, path)
    assert "30 Organisationen" in page
    assert "seite=2" in page
    assert '<option value="siegen" selected>' in page
    assert len(titles(client, path)) == 24
    assert len(titles(client, f"{path}&seite=2")) == 6
    assert "Keine Organisation gefunden" in html(client, "/akteure/?q=gibtesnicht")
    assert "gibt es hier nicht" in html(client, "/akteure/?art=unsinn&kommune=x")


@pytest.mark.parametrize("number", [1, 24])
def test_organisation_list_queries_do_not_grow(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    for _ in range(number):
        factories.make_offer(provider=factories.make_organisation(municipality=factories.make_municipality()))
    with django_assert_max_num_queries(LIST_QUERIES):
        client.get("/akteure/")


def test_organisation_detail_shows_profile_offers_and_contacts(client: Client) -> None:
    provider = factories.make_organisation(
        "Café Grenzenlos", description="<p>Alle sind <em>willkommen</em>.</p>", phone="0271 5", city="Siegen"
    )
    factories.make_offer("Chor", provider=provider)
    factories.make_offer("Ahnenforschung", provider=provider)
    page = html(client, provider.get_absolute_url())
    assert "<em>willkommen</em>" in page
    assert 'href="tel:02715"' in page
    assert "2 Angebote" in page
    assert page.count('contact-card__function">Kursbüro') == 2
    assert titles(client, provider.get_absolute_url()) == ["Ahnenforschung", "Chor"]


@pytest.mark.parametrize("status", ["proposed", "rejected", "archived"])
def test_organisation_detail_of_an_unpublished_one_is_not_found(client: Client, status: str) -> None:
    assert client.get(factories.make_organisation(status=status).get_absolute_url()).status_code == 404


# Programmes


def test_programme_pages_show_offers_and_funders(client: Client) -> None:
    programme = Programme.objects.create(
        slug="griffbereit",
        name="Griffbereit",
        summary="Spielen und sprechen.",
        strand="bildung",
        translations={"en": {"name": "Griffbereit (en)", "summary": "Play and talk."}},
    )
    Programme.objects.create(
        slug="alt", name="Altes", summary="", strand="querschnitt", state="finished", period="bis 2022"
    )
    factories.make_offer("Gruppe", programme=programme)
    FunderNote.objects.create(text="Gefördert vom Land")
    overview = html(client, "/programme/")
    assert overview.index("Griffbereit") < overview.index("Altes")
    assert "1 Angebot<" in overview
    assert "abgeschlossen, bis 2022" in overview
    assert titles(client, "/programme/griffbereit/") == ["Gruppe"]
    assert "Gefördert vom Land" in html(client, "/programme/griffbereit/")
    assert "Play and talk." in html(client, "/en/programme/griffbereit/")
    assert client.get("/programme/gibtesnicht/").status_code == 404


# Dates


def test_date_list_shows_upcoming_dates_by_day(client: Client) -> None:
    offer = factories.make_offer("Fest", provider=factories.make_organisation("Träger"))
    late = timezone.make_aware(timezone.datetime(2031, 7, 1, 23, 30))
    OfferDate.objects.create(offer=offer, starts_at=late, note="mit Musik")
    OfferDate.objects.create(offer=offer, starts_at=late - timedelta(hours=5), ends_at=late)
    OfferDate.objects.create(offer=offer, starts_at=late + timedelta(hours=1))
    OfferDate.objects.create(offer=offer, starts_at=in_days(-2))
    page = html(client, "/termine/")
    assert "3 Termine" in page
    assert page.count("01.07.2031") == 1
    assert re.search(
        r'Dienstag</span> <span class="day__date">01.07.2031.*18:30 bis 23:30 Uhr.*23:30 Uhr.*mit Musik.*Mittwoch',
        page,
        re.DOTALL,
    )
    assert "00:30 Uhr" in page


def test_date_list_filters_and_pages(client: Client) -> None:
    place = factories.make_municipality("Siegen", slug="siegen")
    offer = factories.make_offer("Fest", municipalities=[place])
    for day in range(1, 41):
        OfferDate.objects.create(offer=offer, starts_at=in_days(day))
    OfferDate.objects.create(offer=factories.make_offer("Anderswo"), starts_at=in_days(1))
    page = html(client, "/termine/?kommune=siegen")
    assert "40 Termine" in page
    assert "Anderswo" not in page
    assert 'href="?kommune=siegen&amp;seite=2"' in page
    assert "Keine Termine gefunden" in html(client, f"/termine/?thema={factories.make_topic('leer').slug}")


@pytest.mark.parametrize("number", [1, 30])
def test_date_list_queries_do_not_grow(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    for day in range(number):
        OfferDate.objects.create(offer=factories.make_offer(), starts_at=in_days(day + 1))
    with django_assert_max_num_queries(LIST_QUERIES):
        client.get("/termine/")


# All of them


@pytest.mark.parametrize(
    "path", ["/angebote/", "/akteure/", "/programme/", "/termine/", "/en/angebote/", "/en/termine/"]
)
def test_public_page_works_without_any_content(client: Client, path: str) -> None:
    assert "<h1" in html(client, path)


@pytest.mark.parametrize("path", ["/angebote/", "/angebote/chor/", "/akteure/", "/programme/", "/termine/"])
def test_public_page_sets_no_cookie_and_takes_no_post(client: Client, path: str) -> None:
    factories.make_offer("Chor", slug="chor")
    response = client.get(path)
    assert response.status_code == 200
    assert not response.cookies
    assert Client(enforce_csrf_checks=False).post(path).status_code == 405
