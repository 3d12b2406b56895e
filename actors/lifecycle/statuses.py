"""Every change of an organisation's status: proposed -> published | rejected; published <-> archived."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from actors.models import Organisation
from actors.permissions import (
    can_change_organisation,
    can_enter_organisation,
    can_release_organisation,
    can_review_organisation,
    is_own_organisation,
)
from kiportal.common.four_eyes import require_reason_alone
from kiportal.common.models import StatusChange, User
from kiportal.common.slugs import free_slug, free_slugs
from kiportal.common.text import sort_key
from kiportal.common.transitions import By, Transition, apply, table

_S = Organisation.Status


def _stands_alone(organisation: Organisation) -> str:
    return "Diese Organisation ist mit einer anderen zusammengeführt." if organisation.merged_into_id else ""


ORGANISATION = table(
    Transition("publish", frozenset({_S.PROPOSED}), _S.PUBLISHED, can_release_organisation),
    Transition("reject", frozenset({_S.PROPOSED}), _S.REJECTED, can_review_organisation),
    Transition("archive", frozenset({_S.PUBLISHED}), _S.ARCHIVED, can_review_organisation),
    Transition("restore", frozenset({_S.ARCHIVED}), _S.PUBLISHED, can_review_organisation, _stands_alone),
    # Leaves the status of both as it is; the other one is then ended by its own verb.
    Transition("merge", frozenset(_S), "", can_review_organisation),
)
# Who typed a new organisation: the Verlauf keeps it, and somebody else releases it.
ENTRY = table(Transition("enter", frozenset({_S.PROPOSED}), "", can_enter_organisation))


@transaction.atomic
def publish(organisation: Organisation, *, by: By, reason: str = "") -> StatusChange:
    if is_own_organisation(by, organisation) and can_release_organisation(by, organisation):
        require_reason_alone(reason)
    return apply(ORGANISATION, organisation, "publish", by=by, reason=reason)


def reject(organisation: Organisation, *, by: By, reason: str) -> StatusChange:
    return apply(ORGANISATION, organisation, "reject", by=by, reason=reason)


def archive(organisation: Organisation, *, by: By, reason: str) -> StatusChange:
    return apply(ORGANISATION, organisation, "archive", by=by, reason=reason)


def restore(organisation: Organisation, *, by: By, reason: str = "") -> StatusChange:
    return apply(ORGANISATION, organisation, "restore", by=by, reason=reason)


def merge(organisation: Organisation, *, by: By, reason: str) -> StatusChange:
    """Tell in the Verlauf that two became one; `offers.lifecycle.merging` does it."""
    return apply(ORGANISATION, organisation, "merge", by=by, reason=reason)


@transaction.atomic
def add(organisation: Organisation, *, by: By | None = None) -> Organisation:
    """Store a new organisation as `proposed`, with an address of its own. Without `by`, `enter` follows."""
    organisation.slug = free_slug(Organisation.objects.all(), organisation.name, fallback="organisation")
    organisation.save()
    if by is not None:
        enter(organisation, by=by)
    return organisation


def enter(organisation: Organisation, *, by: By) -> StatusChange:
    """Keep who typed a new organisation."""
    return apply(ENTRY, organisation, "enter", by=by)


def note_editor(organisation: Organisation, *, by: User) -> None:
    """Keep who wrote the text: somebody else releases it."""
    if not can_change_organisation(by, organisation):
        raise PermissionDenied("note_editor is not allowed")
    Organisation.objects.filter(pk=organisation.pk).update(edited_by=by)
    organisation.edited_by = by


@transaction.atomic
def add_all(organisations: list[Organisation]) -> list[Organisation]:
    """Store many new organisations as `proposed` in a few statements, as a table brings them."""
    names = [organisation.name for organisation in organisations]
    slugs = free_slugs(Organisation.objects.all(), names, fallback="organisation")
    for organisation, slug in zip(organisations, slugs, strict=True):
        organisation.slug, organisation.sort_key = slug, sort_key(organisation.name)
    return Organisation.objects.bulk_create(organisations, batch_size=1000)
