"""What the public told the centre and searched in vain, an address that takes no mail, a link that is broken."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from actors.models import Language, Organisation
from kiportal.common import addresses
from kiportal.common.models import MailAddress, User
from kiportal.pages import data
from kiportal.pages.demo.content import stable_uuid
from kiportal.pages.demo.history import happened
from kiportal.pages.demo.places import Places
from offers import lifecycle
from offers.models import Hint, LinkCheck, Need, Offer, Topic, VainSearch


def load(places: Places) -> None:
    found = data.read("demo/feedback")
    for number, entry in enumerate(found["needs"]):
        _add_need(number, entry, places)
    for number, entry in enumerate(found["hints"]):
        _add_hint(number, entry)
    now, today = timezone.now(), timezone.localdate()
    for entry in found["undeliverable"]:
        address = addresses.mark_undeliverable(_organisation(entry).email, reason=entry["reason"])
        since = now - timedelta(days=entry["days_ago"])
        MailAddress.objects.filter(pk=address.pk).update(undeliverable_since=since)
    VainSearch.objects.bulk_create(
        VainSearch(
            day=today - timedelta(days=entry["days_ago"]),
            words=entry["words"],
            language=entry.get("language", "de"),
            municipality=places.at(entry["municipality"]).slug if "municipality" in entry else "",
            number=entry["number"],
            counted_at=now - timedelta(days=entry["days_ago"]),
        )
        for entry in found["vain_searches"]
    )
    for entry in found["broken_links"]:
        LinkCheck.objects.create(
            url=_organisation(entry).website,
            checked_on=today,
            outcome=LinkCheck.Outcome.ERROR,
            code=entry["code"],
            failures=entry["days_ago"],
            failing_since=today - timedelta(days=entry["days_ago"]),
        )


def _add_need(number: int, entry: dict[str, Any], places: Places) -> None:
    now = timezone.now()
    at = now - timedelta(days=entry["days_ago"])
    with happened(at, now):
        need = lifecycle.receive_need(
            stable_uuid("need", str(number)),
            text=entry["text"],
            topic=Topic.objects.filter(slug=entry.get("topic", "")).first(),
            municipality=places.at(entry["municipality"]),
            language=Language.objects.filter(slug=entry.get("language", "")).first(),
            email=entry["email"],
        )
    Need.objects.filter(pk=need.pk).update(received_at=at)
    if "noted" in entry:
        with happened(at + timedelta(days=1), now):
            lifecycle.note_need(need, by=User.objects.get(username="redaktion"), text=entry["noted"])
        Need.objects.filter(pk=need.pk).update(closed_at=at + timedelta(days=1))


def _add_hint(number: int, entry: dict[str, Any]) -> None:
    now = timezone.now()
    at = now - timedelta(days=entry["days_ago"])
    about: dict[str, Any] = (
        {"offer": Offer.objects.get(uuid=stable_uuid("offer", entry["offer"]))}
        if "offer" in entry
        else {"organisation": _organisation(entry)}
    )
    with happened(at, now):
        hint = lifecycle.receive_hint(
            stable_uuid("hint", str(number)), kind=entry["kind"], text=entry["text"], email=entry["email"], **about
        )
    Hint.objects.filter(pk=hint.pk).update(received_at=at)


def _organisation(entry: dict[str, Any]) -> Organisation:
    return Organisation.objects.get(uuid=stable_uuid("organisation", entry["organisation"]))
