"""Invented offers do not contradict themselves, however many are drawn."""

import re
from collections import Counter
from typing import Any

import pytest

from actors.models import Organisation
from kiportal.common.models import Centre
from kiportal.pages import data
from kiportal.pages.demo.invented import Invented, Inventor
from kiportal.pages.demo.places import Places
from kiportal.pages.setup import set_up
from offers.models import OfferType, TargetGroup, Topic

pytestmark = pytest.mark.django_db

NUMBER = 3000
CHILDREN = {(0, 3), (3, 6), (6, 10), (10, 16)}
GROWN = {"arbeitssuchende", "auszubildende", "frauen", "maenner", "aeltere", "junge-erwachsene"}
ADVICE = {"beratung", "sprachkurs", "begleitung", "elternbildung", "lernfoerderung", "sachhilfe"}


@pytest.fixture
def drawn() -> list[tuple[Invented, set[str], set[str], str]]:
    """Each offer with the slugs of its groups and topics, and the kind of its provider."""
    set_up("kreis-siegen-wittgenstein")
    inventor = Inventor(Places(Centre.objects.current()), NUMBER)
    groups = dict(TargetGroup.objects.values_list("pk", "slug"))
    topics = dict(Topic.objects.values_list("pk", "slug"))
    kinds = dict(Organisation.objects.values_list("pk", "kind"))
    return [
        (
            offer,
            {groups[key] for key in offer.related["target_groups"]},
            {topics[key] for key in offer.related["topics"]},
            kinds[offer.columns["provider_id"]],
        )
        for offer in (inventor.offer() for _ in range(NUMBER))
    ]


def said(title: str, only: str, ages: tuple[Any, Any], groups: set[str], kind: str, offer_type: str) -> str:
    """The contradiction, if there is one."""
    has_ages = ages != (None, None)
    men, women = "Männer" in title, re.search("Frauen", title) is not None
    rules = {
        "women in what is for men": men and (only == "frauen" or "frauen" in groups or women),
        "men in what is for women": women and (only == "maenner" or "maenner" in groups),
        "everybody where only some may come": bool(only) and ("alle" in groups or "für alle" in title),
        "children in what is for the grown": ages in CHILDREN and bool(groups & GROWN),
        "children learn with a level": ages in CHILDREN and re.search(r"\b[ABC][12]\b", title) is not None,
        "small children with pensioners": re.search("Krabbel|Baby|Spiel(gruppe|stunde)", title) is not None
        and ("ältere" in title or "Jugendliche" in title or "aeltere" in groups),
        "a group for children with another age": "kinder-0-3" in groups and has_ages and ages != (0, 3),
        "the old with the young": "ältere Menschen" in title and has_ages and ages[0] < 60,
        "the young with the old": "Jugendliche" in title and has_ages and ages[0] > 12,
        "a club of gymnasts that advises": kind == "sportverein" and offer_type in ADVICE,
        "the same audience twice": title.count(" für ") > 1 or re.search("Senioren.* für ältere", title) is not None,
        "nobody": not groups,
    }
    return ", ".join(name for name, is_broken in rules.items() if is_broken)


def test_no_invented_offer_contradicts_itself(drawn: list[tuple[Invented, set[str], set[str], str]]) -> None:
    types = dict(OfferType.objects.values_list("pk", "slug"))
    problems = [
        f"{offer.columns['title']}: {problem}"
        for offer, groups, topics, kind in drawn
        if (
            problem := said(
                offer.columns["title"],
                offer.columns["only_for"],
                (offer.columns["age_from"], offer.columns["age_to"]),
                groups,
                kind,
                types[offer.columns["offer_type_id"]],
            )
        )
        or not topics
    ]
    assert problems == []


def test_invented_offers_use_what_they_may(drawn: list[tuple[Invented, set[str], set[str], str]]) -> None:
    """The rules leave something to draw: every audience, every group of ages, both kinds of closed doors."""
    only = Counter(offer.columns["only_for"] for offer, *_rest in drawn)
    assert only["frauen"] > only["maenner"] > 0
    ages = {(offer.columns["age_from"], offer.columns["age_to"]) for offer, *_rest in drawn}
    assert ages >= {(None, None), (0, 3), (6, 10), (10, 16), (16, 27), (18, None), (60, None)}
    titles = " ".join(offer.columns["title"] for offer, *_rest in drawn)
    for whom in ("für Frauen", "für Familien", "für Jugendliche", "für ältere Menschen", "für alle", "Männer"):
        assert whom in titles
    assert {kind for *_rest, kind in drawn} == set(data.read("demo/synthetic")["providers"]["kinds"])
    [(first, most)] = Counter(offer.columns["provider_id"] for offer, *_rest in drawn).most_common(1)
    assert 20 < most < 0.05 * NUMBER
    assert Organisation.objects.get(pk=first).kind in data.read("demo/synthetic")["providers"]["large"]
