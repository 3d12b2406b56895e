"""The tables of offers: all that staff know, and what the public may take with it."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Prefetch
from django.urls import reverse
from django.utils import translation

from actors.models import ContactPerson
from offers.changes import CONTACT
from offers.completeness import FILLED
from offers.models import Offer, OfferDate, Partner
from offers.querysets import OfferQuerySet
from offers.resources import costs, places
from offers.resources.base import Column, TableResource
from offers.resources.cells import Cell
from offers.resources.row_cells import AccessCell, DatesCell, HoursCell, PartnersCell
from offers.resources.rule_cells import RulesCell

# Columns whose rows are those of `offers.rows`.
ROWS = ("opening_hours", "recurrence", "dates", "access_features", "partners")
MAXIMUM_TOPICS = 5


class PageCell(Cell):
    """The address of the public page, of an entry that has one."""

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        with translation.override("de"):
            return f"{settings.KIPORTAL_BASE_URL}{reverse('offers:offer_detail', args=[value])}" if value else ""


class OfferTable(TableResource):
    """What both tables share: contact, address and rows are no fields of the model."""

    HEADERS: ClassVar[dict[str, str]] = {
        "uuid": "Schlüssel",
        "kind": "Angebot oder Projekt",
        "is_outreach": "aufsuchend",
        "contact_function": "Kontakt: Funktion",
        "contact_phone": "Kontakt: Telefon",
        "contact_email": "Kontakt: E-Mail-Adresse",
        "contact_office_hours": "Kontakt: Sprechzeiten",
        "contact_name": "Kontakt: Name",
        "recurrence": "Wiederholung",
        "opening_hours": "Öffnungszeiten",
        "dates": "Termine",
        "access_features": "Barrierefreiheit",
        "partners": "Partner",
        "slug": "Seite",
        "website": "Internetseite",
    }
    READONLY: ClassVar[frozenset[str]] = frozenset({"status", "last_confirmed_on", "slug", "contact_name"})

    def column(self, name: str) -> Column:
        own: dict[str, tuple[str, Cell]] = {
            "contact_name": ("contact__public_name", Cell()),
            "recurrence": ("recurrences", RulesCell()),
            "slug": ("slug", PageCell()),
            "opening_hours": ("opening_hours", HoursCell()),
            "dates": ("dates", DatesCell()),
            "access_features": ("access_features", AccessCell()),
            "partners": ("partners", PartnersCell(self.lookups)),
        }
        if name in CONTACT:
            field: Any = ContactPerson._meta.get_field(CONTACT[name])
            own[name] = (f"contact__{CONTACT[name]}", _OptionalCell(field))
        if name not in own:
            return super().column(name)
        attribute, cell = own[name]
        return Column(attribute=attribute, column_name=self.HEADERS[name], widget=cell, readonly=name in self.READONLY)

    def rows(self) -> OfferQuerySet:
        offers = Offer.objects.select_related("contact__consent").defer("search_vector", "search_text")
        fetched: list[Any] = [name for name in self.fields if name in _RELATIONS]
        fetched += ["opening_hours", "recurrences", "access_features", self._partners()]
        fetched += [Prefetch("dates", OfferDate.objects.filter(is_generated=False))]
        return offers.prefetch_related(*fetched)

    def _partners(self) -> "str | Prefetch[Any]":
        return "partners"


class _OptionalCell(Cell):
    """A contact is given or not; its parts are checked together."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        return self._checked(value) if value else ""


