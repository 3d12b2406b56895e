"""An address that takes no mail is replaced once, wherever it stands."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import F
from django.utils import timezone

import actors.access
from actors.models import Organisation
from kiportal.common.models import MailAddress, User
from kiportal.common.transitions import TransitionError
from offers.lifecycle.surveys import readdress
from offers.models import Offer, OfferSurvey, SurveyInvitation
from offers.upkeep.board import Undeliverable, bearers


@transaction.atomic
def replace_address(address: MailAddress, email: str, *, by: User) -> Undeliverable:
    """Write the new address into every record that bears the old one, and ask there who was asked in vain.

    Running surveys send their link again, and people whom no invitation reached are invited once more. Who uses an
    account changes its address themselves. Returns what bore the old one.
    """
    if not (by.has_perm("offers.change_offer") and by.has_perm("actors.change_organisation")):
        raise PermissionDenied("replace_address is not allowed")
    email = email.lower()
    found = bearers(address)
    if found.is_borne_by_accounts_alone:
        raise TransitionError("Diese Adresse gehört zu einem Konto. Nur die Person selbst ändert sie.")
    _write(Offer.objects.filter(pk__in=[offer.pk for offer in found.offers]), submitter_email=email)
    _write(Organisation.objects.filter(pk__in=[row.pk for row in found.organisations]), email=email)
    for contact in found.contacts:
        _write(type(contact)._default_manager.filter(pk=contact.pk), email=email)
    for invitation in found.invitations:
        if invitation.survey.status == OfferSurvey.Status.OPEN and invitation.survey.answer_by < timezone.localdate():
            SurveyInvitation.objects.filter(pk=invitation.pk).update(email=email, link=None)  # it asks nobody any more
        else:
            readdress(invitation, email, by=by)
    for membership in found.unused:
        actors.access.readdress(membership, email, by=by)
    return found


def _write(rows: models.QuerySet[Any], **values: str) -> None:
    """Whoever has the record open just now is shown the change before it is saved over."""
    rows.update(**values, lock_version=F("lock_version") + 1, updated_at=timezone.now())
