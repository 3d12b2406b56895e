"""What the public and a Kommune told the centre and searched in vain, what it wants to look at again, what fails."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from actors.models import Language, Municipality, Organisation
from kiportal.common import addresses
from kiportal.common.models import FollowUp, MailAddress, User
from kiportal.pages import data
from kiportal.pages.demo.content import stable_uuid
from kiportal.pages.demo.history import happened
from kiportal.pages.demo.places import Places
from offers import lifecycle, vain
from offers.models import ConfirmationRequest, Hint, LinkCheck, Need, Offer, Topic, VainSearch
from offers.permissions import municipalities_of
from offers.upkeep import due


def load(places: Places) -> None:
    found = data.read("demo/feedback")
    for number, entry in enumerate(found["needs"]):
        _add_need(number, entry, places)
    for number, entry in enumerate(found["hints"]):
        _add_hint(number, entry)
    for entry in found["follow_ups"]:
        _add_follow_up(entry)
    now, today = timezone.now(), timezone.localdate()
    for entry in found["undeliverable"]:
        address = addresses.mark_undeliverable(_organisation(entry).email, reason=entry["reason"])
        since = now - timedelta(days=entry["days_ago"])
        MailAddress.objects.filter(pk=address.pk).update(undeliverable_since=since)
    VainSearch.objects.bulk_create(
        VainSearch(
            day=today - timedelta(days=entry["days_ago"]),
            words=vain.words_of(entry["words"]).folded,
            typed=vain.words_of(entry["words"]).typed,
            language=entry.get("language", "de"),
            municipality=places.at(entry["municipality"]).slug if "municipality" in entry else "",
            number=entry["number"],
            counted_at=now - timedelta(days=entry["days_ago"]),
        )
        for entry in found["vain_searches"]
    )
    _ask(today)
    for entry in found["broken_links"]:
        LinkCheck.objects.create(
            url=_organisation(entry).website,
            checked_on=today,
            outcome=LinkCheck.Outcome.ERROR,
            code=entry["code"],
            failures=entry["days_ago"],
            failing_since=today - timedelta(days=entry["days_ago"]),
        )


def _ask(today: date) -> None:
    """Who was asked, and when: as the mails 30 and 14 days before and on the day itself would have gone out.

    Nobody writes to an address that takes no mail. A portal that has run for a while has asked about all that is due.
    """
    silent = set(MailAddress.objects.undeliverable().values_list("email", flat=True))
    ConfirmationRequest.objects.bulk_create(
        ConfirmationRequest(
            offer=entry.offer,
            confirmed_on=entry.confirmed_on,
            stage=stage,
            sent_on=entry.due_on - timedelta(days=stage),
        )
        for entry in due.entries(Offer.objects.all(), today)
        for stage in (due.Stage.FIRST, due.Stage.SECOND, due.Stage.DUE)
        if entry.stage <= stage and entry.address and entry.address not in silent
    )


def _add_need(number: int, entry: dict[str, Any], places: Places) -> None:
    now = timezone.now()
    at = now - timedelta(days=entry["days_ago"])
    with happened(at, now):
        key = stable_uuid("need", str(number))
        words = {
            "text": entry["text"],
            "topic": Topic.objects.filter(slug=entry.get("topic", "")).first(),
            "language": Language.objects.filter(slug=entry.get("language", "")).first(),
        }
        if "by" in entry:
            user, place = _of_kommune(entry)
            need = lifecycle.receive_local_need(key, place, by=user, **words)
        else:
            place = places.at(entry["municipality"])
            need = lifecycle.receive_need(key, municipality=place, email=entry["email"], **words)
    Need.objects.filter(pk=need.pk).update(received_at=at)
    if "noted" in entry:
        with happened(at + timedelta(days=1), now):
            lifecycle.note_need(need, by=_editor(), text=entry["noted"])
        Need.objects.filter(pk=need.pk).update(closed_at=at + timedelta(days=1))


def _add_hint(number: int, entry: dict[str, Any]) -> None:
    now = timezone.now()
    at = now - timedelta(days=entry["days_ago"])
    key, words = stable_uuid("hint", str(number)), {"kind": entry["kind"], "text": entry["text"]}
    about = _offer(entry) if "offer" in entry else _organisation(entry)
    with happened(at, now):
        if "by" in entry and isinstance(about, Offer):
            user, place = _of_kommune(entry)
            hint = lifecycle.receive_local_hint(key, about, place, by=user, **words)
        else:
            target = "offer" if isinstance(about, Offer) else "organisation"
            hint = lifecycle.receive_hint(key, email=entry["email"], **words, **{target: about})
    Hint.objects.filter(pk=hint.pk).update(received_at=at)
    if "answer" in entry:
        with happened(at + timedelta(days=2), now):
            lifecycle.answer_hint(hint, by=_editor(), text=entry["answer"])
        Hint.objects.filter(pk=hint.pk).update(closed_at=at + timedelta(days=2))


def _add_follow_up(entry: dict[str, Any]) -> None:
    FollowUp.objects.create(
        target=_offer(entry) if "offer" in entry else _organisation(entry),
        due_on=timezone.localdate() + timedelta(days=entry["in_days"]),
        note=entry["note"],
        for_user=User.objects.filter(username=entry.get("for", "")).first(),
        created_by=_editor(),
    )


def _editor() -> User:
    return User.objects.get(username="redaktion")


def _of_kommune(entry: dict[str, Any]) -> tuple[User, Municipality]:
    """The account that writes, and its Kommune."""
    user = User.objects.get(username=entry["by"])
    return user, municipalities_of(user).get()


def _offer(entry: dict[str, Any]) -> Offer:
    return Offer.objects.get(uuid=stable_uuid("offer", entry["offer"]))


def _organisation(entry: dict[str, Any]) -> Organisation:
    return Organisation.objects.get(uuid=stable_uuid("organisation", entry["organisation"]))
