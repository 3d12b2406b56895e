"""Making an account: the admin names a person, and the person chooses a password over a link in a mail."""

from allauth.account.models import EmailAddress
from django.db import transaction

from kiportal.common.jobs import enqueue
from kiportal.common.models import User


@transaction.atomic
def invite(user: User, *, by: User | None = None) -> None:
    """Send the link to an account that is stored already; asking again sends a new one."""
    enqueue("common.send_invitation", user.pk, title=f"E-Mail: Einladung – {user}", by=by)


@transaction.atomic
def keep_address(user: User) -> None:
    """Make allauth's address rows follow `User.email`. It counts as verified: only its owner gets the link."""
    EmailAddress.objects.filter(user=user).exclude(email=user.email.lower()).delete()
    EmailAddress.objects.update_or_create(
        user=user, email=user.email.lower(), defaults={"verified": True, "primary": True}
    )
