"""Who acts for an organisation. Each change stands in its Verlauf: who did it, not for whom.

A name in the Verlauf would outlive its account; who has access is shown on the page of the organisation.

Who is to take over an organisation does so by signing in for the first time: until then a mistyped address takes
nothing from anybody. Such a hand-over that waits is the access that began in the same moment as its step in the
Verlauf.
"""

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from actors.models import Membership, Organisation
from actors.permissions import can_change_organisation, can_leave, can_manage_access
from kiportal.common import invitations, roles
from kiportal.common.models import StatusChange, User
from kiportal.common.transitions import By, Transition, TransitionError, apply, table

_ANY = frozenset(Organisation.Status.values)
_OPEN = frozenset({Organisation.Status.PROPOSED, Organisation.Status.PUBLISHED})

ACCESS = table(
    Transition("give_access", _OPEN, "", can_manage_access),
    Transition("take_access", _ANY, "", can_manage_access),
    Transition("leave", _ANY, "", can_leave),
    Transition("hand_over", _OPEN, "", can_change_organisation),
    Transition("take_over", _ANY, "", can_leave),
    Transition("revoke_hand_over", _ANY, "", can_change_organisation),
)


class TooManyInvitations(TransitionError):
    status = 429


@transaction.atomic
def give(organisation: Organisation, *, email: str, first_name: str, last_name: str, by: By) -> Membership:
    """Let the person with that address act for the organisation; asking again sends the mail once more.

    Whether the address had an account before is nobody's business: the answer is the same.
    """
    apply(ACCESS, organisation, "give_access", by=by)
    return _admit(organisation, email=email, first_name=first_name, last_name=last_name, by=by)


def waiting(memberships: QuerySet[Membership]) -> QuerySet[Membership]:
    """Those of people who are to take over and have not accepted yet; at most one an organisation."""
    steps = StatusChange.objects.filter(
        target_type=ContentType.objects.get_for_model(Organisation),
        target_id=OuterRef("organisation"),
        verb="hand_over",
        at=OuterRef("created_at"),
    )
    return memberships.filter(Exists(steps)).select_related("user", "organisation")


@transaction.atomic
def take(membership: Membership, *, by: By) -> None:
    """End somebody's access, or one's own; that of somebody who is to take over ends the hand-over."""
    organisation = membership.organisation
    if waiting(Membership.objects.filter(pk=membership.pk)).exists():
        if not can_change_organisation(by, organisation):
            raise TransitionError(
                "Diese Übergabe hat das Integrationszentrum begonnen. Nur dort wird sie zurückgezogen."
            )
        verb = "revoke_hand_over"
    else:
        verb = "leave" if membership.user == by else "take_access"
    apply(ACCESS, organisation, verb, by=by)
    membership.delete()


@transaction.atomic
def hand_over(
    organisation: Organisation, *, email: str, first_name: str, last_name: str, reason: str, by: By
) -> tuple[Membership, list[User] | None]:
    """Give the organisation to a new person; everybody else loses access, once that person has an account in use.

    Returned is the new access with those who lost theirs, or with None while they keep it (`take_over`).
    """
    organisation = Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
    for former in waiting(organisation.memberships.exclude(user__email__iexact=email)):
        take(former, by=by)
    step = apply(ACCESS, organisation, "hand_over", by=by, reason=reason)
    fresh = _admit(organisation, email=email, first_name=first_name, last_name=last_name, by=by)
    if invitations.is_in_use(fresh.user):
        return fresh, _end_others(fresh)
    Membership.objects.filter(pk=fresh.pk).update(created_at=step.at)
    return fresh, None


@transaction.atomic
def take_over(membership: Membership) -> list[User]:
    """The new person has accepted: everybody else loses access. Returns them."""
    Organisation.objects.select_for_update(of=("self",)).get(pk=membership.organisation_id)
    apply(ACCESS, membership.organisation, "take_over", by=membership.user)
    Membership.objects.filter(pk=membership.pk).update(created_at=timezone.now())
    return _end_others(membership)


@transaction.atomic
def readdress(membership: Membership, email: str, *, by: By) -> Membership:
    """Invite somebody once more at another address: nobody has used the first invitation."""
    organisation, user = membership.organisation, membership.user
    if invitations.is_in_use(user):
        raise TransitionError(f"{user} benutzt das Konto schon und ändert die Adresse dort selbst.")
    apply(ACCESS, organisation, "give_access", by=by)
    fresh = _admit(organisation, email=email, first_name=user.first_name, last_name=user.last_name, by=by)
    if fresh != membership:
        Membership.objects.filter(pk=fresh.pk).update(created_at=membership.created_at)
        membership.delete()
    return fresh


def _end_others(kept: Membership) -> list[User]:
    others = Membership.objects.filter(organisation=kept.organisation_id).exclude(pk=kept.pk).select_related("user")
    former = [membership.user for membership in others]
    others.delete()
    return former


def _admit(organisation: Organisation, *, email: str, first_name: str, last_name: str, by: By) -> Membership:
    if invitations.too_many(email):
        raise TooManyInvitations("An diese Adresse gingen heute schon drei Einladungen. Bitte versuchen Sie es morgen.")
    is_municipality = organisation.kind == Organisation.Kind.MUNICIPALITY
    role = roles.MUNICIPALITY if is_municipality else roles.PROVIDER
    try:
        user = invitations.account_of(email, role=role, first_name=first_name, last_name=last_name)
    except invitations.AccountSwitchedOff:
        if can_change_organisation(by, organisation):
            raise
        raise TransitionError(
            "An diese Adresse geht keine Einladung. Bitte nehmen Sie eine andere – oder fragen Sie das "
            "Integrationszentrum."
        ) from None
    membership, _new = Membership.objects.get_or_create(user=user, organisation=organisation)
    invitations.invite(user, by=by if isinstance(by, User) else None, organisation=organisation.name)
    return membership
