"""What staff wrote down for a Verein: one entry whose link went unanswered, one that is not finished."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from actors.models import ContactPerson, Language, Organisation
from kiportal.common.models import User
from kiportal.pages import data
from kiportal.pages.demo.content import stable_uuid
from kiportal.pages.demo.history import happened
from kiportal.pages.demo.places import Places
from offers import lifecycle
from offers.models import Offer, OfferType, Topic
from offers.upkeep.recordings import PATIENCE


def load(places: Places) -> None:
    by = User.objects.get(username="redaktion")
    for entry in data.read("demo/recordings"):
        _record(entry, places, by)


def _record(entry: dict[str, Any], places: Places, by: User) -> None:
    now = timezone.now()
    at = now - timedelta(days=entry["days_ago"])
    offer = Offer(
        uuid=stable_uuid("offer", entry["key"]),
        title=entry["title"],
        summary=entry["summary"],
        description=entry["description"],
        offer_type=OfferType.objects.filter(slug=entry.get("offer_type", "")).first(),
        schedule_text=entry["schedule_text"],
        cost_kind=entry.get("cost_kind", ""),
        submitter_email=entry["email"],
        internal_note=entry["note"],
    )
    with happened(at, now):
        lifecycle.record(
            offer, _provider(entry, places), by=by, key=stable_uuid("recording", entry["key"]), how=entry["how"]
        )
        offer.municipalities.add(*(places.at(index) for index in entry["municipalities"]))
        offer.topics.add(*Topic.objects.filter(slug__in=entry["topics"]))
        offer.languages.add(*Language.objects.filter(slug__in=entry["languages"]))
        if contact := entry.get("contact"):
            offer.contact = ContactPerson.objects.create(organisation=offer.provider, **contact)
            offer.save(update_fields=["contact"])
        if entry["is_sent"]:
            lifecycle.send_recorded_link(offer, by=by)
    Offer.objects.filter(pk=offer.pk).update(created_at=at, updated_at=at)
    Organisation.objects.filter(pk=offer.provider_id, status=Organisation.Status.PROPOSED).update(created_at=at)
    if at + PATIENCE < now:
        with happened(at + PATIENCE, now):
            lifecycle.remind_of_recorded(timezone.localdate(at + PATIENCE))


def _provider(entry: dict[str, Any], places: Places) -> Organisation:
    if "provider" in entry:
        return Organisation.objects.get(uuid=stable_uuid("organisation", entry["provider"]))
    values = entry["organisation"]
    return Organisation(**values | {"municipality": places.at(values["municipality"]), "email": entry["email"]})
