"""Contacts of an organisation, kept by its own accounts: what the entries say about each stands here.

A contact that the public sees changes by a proposal; one that an entry needs cannot be removed.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

import actors.lifecycle
from actors.models import ContactPerson, Organisation
from kiportal.common.models import ChangeProposal, User
from kiportal.common.transitions import TransitionError
from offers.models import Offer

_S = Offer.Status
# A hidden entry comes back by a click of its organisation.
_SHOWING = frozenset({_S.PUBLISHED, _S.HIDDEN})
_GONE = frozenset({_S.ARCHIVED, _S.REJECTED})
# Not yet everybody's business in the organisation: somebody may write it by a link.
_WRITTEN = frozenset({_S.DRAFT, _S.UNCONFIRMED})
ON_CONTACT_PAGE = "Dieser Kontakt steht auf der Seite „Kontakt“. Das Integrationszentrum kann ihn dort entfernen."


def is_public(contact: ContactPerson) -> bool:
    """Whether the public sees it, or will as soon as a hidden entry is confirmed."""
    return _is_on_contact_page(contact.organisation) or any(offer.status in _SHOWING for offer in contact.offers.all())


def why_needed(contact: ContactPerson, entries: Iterable[Offer]) -> str:
    """The sentence that says why the contact cannot be removed, or ""; `entries` are those that name it."""
    if _is_on_contact_page(contact.organisation):
        return ON_CONTACT_PAGE
    needing = [offer for offer in entries if offer.status not in _GONE]
    if not needing:
        return ""
    known = [f"„{offer}“" for offer in needing if offer.status not in _WRITTEN]
    names = ", ".join(known) or "einem Eintrag, der noch geschrieben wird"
    return f"Dieser Kontakt gehört zu {names}. Ändern Sie dort zuerst den Kontakt."


@transaction.atomic
def add_contact(organisation: Organisation, values: dict[str, Any], *, by: User) -> ContactPerson:
    if _is_on_contact_page(organisation):
        raise TransitionError("Kontakte des Kreises stehen sofort auf der Seite „Kontakt“. Bitte schreiben Sie uns.")
    return actors.lifecycle.add_contact(organisation, values, by=by)


@transaction.atomic
def change_contact(
    contact: ContactPerson, proposed: dict[str, dict[str, Any]], *, by: User, message: str = ""
) -> ChangeProposal | None:
    _keep_entries(contact)
    return actors.lifecycle.change_contact(contact, proposed, by=by, message=message, is_public=is_public(contact))


@transaction.atomic
def remove_contact(contact: ContactPerson, *, by: User) -> None:
    if sentence := why_needed(contact, _keep_entries(contact)):
        raise TransitionError(sentence)
    actors.lifecycle.remove_contact(contact, by=by)


def _keep_entries(contact: ContactPerson) -> list[Offer]:
    """The entries that name the contact. None of them comes to it, and none becomes public, before we are done."""
    Organisation.objects.select_for_update().get(pk=contact.organisation_id)
    return list(contact.offers.select_for_update(of=("self",)).order_by("pk"))


def _is_on_contact_page(organisation: Organisation) -> bool:
    """The contacts of the Kreis are the team of the centre (`ContactPersonQuerySet.of_county`)."""
    return organisation.kind == Organisation.Kind.COUNTY
