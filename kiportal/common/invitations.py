"""Making an account: somebody names a person, and the person chooses a password over a link in a mail."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.db import transaction

from kiportal.common import limits
from kiportal.common.jobs import enqueue
from kiportal.common.models import User
from kiportal.common.transitions import TransitionError

# Invitations a day to one address, whoever sends them.
MAILS_PER_DAY = 3


class AccountSwitchedOff(TransitionError):
    """No mail goes to such an account, and nobody signs in with it: it must not be the one that everything hangs on."""


@transaction.atomic
def invite(user: User, *, by: User | None = None, organisation: str = "") -> None:
    """Write to the owner of an account that is stored already; asking again sends a new link.

    `organisation` names for whom the account may act now: who has a password already is told to sign in.
    """
    enqueue("common.send_invitation", user.pk, organisation, title=f"E-Mail: Einladung – {user}", by=by)


def too_many(email: str) -> bool:
    """Count one more invitation to the address; True means that it gets none any more today."""
    return limits.exceeded("invitation", email, limit=MAILS_PER_DAY, window=timedelta(days=1))


@transaction.atomic
def account_of(email: str, *, role: str, first_name: str = "", last_name: str = "") -> User:
    """Return the account with that address, made if there is none, and give it the role beside those it has.

    Raises AccountSwitchedOff.
    """
    user = User.objects.filter(email__iexact=email).first()
    if user is not None and not user.is_active:
        raise AccountSwitchedOff(
            "Das Konto zu dieser Adresse ist abgeschaltet. Bitte nehmen Sie eine andere Adresse – oder lassen Sie das "
            "Konto zuerst von der Administration wieder einschalten."
        )
    if user is None:
        user = User(username=email.lower(), email=email.lower(), first_name=first_name, last_name=last_name)
        user.set_unusable_password()
        user.full_clean()
        user.save()
        keep_address(user)
    user.groups.add(Group.objects.get(name=role))
    return user


def is_in_use(user: User) -> bool:
    """Whether its owner has accepted the invitation, which is: chosen a password."""
    return user.is_active and user.has_usable_password()


@transaction.atomic
def keep_address(user: User) -> None:
    """Make allauth's address rows follow `User.email`. It counts as verified: only its owner gets the link."""
    EmailAddress.objects.filter(user=user).exclude(email=user.email.lower()).delete()
    EmailAddress.objects.update_or_create(
        user=user, email=user.email.lower(), defaults={"verified": True, "primary": True}
    )
