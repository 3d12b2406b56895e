"""`setup_centre`: five Kreise from data files, and nothing that staff edited is overwritten."""

import re
from string import Formatter

import pytest
from django.core.management import CommandError, call_command

from actors.models import Language, Municipality
from kiportal.common.models import Centre, CentreText
from kiportal.common.richtext import sanitise
from kiportal.pages import data
from kiportal.pages.setup import REFERENCE, TEXT_LANGUAGES, set_up
from offers.models import OfferType, Programme, TargetGroup, Topic

MUNICIPALITIES = {
    "kreis-borken": 17,
    "kreis-coesfeld": 11,
    "kreis-siegen-wittgenstein": 11,
    "kreis-wesel": 13,
    "rhein-erft-kreis": 10,
}
PLACEHOLDERS = {
    "centre_name",
    "county_name",
    "street",
    "postcode",
    "city",
    "phone",
    "email",
    "represented_by",
    "supervisory_authority",
}
TEXTS = [(language, page) for language in TEXT_LANGUAGES for page in CentreText.Page.values]


def test_profiles_are_the_five_kreise() -> None:
    assert data.profile_slugs() == sorted(MUNICIPALITIES)


@pytest.mark.django_db
@pytest.mark.parametrize(("slug", "number"), MUNICIPALITIES.items())
def test_setup_writes_every_kreis(slug: str, number: int) -> None:
    set_up(slug)
    centre, profile = Centre.objects.current(), data.read(f"profiles/{slug}")
    assert centre.county_name == profile["centre"]["county_name"]
    assert Municipality.objects.count() == number
    assert all(ags.startswith(centre.county_ags) for ags in Municipality.objects.values_list("ags", flat=True))
    assert data.profile_of_county(centre.county_ags) == profile
    centre.full_clean()
    for municipality in Municipality.objects.all():
        municipality.full_clean()


def test_municipalities_have_62_different_keys() -> None:
    keys = [row["ags"] for slug in MUNICIPALITIES for row in data.read(f"profiles/{slug}")["municipalities"]]
    assert len(keys) == len(set(keys)) == 62


@pytest.mark.parametrize("slug", MUNICIPALITIES)
def test_tile_map_hangs_together(slug: str) -> None:
    rows = data.read(f"profiles/{slug}")["municipalities"]
    tiles = {(row["tile_column"], row["tile_row"]) for row in rows}
    assert len(tiles) == len(rows)
    reached, border = set(), {min(tiles)}
    while border:
        column, row = tile = border.pop()
        reached.add(tile)
        neighbours = {(column + x, row + y) for x in (-1, 0, 1) for y in (-1, 0, 1)}
        border |= (neighbours & tiles) - reached
    assert reached == tiles


@pytest.mark.django_db
def test_setup_writes_the_value_lists() -> None:
    set_up("kreis-wesel")
    counts = {model: model.objects.count() for model in (Topic, TargetGroup, OfferType, Language, Programme)}
    assert counts == {Topic: 32, TargetGroup: 31, OfferType: 24, Language: 45, Programme: 13}
    for model in REFERENCE.values():
        for record in model._default_manager.all():
            record.full_clean()
            assert record.translations["en"]["name"]
    assert set(Language.objects.filter(is_rtl=True).values_list("slug", flat=True)) == {
        "ar",
        "ckb",
        "fa",
        "prs",
        "ps",
        "ur",
    }


@pytest.mark.django_db
def test_setup_run_again_writes_nothing() -> None:
    assert set_up("kreis-coesfeld").total() > 0
    assert set_up("kreis-coesfeld").total() == 0


@pytest.mark.django_db
def test_setup_run_again_keeps_what_staff_changed() -> None:
    set_up("kreis-borken")
    Centre.objects.update(phone="02861 123", website="")
    Topic.objects.filter(slug="wohnen").update(name="Wohnen und Miete", translations={})
    CentreText.objects.filter(page="kontakt", language="de").update(title="So erreichen Sie uns")
    Municipality.objects.filter(slug="ahaus").delete()

    assert dict(+set_up("kreis-borken")) == {"topics": 1, "municipalities": 1, "centre": 1}
    centre = Centre.objects.current()
    assert (centre.phone, centre.website) == ("02861 123", "https://www.kreis-borken.de/")
    topic = Topic.objects.get(slug="wohnen")
    assert (topic.name, topic.translations["en"]["name"]) == ("Wohnen und Miete", "Housing")
    assert CentreText.objects.get(page="kontakt", language="de").title == "So erreichen Sie uns"


@pytest.mark.django_db
def test_setup_resets_texts_when_told() -> None:
    set_up("kreis-borken")
    CentreText.objects.filter(page="kontakt").update(title="So erreichen Sie uns")
    set_up("kreis-borken", reset_texts=True)
    assert set(CentreText.objects.filter(page="kontakt").values_list("title", flat=True)) == {"Kontakt", "Contact"}


@pytest.mark.django_db
def test_setup_takes_the_address_of_the_centre() -> None:
    call_command("setup_centre", "--profile", "kreis-wesel", "--email", "ki@wesel.example.org")
    assert Centre.objects.current().email == "ki@wesel.example.org"
    assert "mailto:ki@wesel.example.org" in CentreText.objects.get(page="impressum", language="de").body


@pytest.mark.django_db
def test_setup_refuses_another_kreis() -> None:
    set_up("kreis-wesel")
    with pytest.raises(CommandError, match="serves Kreis Wesel, not Kreis Borken"):
        call_command("setup_centre", "--profile", "kreis-borken")
    assert Municipality.objects.count() == 13


@pytest.mark.parametrize(("language", "page"), TEXTS)
def test_text_has_known_placeholders_and_clean_html(language: str, page: str) -> None:
    source = (data.FOLDER / "texts" / language / f"{page}.html").read_text(encoding="utf-8")
    assert {name for _, name, _, _ in Formatter().parse(source) if name is not None} <= PLACEHOLDERS
    title, body = data.read_text(language, page, dict.fromkeys(PLACEHOLDERS, "x"))
    assert 0 < len(title) <= 160
    assert sanitise(body).replace(' rel="noopener nofollow"', "") == body


@pytest.mark.parametrize(("language", "page"), TEXTS)
def test_text_links_stay_in_their_language(language: str, page: str) -> None:
    _, body = data.read_text(language, page, dict.fromkeys(PLACEHOLDERS, "x"))
    paths = re.findall(r'href="(/[^"]*)"', body)
    assert all(path.startswith("/en/") == (language == "en") for path in paths if path != "/leichte-sprache/")
