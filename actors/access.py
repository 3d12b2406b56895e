"""Who acts for an organisation. Each change stands in its Verlauf: who did it, not for whom.

A name in the Verlauf would outlive its account; who has access is shown on the page of the organisation.
"""

from django.db import transaction

from actors.models import Membership, Organisation
from actors.permissions import can_change_organisation, can_leave, can_manage_access
from kiportal.common import invitations, roles
from kiportal.common.models import User
from kiportal.common.transitions import By, Transition, TransitionError, apply, table

_ANY = frozenset(Organisation.Status.values)
_OPEN = frozenset({Organisation.Status.PROPOSED, Organisation.Status.PUBLISHED})

ACCESS = table(
    Transition("give_access", _OPEN, "", can_manage_access),
    Transition("take_access", _ANY, "", can_manage_access),
    Transition("leave", _ANY, "", can_leave),
    Transition("hand_over", _OPEN, "", can_change_organisation),
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


@transaction.atomic
def take(membership: Membership, *, by: By) -> None:
    """End somebody's access, or one's own."""
    apply(ACCESS, membership.organisation, "leave" if membership.user == by else "take_access", by=by)
    membership.delete()


@transaction.atomic
def hand_over(
    organisation: Organisation, *, email: str, first_name: str, last_name: str, reason: str, by: By
) -> tuple[Membership, list[User]]:
    """Give the organisation to a new person; everybody else loses access. Return them, too."""
    apply(ACCESS, organisation, "hand_over", by=by, reason=reason)
    fresh = _admit(organisation, email=email, first_name=first_name, last_name=last_name, by=by)
    others = organisation.memberships.exclude(pk=fresh.pk).select_related("user")
    former = [membership.user for membership in others]
    others.delete()
    return fresh, former


def _admit(organisation: Organisation, *, email: str, first_name: str, last_name: str, by: By) -> Membership:
    if invitations.too_many(email):
        raise TooManyInvitations("An diese Adresse gingen heute schon drei Einladungen. Bitte versuchen Sie es morgen.")
    is_municipality = organisation.kind == Organisation.Kind.MUNICIPALITY
    role = roles.MUNICIPALITY if is_municipality else roles.PROVIDER
    user = invitations.account_of(email, role=role, first_name=first_name, last_name=last_name)
    membership, _new = Membership.objects.get_or_create(user=user, organisation=organisation)
    invitations.invite(user, by=by if isinstance(by, User) else None, organisation=organisation.name)
    return membership