_RELATIONS = ("topics", "target_groups", "languages", "municipalities")
_WHAT = ("title", "provider", "kind", "summary", "description", "offer_type", "programme", "topics")
_FOR_WHOM = (
    *("target_groups", "languages", "has_interpreting", "german_level", "childcare", "age_from", "age_to"),
    *("only_for", "residence_condition", "cost_kind", "cost_amount", "cost_note", "refunds_travel_costs"),
)
_WHERE = (
    *("is_countywide", "municipalities", "is_on_site", "is_online", "is_outreach"),
    *("place_name", "street", "postcode", "city", "district", "latitude", "longitude"),
    *("transit_note", "access_features"),
)
_WHEN = (
    *("schedule", "schedule_text", "recurrence", "dates", "opening_hours", "valid_from", "valid_until"),
    *("is_closed", "closed_until", "closed_reason"),
)
_PUBLIC_WHEN = tuple(name for name in _WHEN if name not in {"closed_until", "closed_reason"})
_HOW = (
    *("registration", "registration_note", "places", "has_waiting_list", "website", "social_url"),
    *("partners", "funding_note"),
)
_CONTACT = (*CONTACT, "contact_name")
_PROJECT = (
    *("project_state", "project_period", "project_goal", "project_steps", "project_needs", "project_cost_range"),
    "project_results",
)


