""" "Als Anregung nutzen": a published Projekt is where somebody else's own entry begins."""

from django.db import transaction

from kiportal.common.models import AccessLink, User
from offers.lifecycle.drafts import start_draft, start_own_draft
from offers.models import Offer

# What others may build on. Title, place, dates, contact and results are the author's own.
COPIED = ("kind", "offer_type", "description", "project_goal", "project_steps", "project_needs")
COPIED_LISTS = ("topics", "target_groups")


@transaction.atomic
def start_inspired_draft(offer: Offer, source: Offer) -> AccessLink:
    """As `start_draft`, with what the source says about how it is done. The source is named once both are public."""
    _copy(offer, source)
    link = start_draft(offer)
    if link.target_id == offer.pk:  # a form that was sent twice leads to the draft it made first, which stays as it is
        _copy_lists(offer, source)
    return link


@transaction.atomic
def start_inspired_own_draft(offer: Offer, source: Offer, *, by: User) -> Offer:
    """The same for an account: the draft stands among its own entries."""
    _copy(offer, source)
    draft = start_own_draft(offer, by=by)
    if draft.pk == offer.pk:
        _copy_lists(offer, source)
    return draft


def _copy(offer: Offer, source: Offer) -> None:
    for name in COPIED:
        setattr(offer, name, getattr(source, name))
    offer.inspired_by = source


def _copy_lists(offer: Offer, source: Offer) -> None:
    for name in COPIED_LISTS:
        getattr(offer, name).set(getattr(source, name).all())
