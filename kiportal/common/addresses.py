"""Addresses that take no mail: marked by a mail server's refusal or by staff, cleared when a mail is taken again."""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from kiportal.common.models import MailAddress, User


def mark_undeliverable(email: str, *, reason: str, by: User | None = None) -> MailAddress:
    """Remember that nothing arrives there; what is known already keeps its day. `by` is None for a mail server."""
    length = MailAddress._meta.get_field("reason").max_length
    values = {"reason": reason[:length], "marked_by": by}
    with transaction.atomic():
        address, is_new = MailAddress.objects.get_or_create(
            email=email.strip().lower(), defaults=values | {"undeliverable_since": timezone.now()}
        )
        if not is_new:
            MailAddress.objects.filter(pk=address.pk, undeliverable_since=None).update(
                undeliverable_since=timezone.now()
            )
            MailAddress.objects.filter(pk=address.pk).update(**values)
    return address


def mark_deliverable(email: str) -> None:
    """Somebody knows better: the address is tried again."""
    _clear(Q(), email)


def mark_delivered(email: str) -> None:
    """A server took a mail, which clears what a server said, but not what a person wrote down."""
    _clear(Q(marked_by=None), email)


@transaction.atomic
def _clear(condition: Q, email: str) -> None:
    rows = MailAddress.objects.known_as(email).filter(condition).exclude(undeliverable_since=None)
    rows.filter(reminders_stopped_on=None).delete()
    rows.update(undeliverable_since=None, reason="", marked_by=None)