class OfferResource(OfferTable):
    ALIASES: ClassVar[dict[str, tuple[str, ...]]] = {
        "title": ("angebot", "name", "name des angebots", "bezeichnung", "projekt", "maßnahme", "veranstaltung"),
        "provider": ("organisation", "anbieter", "träger/anbieter", "einrichtung", "verein", "institution"),
        "summary": ("kurzbeschreibung", "kurztext", "zusammenfassung"),
        "description": ("inhalt", "text", "angebotsbeschreibung"),
        "offer_type": ("art", "angebotsart", "typ", "kategorie", "format"),
        "topics": ("thema", "themenfeld", "handlungsfeld", "schwerpunkt"),
        "target_groups": ("zielgruppe", "für wen"),
        "languages": ("sprache",),
        "municipalities": ("kommune", "gemeinde", "stadt/gemeinde", "standort"),
        "place_name": ("veranstaltungsort", "raum", "gebäude"),
        "street": ("straße", "anschrift", "adresse", "strasse"),
        "postcode": ("plz",),
        "city": places.ALIASES,
        "district": ("stadtteil", "quartier", "viertel", "stadtbezirk"),
        "latitude": ("lat", "latitude", "geogr. breite"),
        "longitude": ("lon", "lng", "longitude", "geogr. länge"),
        "schedule_text": ("zeiten", "wann", "uhrzeit", "zeit", "termin"),
        "cost_kind": ("kosten", "gebühr"),
        "cost_amount": ("preis", "betrag", "kostenbeitrag"),
        "contact_function": ("ansprechstelle", "kontakt", "stelle"),
        "contact_phone": ("telefon", "tel", "tel.", "telefonnummer"),
        "contact_email": ("e-mail", "mail", "email", "e-mail-adresse"),
        "contact_office_hours": ("sprechzeiten", "sprechstunde", "erreichbarkeit"),
        "social_url": ("facebook", "instagram", "social media", "soziale medien"),
        "funding_note": ("förderhinweis", "finanzierung", "gefördert durch", "förderprogramm"),
        "project_cost_range": ("projektkosten", "budget"),
        "website": ("web", "homepage", "internet", "url", "webseite", "link"),
        "valid_from": ("beginn", "start", "von"),
        "valid_until": ("ende", "bis"),
        "internal_note": ("notiz", "bemerkung", "bemerkungen", "anmerkung"),
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ("title", "provider")
    WITH_DEFAULT: ClassVar[tuple[str, ...]] = ("provider", "municipalities")
    BOTH: ClassVar[dict[str, str]] = {"city": "municipalities"}
    NAMED: ClassVar[str] = "provider"
    TOGETHER: ClassVar[dict[str, str]] = {"cost_amount": "cost_kind", "latitude": "longitude", "longitude": "latitude"}

    class Meta:
        model = Offer
        import_id_fields = ("uuid",)
        fields = (
            *("uuid", *_WHAT, *_FOR_WHOM, *_WHERE, *_WHEN, *_HOW, *_CONTACT, *_PROJECT),
            *("submitter_email", "internal_note", "status", "last_confirmed_on", "slug"),
        )

    def known(self) -> OfferQuerySet:
        return Offer.objects.for_staff()

    def prepared(self, cells: dict[str, str]) -> dict[str, str]:
        return costs.prepared(super().prepared(cells))

    def follow(self, record: Offer, values: dict[str, Any]) -> dict[str, Any]:
        """Another kind of cost has no amount; the file can only say so by the kind.

        A Kreis's own table has telephone numbers and seldom a column for whose they are.
        """
        follows: dict[str, Any] = {}
        kind = values.get("cost_kind", record.cost_kind)
        if "cost_kind" in values and kind != Offer.CostKind.AMOUNT and record.cost_amount is not None:
            follows["cost_amount"] = None
        reachable = values.get("contact_phone") or values.get("contact_email")
        if reachable and record.contact_id is None and "contact_function" not in values:
            follows["contact_function"] = "Kontakt"
        return follows

    def problems(self, record: Offer, values: dict[str, Any]) -> Iterable[str]:
        if record.cost_amount is not None and record.cost_kind != Offer.CostKind.AMOUNT:
            yield "Ein Betrag gehört nur zu „kostet etwas“."
        if record.age_from is not None and record.age_to is not None and record.age_to < record.age_from:
            yield "Das Alter „bis“ liegt unter dem Alter „von“."
        if record.valid_from and record.valid_until and record.valid_until < record.valid_from:
            yield "Das Angebot endet, bevor es beginnt."
        if (record.latitude is None) != (record.longitude is None):
            yield "Breitengrad und Längengrad gehören zusammen: Bitte geben Sie beide an oder keinen."
        if len(values.get("topics", ())) > MAXIMUM_TOPICS:
            yield "Ein Angebot hat höchstens fünf Themen."
        yield from self._contact_problems(record, values)
        if record.pk is not None:
            yield from self._stored_problems(record, values)

    def _stored_problems(self, record: Offer, values: dict[str, Any]) -> Iterable[str]:
        if "provider" in values:
            yield "Träger: Ein vorhandenes Angebot wechselt die Organisation nicht durch eine Tabelle."
        if record.status != Offer.Status.PUBLISHED:
            return
        for name in FILLED:
            if name in values and not values[name]:
                yield f"{self.fields[name].column_name}: Ein veröffentlichtes Angebot braucht diese Angabe."
        if {"municipalities", "is_countywide"} & values.keys() and not record.is_countywide:
            places = values.get("municipalities")
            if not (record.municipalities.all() if places is None else places):
                yield "Kommunen: Ein veröffentlichtes Angebot braucht mindestens eine, oder den ganzen Kreis."

    def _contact_problems(self, record: Offer, values: dict[str, Any]) -> Iterable[str]:
        if not CONTACT.keys() & values.keys():
            return
        stored = {name: getattr(record.contact, part) if record.contact else "" for name, part in CONTACT.items()}
        contact = stored | {name: values[name] for name in CONTACT if name in values}
        if any(contact.values()) and not contact["contact_function"]:
            yield "Zum Kontakt fehlt die Funktion, zum Beispiel „Kursbüro“."
        if contact["contact_function"] and not (contact["contact_phone"] or contact["contact_email"]):
            yield "Zum Kontakt fehlt eine Telefonnummer oder eine E-Mail-Adresse."
        if any(stored.values()) and not any(contact.values()):
            yield "Ein Kontakt lässt sich nicht durch leere Zellen entfernen."


class PublicOfferResource(OfferTable):
    """Only what the page of an entry shows to everybody. Names stand there with a consent, and so they do here."""

    class Meta:
        model = Offer
        fields = (*_WHAT, *_FOR_WHOM, *_WHERE, *_PUBLIC_WHEN, *_HOW, *_CONTACT, *_PROJECT, "last_confirmed_on", "slug")

    def column(self, name: str) -> Column:
        """Whether it is closed today; why, and what was noted for a time that is over, stands on the page if at all."""
        column = super().column(name)
        if name == "is_closed":
            column.attribute = "is_closed_now"
        return column

    def _partners(self) -> "Prefetch[Any]":
        shown = Partner.objects.filter(models.Q(organisation=None) | models.Q(organisation__status="published"))
        return Prefetch("partners", shown)
