"""The table of organisations."""

from typing import ClassVar

from actors.models import Organisation
from actors.querysets import OrganisationQuerySet
from offers.querysets import known_to_staff
from offers.resources import places
from offers.resources.base import TableResource


class OrganisationResource(TableResource):
    HEADERS: ClassVar[dict[str, str]] = {"uuid": "Schlüssel", "is_trusted": "vertrauenswürdig"}
    ALIASES: ClassVar[dict[str, tuple[str, ...]]] = {
        "name": ("organisation", "einrichtung", "verein", "träger", "institution", "bezeichnung", "akteur"),
        "short_name": ("abkürzung", "kurzform", "kürzel"),
        "kind": ("art", "typ", "kategorie", "organisationsform", "rechtsform"),
        "municipality": ("kommune", "gemeinde", "stadt/gemeinde", "sitz"),
        "description": ("beschreibung", "text", "über uns", "kurzbeschreibung"),
        "street": ("straße", "anschrift", "adresse", "strasse", "straße, hausnummer"),
        "postcode": ("plz",),
        "city": (*places.ALIASES, "wohnort"),
        "phone": ("tel", "tel.", "telefonnummer", "telefon-nr.", "fon", "rufnummer"),
        "email": ("e-mail", "mail", "email", "mailadresse"),
        "website": ("web", "homepage", "website", "internet", "url", "www", "webseite"),
        "internal_note": ("notiz", "bemerkung", "bemerkungen", "anmerkung", "vermerk"),
    }
    READONLY: ClassVar[frozenset[str]] = frozenset({"status"})
    REQUIRED: ClassVar[tuple[str, ...]] = ("name", "kind")
    WITH_DEFAULT: ClassVar[tuple[str, ...]] = ("kind", "municipality")
    BOTH: ClassVar[dict[str, str]] = {"city": "municipality"}

    class Meta:
        model = Organisation
        import_id_fields = ("uuid",)
        fields = (
            *("uuid", "name", "short_name", "kind", "municipality", "description"),
            *("street", "postcode", "city", "phone", "email", "website", "is_trusted", "internal_note", "status"),
        )

    def rows(self) -> OrganisationQuerySet:
        return Organisation.objects.order_by("sort_key", "pk")

    def known(self) -> OrganisationQuerySet:
        return known_to_staff(Organisation.objects.all())
