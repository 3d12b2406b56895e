"""Consent of a contact person to show the name: one record an agreement, kept when withdrawn (DSGVO Art. 7)."""

from datetime import date

from django.db import transaction

from actors.models import ContactPerson
from kiportal.common.models import Consent


@transaction.atomic
def record(contact: ContactPerson, *, wording: str, channel: Consent.Channel, given_on: date) -> Consent:
    """Store that the person agreed; from now on the name may be shown. Replaces an earlier record as the valid one."""
    contact.consent = Consent.objects.create(
        purpose=Consent.Purpose.PUBLISH_NAME, wording=wording, channel=channel, given_on=given_on
    )
    contact.save(update_fields=["consent", "updated_at"])
    return contact.consent


def drop(contact: ContactPerson) -> None:
    """Another person is named now: the consent of the one before does not hold for them. Its record stays as proof."""
    contact.consent = None
    contact.save(update_fields=["consent", "updated_at"])


@transaction.atomic
def withdraw(contact: ContactPerson, *, on: date) -> None:
    """Hide the name at once. A second time changes nothing."""
    if contact.consent is not None and contact.consent.is_valid:
        contact.consent.withdrawn_on = on
        contact.consent.save(update_fields=["withdrawn_on"])
