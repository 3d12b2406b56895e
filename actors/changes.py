"""Which fields of an organisation and of a contact may be proposed, beside `kiportal.common.changes`.

The name of a person comes with the consent to it: "" or {"name": ..., "wording": ..., "given_on": "2026-01-31"}. What
has no valid consent counts as no name.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone

from actors import consents
from actors.models import ContactPerson, Organisation
from kiportal.common.changes import Proposable
from kiportal.common.models import Consent

ORGANISATION = Proposable(
    Organisation,
    (
        *("name", "short_name", "kind", "municipality", "description"),
        *("street", "postcode", "city", "phone", "email", "website"),
    ),
)
NAME = "name"
# What the kind of an organisation decides beside its label: which role its accounts get, whose entries they see, and
# who stands on the centre's own pages. Only the centre makes an organisation one of these, or unmakes it.
PUBLIC_BODIES = frozenset({Organisation.Kind.COUNTY, Organisation.Kind.MUNICIPALITY})
_ONLY_BY_STAFF = frozenset({"kind", "municipality"})


def fields_for_members(organisation: Organisation) -> tuple[str, ...]:
    """What its accounts may change, or propose to change."""
    if organisation.kind not in PUBLIC_BODIES:
        return ORGANISATION.names
    return tuple(name for name in ORGANISATION.names if name not in _ONLY_BY_STAFF)


class _ContactFields(Proposable[ContactPerson]):
    def current(self, record: ContactPerson, name: str) -> Any:
        if name == NAME:
            consent = record.consent
            return agreed(record.name, consent.wording, consent.given_on) if record.public_name and consent else ""
        return super().current(record, name)

    def decoded(self, name: str, value: Any) -> Any:
        return value["name"] if name == NAME and value else super().decoded(name, value)

    def shown(self, name: str, value: Any) -> str:
        return str(value["name"]) if name == NAME and value else super().shown(name, value)

    def write(self, record: ContactPerson, new: Mapping[str, Any]) -> None:
        super().write(record, {name: value for name, value in new.items() if name != NAME})
        if NAME in new:
            _write_name(record, new[NAME])


CONTACT = _ContactFields(ContactPerson, ("function", "phone", "email", "office_hours", NAME))


def agreed(name: str, wording: str, given_on: date) -> dict[str, str]:
    """A name and the consent to it, as JSON."""
    return {"name": name, "wording": wording, "given_on": given_on.isoformat()}


def _write_name(contact: ContactPerson, value: Any) -> None:
    """A name that goes is hidden and stays a month, as after every withdrawal (`offers.retention`)."""
    if not value:
        consents.withdraw(contact, on=timezone.localdate())
        return
    contact.name = value["name"]
    contact.full_clean()
    consents.record(
        contact,
        wording=value["wording"],
        channel=Consent.Channel.WEB_FORM,
        given_on=date.fromisoformat(value["given_on"]),
    )
