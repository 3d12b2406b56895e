"""Contacts kept by the organisation's own accounts.

Whether a contact stands on public pages is known to the room of the entries, which calls these
(`offers.lifecycle.contacts`). The Verlauf names the function of a contact and never the person.
"""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from actors import consents
from actors.changes import CONTACT, NAME
from actors.lifecycle.locking import locked
from actors.lifecycle.proposals import propose
from actors.lifecycle.tables import CARE
from actors.models import ContactPerson, Organisation
from actors.permissions import can_care_for_organisation, own_proposals
from kiportal.common.models import ChangeProposal, User
from kiportal.common.targets import pointing_at, pointing_models
from kiportal.common.transitions import TransitionError, apply


@transaction.atomic
def add_contact(organisation: Organisation, values: Mapping[str, Any], *, by: User) -> ContactPerson:
    """Store a new contact; no entry names it yet. The same form sent twice, even at once, stores one."""
    organisation = locked(organisation)
    plain = {name: value for name, value in values.items() if name != NAME}
    for same in organisation.contacts.with_consent().filter(**plain):
        if CONTACT.shown(NAME, CONTACT.current(same, NAME)) == CONTACT.shown(NAME, values.get(NAME, "")):
            return same
    contact = ContactPerson(organisation=organisation)
    apply(CARE, organisation, "add_contact", by=by, reason=values["function"])
    _write(contact, {name: value for name, value in values.items() if value or name != NAME})
    return contact


@transaction.atomic
def change_contact(
    contact: ContactPerson, proposed: dict[str, dict[str, Any]], *, by: User, message: str = "", is_public: bool
) -> ChangeProposal | None:
    """Change a contact: by `propose` when the public sees it, else at once. A name that goes, goes at once."""
    _require_member(contact, by)
    contact = locked(contact)
    if NAME in proposed and not proposed[NAME]["new"] and contact.public_name:
        withdraw_name(contact, by=by)
        proposed = proposed | {NAME: {"old": "", "new": ""}}
    if is_public:
        return propose(contact, proposed, by=by, message=message)
    new = {name: change["new"] for name, change in proposed.items() if change["new"] or name != NAME}
    # A proposal from the time when an entry showed the contact is a part of what its author has seen and sent.
    own = own_proposals(by, contact).first()
    new = {name: change["new"] for name, change in (own.changes if own else {}).items() if name not in proposed} | new
    if own is not None:
        own.delete()
    if new:
        apply(CARE, contact.organisation, "change_contact", by=by, reason=contact.function)
        _write(contact, new)
    return None


@transaction.atomic
def remove_contact(contact: ContactPerson, *, by: User) -> None:
    """Remove a contact that nothing refers to any more, with what was proposed for it; a consent stays as proof."""
    contact = locked(contact)
    consents.withdraw(contact, on=timezone.localdate())
    apply(CARE, contact.organisation, "remove_contact", by=by, reason=contact.function)
    for holder in pointing_models():
        pointing_at(holder, ContactPerson).filter(target_id=contact.pk).delete()
    contact.delete()


@transaction.atomic
def withdraw_name(contact: ContactPerson, *, by: User) -> None:
    """The person no longer wants to be named: the name is gone from all pages at once. Twice is once."""
    _require_member(contact, by)
    contact = locked(contact)
    if not contact.public_name:
        return
    apply(CARE, contact.organisation, "withdraw_name", by=by, reason=contact.function)
    consents.withdraw(contact, on=timezone.localdate())
    for proposal in own_proposals(by, contact):
        if NAME in proposal.changes:  # another name, which waits: it does not depend on this one
            proposal.changes[NAME]["old"] = ""
            proposal.save()


def _require_member(contact: ContactPerson, by: User) -> None:
    """Also where nothing is left to do: a stranger learns nothing from that."""
    if not can_care_for_organisation(by, contact.organisation):
        raise PermissionDenied("not a contact of theirs")


def _write(contact: ContactPerson, new: Mapping[str, Any]) -> None:
    """Store the values; the row comes before the consent that refers to it."""
    try:
        CONTACT.write(contact, {name: value for name, value in new.items() if name != NAME})
        if contact.pk is not None:
            contact.lock_version += 1
        contact.save()
        if NAME in new:
            CONTACT.write(contact, {NAME: new[NAME]})
            contact.save()
    except ValidationError as error:
        raise TransitionError(" ".join(error.messages)) from error
