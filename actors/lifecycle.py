"""Every change of an organisation's status: proposed -> published | rejected; published <-> archived."""

from django.db import transaction

from actors.models import Organisation
from actors.permissions import can_review_organisation
from kiportal.common.models import StatusChange
from kiportal.common.text import slugify
from kiportal.common.transitions import By, Transition, apply, table

_S = Organisation.Status

ORGANISATION = table(
    Transition("publish", frozenset({_S.PROPOSED}), _S.PUBLISHED, can_review_organisation),
    Transition("reject", frozenset({_S.PROPOSED}), _S.REJECTED, can_review_organisation),
    Transition("archive", frozenset({_S.PUBLISHED}), _S.ARCHIVED, can_review_organisation),
    Transition("restore", frozenset({_S.ARCHIVED}), _S.PUBLISHED, can_review_organisation),
)


def publish(organisation: Organisation, *, by: By, reason: str = "") -> StatusChange:
    return apply(ORGANISATION, organisation, "publish", by=by, reason=reason)


def reject(organisation: Organisation, *, by: By, reason: str) -> StatusChange:
    return apply(ORGANISATION, organisation, "reject", by=by, reason=reason)


def archive(organisation: Organisation, *, by: By, reason: str) -> StatusChange:
    return apply(ORGANISATION, organisation, "archive", by=by, reason=reason)


def restore(organisation: Organisation, *, by: By, reason: str = "") -> StatusChange:
    return apply(ORGANISATION, organisation, "restore", by=by, reason=reason)


@transaction.atomic
def add(organisation: Organisation) -> Organisation:
    """Store a new organisation as `proposed`, with an address of its own."""
    organisation.slug = free_slug(organisation.name)
    organisation.save()
    return organisation


def free_slug(name: str) -> str:
    """Return a slug nobody has yet."""
    base = slugify(name) or "organisation"
    taken = set(Organisation.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(
        slug
        for number in range(1, len(taken) + 2)
        if (slug := base if number == 1 else f"{base}-{number}") not in taken
    )
