"""What becomes of the entries when somebody no longer acts for their organisation.

Mails about the entries and the links in earlier mails belong to an address. Who loses access loses them, too, as long
as somebody is left to get them.
"""

from collections.abc import Iterable

from django.contrib.contenttypes.models import ContentType
from django.db import transaction

import actors.access
from actors.models import Membership, Organisation
from actors.permissions import can_leave
from kiportal.common import links
from kiportal.common.models import AccessLink, User
from kiportal.common.transitions import By
from offers.models import Offer


@transaction.atomic
def take_access(membership: Membership, *, by: By) -> None:
    organisation, user = membership.organisation, membership.user
    actors.access.take(membership, by=by)
    heir = by if isinstance(by, User) and organisation.memberships.filter(user=by).exists() else None
    first = organisation.memberships.filter(user__is_active=True).select_related("user").order_by("pk").first()
    _pass_on(organisation, [user], heir or (first.user if first else None))


@transaction.atomic
def hand_over(organisation: Organisation, *, email: str, first_name: str, last_name: str, reason: str, by: By) -> bool:
    """Returns whether it is done; else everybody keeps what they have until the new person has accepted."""
    fresh, former = actors.access.hand_over(
        organisation, email=email, first_name=first_name, last_name=last_name, reason=reason, by=by
    )
    if former is None:
        return False
    _pass_on(organisation, former, fresh.user)
    return True


@transaction.atomic
def take_over(user: User) -> None:
    """Somebody signed in: what waited for that is handed over now."""
    for membership in actors.access.waiting(user.memberships.select_for_update(of=("self",))):
        if can_leave(user, membership.organisation):  # the role may be gone
            _pass_on(membership.organisation, actors.access.take_over(membership), user)


def _pass_on(organisation: Organisation, former: Iterable[User], heir: User | None) -> None:
    """Close the links of former people, and send what follows about their entries to the heir."""
    sent = Offer.objects.filter(provider=organisation).for_staff()
    for user in former:
        mailed = AccessLink.objects.filter(
            target_type=ContentType.objects.get_for_model(Offer), target_id__in=sent.values("pk")
        )
        links.revoke(mailed.filter(email__iexact=user.email))
        if heir is not None:
            sent.filter(submitter_email__iexact=user.email).update(submitter_email=heir.email)
