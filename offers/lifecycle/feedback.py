"""What the public tells us: gaps and mistakes. It is received once, and worked off by answering, noting, passing on."""

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from actors.models import Municipality, Organisation
from kiportal.common import links
from kiportal.common.jobs import enqueue
from kiportal.common.models import AccessLink, StatusChange, User
from kiportal.common.transitions import Transition, TransitionError, apply, table
from offers import reaching
from offers.models import Hint, Need, Offer
from offers.permissions import bodies_of, can_answer_hint, can_answer_need

_N = Need.Status
_H = Hint.Status

NEED = table(
    Transition("answer", frozenset({_N.OPEN, _N.NOTED}), _N.ANSWERED, can_answer_need),
    Transition("note", frozenset({_N.OPEN}), _N.NOTED, can_answer_need),
    Transition("discard", frozenset({_N.OPEN}), _N.DISCARDED, can_answer_need),
)
HINT = table(
    Transition("answer", frozenset({_H.OPEN}), _H.ANSWERED, can_answer_hint),
    Transition("forward", frozenset({_H.OPEN}), _H.OPEN, can_answer_hint),
    Transition("discard", frozenset({_H.OPEN}), _H.DISCARDED, can_answer_hint),
)


@transaction.atomic
def receive_need(key: uuid.UUID, **fields: Any) -> Need:
    """Store a gap once, however often its form arrives; the centre gets a mail."""
    need, is_new = Need.objects.get_or_create(key=key, defaults=fields)
    if is_new:
        enqueue("offers.send_need_notice", need.pk, title=f"E-Mail an das KI: Lücke {need}")
    return need


@transaction.atomic
def record_need(key: uuid.UUID, *, by: User, **fields: Any) -> Need:
    """What staff themselves hear of: stored once and noted as a gap at once, there is nobody to answer."""
    need, is_new = Need.objects.get_or_create(key=key, defaults=fields)
    if is_new:
        note_need(need, by=by)
    return need


@transaction.atomic
def receive_hint(key: uuid.UUID, **fields: Any) -> Hint:
    hint, is_new = Hint.objects.get_or_create(key=key, defaults=fields)
    if is_new:
        enqueue("offers.send_hint_notice", hint.pk, title=f"E-Mail an das KI: Hinweis {hint}")
    return hint


def receive_local_need(key: uuid.UUID, municipality: Municipality, *, by: User, **words: Any) -> Need:
    """A Kommune tells what is missing in its place; who wrote it and where is known."""
    author = _of_kommune(by, municipality)
    return receive_need(key, **author, **words, name=by.get_full_name(), municipality=municipality)


def receive_local_hint(key: uuid.UUID, offer: Offer, municipality: Municipality, *, by: User, **words: Any) -> Hint:
    """A Kommune tells what is wrong with an entry of its place, a public one or not."""
    if not Offer.objects.known_in(municipality).filter(pk=offer.pk).exists():
        raise PermissionDenied("the entry is not one of that Kommune")
    return receive_hint(key, **_of_kommune(by, municipality), **words, offer=offer)


def _of_kommune(by: User, municipality: Municipality) -> dict[str, Any]:
    body = bodies_of(by).filter(municipality=municipality).first()
    if body is None:
        raise PermissionDenied("this account does not act for that Kommune")
    return {"by_user": by, "by_organisation": body, "email": by.email}


@transaction.atomic
def answer_need(need: Need, *, by: User, text: str, offer: Offer | None = None) -> StatusChange:
    """Answer, perhaps with an offer that fits. Without an address the words stay in the Verlauf."""
    if not (text.strip() or offer):
        raise TransitionError("Bitte schreiben Sie eine Antwort oder wählen Sie ein Angebot aus.")
    change = apply(NEED, need, "answer", by=by, reason=text, closed_at=timezone.now(), offer=offer)
    if need.email:
        enqueue("offers.send_need_answer", change.pk, title=f"E-Mail: Antwort auf Lücke {need}")
    return change


@transaction.atomic
def note_need(need: Need, *, by: User, text: str = "") -> StatusChange:
    """There is nothing to offer yet: the gap counts for planning. Words, if any, go to the person."""
    change = apply(NEED, need, "note", by=by, reason=text, closed_at=timezone.now())
    if need.email and text.strip():
        enqueue("offers.send_need_answer", change.pk, title=f"E-Mail: Antwort auf Lücke {need}")
    return change


def discard_need(need: Need, *, by: User, text: str = "") -> StatusChange:
    """Nothing to work with: no mail."""
    return apply(NEED, need, "discard", by=by, reason=text, closed_at=timezone.now())


@transaction.atomic
def answer_hint(hint: Hint, *, by: User, text: str) -> StatusChange:
    """It is mended, or it is no mistake."""
    if not text.strip():
        raise TransitionError("Bitte schreiben Sie einen Text. Er geht an die Person und steht im Verlauf.")
    change = apply(HINT, hint, "answer", by=by, reason=text, closed_at=timezone.now())
    if hint.email:
        enqueue("offers.send_hint_answer", change.pk, title=f"E-Mail: Antwort auf Hinweis {hint}")
    return change


@transaction.atomic
def forward_hint(hint: Hint, *, by: User, text: str = "") -> StatusChange:
    """Pass the hint on to those who know, without the address of its author, with a link to care for their entries."""
    about = hint.about
    organisation = about.provider if isinstance(about, Offer) else about
    email = address_of(hint)
    if not email:
        raise TransitionError("Zu diesem Eintrag ist keine E-Mail-Adresse gespeichert.")
    change = apply(HINT, hint, "forward", by=by, reason=text, forwarded_at=timezone.now())
    link = _link(organisation, email)
    enqueue("offers.send_hint_forward", change.pk, str(link.pk), title=f"E-Mail: Hinweis {hint} weitergegeben")
    return change


def discard_hint(hint: Hint, *, by: User, text: str = "") -> StatusChange:
    return apply(HINT, hint, "discard", by=by, reason=text, closed_at=timezone.now())


def address_of(hint: Hint) -> str:
    """Who is told when a hint is passed on."""
    about = hint.about
    if isinstance(about, Offer):
        return reaching.of_offers([about])[about.pk]
    return reaching.best(reaching.of_organisations([about.pk])[about.pk], reaching.silent())


def _link(organisation: Organisation, email: str) -> AccessLink:
    return links.issue(AccessLink.Purpose.CARE_ALL, organisation, email)
