"""Four eyes: nobody releases what is their own. Whose something is, the rooms know; what follows stands here."""

from collections.abc import Callable

from django.db.models import Q

from kiportal.common.models import ChangeProposal, User
from kiportal.common.models.history import StatusChangeQuerySet
from kiportal.common.transitions import By, TransitionError


def taken_by(user: User) -> Q:
    """Steps of the Verlauf that somebody took, by account or by a link to their address."""
    return Q(by_user=user) | Q(by_link__email__iexact=user.email)


def has_taken(user: User, steps: StatusChangeQuerySet, *verbs: str) -> bool:
    return steps.filter(taken_by(user), verb__in=verbs).exists()


def may_release(by: By, is_own: Callable[[User], bool], *, review: str, alone: str) -> bool:
    """Somebody else, or who holds the permission `alone` where for everybody who may `review` it is their own."""
    if not (isinstance(by, User) and by.has_perm(review)):
        return False
    return not is_own(by) or (by.has_perm(alone) and all(is_own(other) for other in User.objects.holding(review)))


def is_own_proposal(by: By, proposal: ChangeProposal) -> bool:
    if not isinstance(by, User):
        return False
    link = proposal.by_link
    addresses = {proposal.author_email.lower(), link.email.lower() if link else ""}
    return proposal.by_user_id == by.pk or by.email.lower() in addresses


def require_reason(reason: str) -> None:
    if not reason.strip():
        raise TransitionError("Bitte geben Sie eine Begründung an. Sie steht in der E-Mail.")


def require_reason_alone(reason: str) -> None:
    """Who releases an own entry because nobody else could says so."""
    if not reason.strip():
        raise TransitionError(
            "Das ist Ihr eigener Eintrag. Bitte begründen Sie, warum niemand anderes ihn freigibt. "
            "Die Begründung steht im Verlauf."
        )
