"""Long forms over an entry that is there: folded parts, each under one line of what is stored."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from kiportal.common import links
from kiportal.common.fieldsets import fields_beside_parts, form_parts
from kiportal.common.models import AccessLink, User
from offers import changes, lifecycle
from offers.forms.care import CareForm
from offers.forms.staff import NewOfferForm, StaffOfferForm
from offers.models import AccessFeature, Offer
from tests import factories
from tests.offers.journey import shown

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]


@pytest.fixture
def offer(db: None) -> Offer:
    offer_type = factories.make_offer_type("kurs", has_schedule=True, has_participants=True)
    made = factories.make_offer(
        "Lesekreis",
        offer_type=offer_type,
        schedule=Offer.Schedule.REGULAR,
        schedule_text="samstags 10–13 Uhr",
        cost_kind=Offer.CostKind.AMOUNT,
        cost_amount="12.50",
        places=12,
        is_closed=True,
        municipalities=[factories.make_municipality("Netphen")],
    )
    made.access_features.create(feature=AccessFeature.Feature.LIFT, state=AccessFeature.State.YES)
    made.access_features.create(feature=AccessFeature.Feature.TOILET, state=AccessFeature.State.NO)
    return made


@pytest.fixture
def path(offer: Offer) -> str:
    link = links.issue(AccessLink.Purpose.CARE, offer, offer.submitter_email)
    return f"/angebote/pflege/{links.token(link)}/aendern/"


def parts(page: Any) -> dict[str, Any]:
    return {part.slug: part for part in form_parts(page.context["form"])}


def test_every_part_tells_what_is_stored(client: Client, path: str) -> None:
    told = {slug: part.told for slug, part in parts(client.get(path)).items()}
    assert told["zeit"] == "vorübergehend geschlossen, samstags 10–13 Uhr"
    assert told["ort"].startswith("Netphen")
    assert told["kontakt"] == "Kursbüro, kursbuero@example.org"
    assert told["kosten"] == "kostet etwas, 12,50 €"
    assert "12 Plätze" in told["anmeldung"]
    assert told["text"].startswith("Lesekreis, ")
    assert told["barrierefreiheit"] == "Aufzug"
    assert told["partner"] == ""
    assert "projekt" not in told


def test_line_of_a_part_shows_the_open_proposal(client: Client, offer: Offer, path: str) -> None:
    member = factories.make_user("provider", organisation=offer.provider)
    proposed = {"schedule_text": {"old": offer.schedule_text, "new": "sonntags"}}
    lifecycle.propose(offer, proposed, by=member, message="", email=member.email)
    client.force_login(member)
    told = parts(client.get(reverse("offers:member_offer_edit", args=[offer.pk])))["zeit"].told
    assert told == "vorübergehend geschlossen, sonntags"


def test_parts_are_folded_but_the_one_that_was_asked_for(client: Client, path: str) -> None:
    assert not any(part.is_open for part in parts(client.get(path)).values())
    opened = [slug for slug, part in parts(client.get(f"{path}?teil=kosten")).items() if part.is_open]
    assert opened == ["kosten"]
    assert not any(part.is_open for part in parts(client.get(f"{path}?teil=unbekannt")).values())


def test_what_is_wrong_or_was_changed_stands_open_and_nothing_is_lost(client: Client, path: str) -> None:
    form = client.get(path).context["form"]
    answer = client.post(path, shown(form) | {"title": "", "schedule_text": "sonntags", "message": "Neu"})
    assert [slug for slug, part in parts(answer).items() if part.is_open] == ["zeit", "text"]
    form = answer.context["form"]
    assert (form["schedule_text"].value(), form["message"].value()) == ("sonntags", "Neu")


@pytest.mark.parametrize("form_class", [CareForm, StaffOfferForm])
def test_every_field_stands_in_one_part_or_beside_them(offer: Offer, form_class: Any) -> None:
    Offer.objects.update(kind=Offer.Kind.PROJECT)
    extra = {"proposal": None} if form_class is CareForm else {}
    form = form_class(instance=Offer.objects.get(), **extra)
    in_parts = [field.name for part in form_parts(form) for group in part.groups for field in group.fields]
    beside = [row[0].name for row in fields_beside_parts(form)]
    assert sorted(in_parts + beside) == sorted(field.name for field in form.visible_fields())
    assert beside == (["message"] if form_class is CareForm else [])


def test_staff_form_has_parts_and_a_new_entry_has_none(client: Client, offer: Offer, editor: User) -> None:
    client.force_login(editor)
    page = client.get(f"{reverse('offers:staff_offer_edit', args=[offer.pk])}?teil=intern")
    told = parts(page)
    assert told["intern"].is_open
    assert told["intern"].told == offer.submitter_email
    assert "Neuen Kontakt angeben" in page.text
    assert NewOfferForm(instance=Offer(provider=offer.provider)).template_name == "offers/staff_offer_fields.html"


@pytest.mark.parametrize("number", [1, 30])
def test_form_in_parts_needs_the_same_number_of_queries(
    client: Client, offer: Offer, path: str, number: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    offer.languages.set([factories.make_language() for _ in range(number)])
    offer.topics.set([factories.make_topic() for _ in range(number)])
    with django_assert_max_num_queries(75):
        client.get(path)


def test_long_list_shows_first_what_is_chosen(offer: Offer) -> None:
    languages = [factories.make_language() for _ in range(12)]
    offer.languages.set(languages[3:5])
    widget = CareForm(instance=offer, proposal=None)["languages"].as_widget()
    chosen, rest = widget.split("<details")
    assert [chosen.count(str(language)) for language in languages[3:5]] == [1, 1]
    assert chosen.count("checkbox") - chosen.count("__checkbox") == 2
    assert "checked" not in rest
    assert str(languages[0]) in rest
    assert "<details" not in CareForm(instance=Offer.objects.get(), proposal=None)["topics"].as_widget()


def test_names_of_parts_are_fields_that_can_be_proposed() -> None:
    from offers.forms.parts import AUTHORS_PARTS, TOLD

    assert {part.slug for part in AUTHORS_PARTS} == TOLD.keys()
    assert {name for names in TOLD.values() for name in names} <= set(changes.FIELDS)
