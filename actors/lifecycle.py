"""Every change of an organisation's status: proposed -> published | rejected; published <-> archived."""

from django.db import transaction

from actors.models import Organisation
from actors.permissions import can_review_organisation
from kiportal.common.models import StatusChange
from kiportal.common.slugs import free_slug, free_slugs
from kiportal.common.text import sort_key
from kiportal.common.transitions import By, Transition, apply, table

_S = Organisation.Status


def _stands_alone(organisation: Organisation) -> str:
    return "Diese Organisation ist mit einer anderen zusammengeführt." if organisation.merged_into_id else ""


ORGANISATION = table(
    Transition("publish", frozenset({_S.PROPOSED}), _S.PUBLISHED, can_review_organisation),
    Transition("reject", frozenset({_S.PROPOSED}), _S.REJECTED, can_review_organisation),
    Transition("archive", frozenset({_S.PUBLISHED}), _S.ARCHIVED, can_review_organisation),
    Transition("restore", frozenset({_S.ARCHIVED}), _S.PUBLISHED, can_review_organisation, _stands_alone),
    # Leaves the status of both as it is; the other one is then ended by its own verb.
    Transition("merge", frozenset(_S), "", can_review_organisation),
)


def publish(organisation: Organisation, *, by: By, reason: str = "") -> StatusChange:
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
def add(organisation: Organisation) -> Organisation:
    """Store a new organisation as `proposed`, with an address of its own."""
    organisation.slug = free_slug(Organisation.objects.all(), organisation.name, fallback="organisation")
    organisation.save()
    return organisation


@transaction.atomic
def add_all(organisations: list[Organisation]) -> list[Organisation]:
    """Store many new organisations as `proposed` in a few statements, as a table brings them."""
    names = [organisation.name for organisation in organisations]
    slugs = free_slugs(Organisation.objects.all(), names, fallback="organisation")
    for organisation, slug in zip(organisations, slugs, strict=True):
        organisation.slug, organisation.sort_key = slug, sort_key(organisation.name)
    return Organisation.objects.bulk_create(organisations, batch_size=1000)
