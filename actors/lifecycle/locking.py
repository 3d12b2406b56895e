"""An organisation and what belongs to it, kept from others until the transaction ends."""

from actors.models import ContactPerson, Organisation
from actors.permissions import Profile, organisation_of
from kiportal.common.transitions import SomebodyWasFaster


def locked[Record: Profile](record: Record) -> Record:
    """The record as it is now; first its organisation, so that nobody waits for somebody who waits for them."""
    organisation = Organisation.objects.select_for_update().get(pk=organisation_of(record).pk)
    if isinstance(record, Organisation):
        return organisation  # type: ignore[return-value]
    rows = ContactPerson.objects.select_for_update(of=("self",)).filter(organisation=organisation, pk=record.pk)
    contact = rows.with_consent().first()
    if contact is None:
        raise SomebodyWasFaster("Diesen Kontakt gibt es nicht mehr.")
    contact.organisation = organisation
    return contact  # type: ignore[return-value]
