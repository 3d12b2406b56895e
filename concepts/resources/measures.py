"""The table of measures: all that staff know, out and in again, so that progress is kept in one place."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models
from django.utils.functional import cached_property

from concepts.areas import Areas
from concepts.models import Measure
from concepts.querysets import MeasureQuerySet
from concepts.resources.cells import AreaCell, IndicatorsCell, StepsCell
from offers.resources.base import Column, TableResource
from offers.resources.cells import Cell

# Columns whose rows hang on the measure.
ROWS = ("steps", "indicators")


class FocusCell(Cell):
    """For which focuses a measure is chosen; read by people, a table cannot choose."""

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        if value is None:
            return ""
        return "; ".join(f"{selection.focus} ({selection.period})" for selection in value.all())


class MeasureResource(TableResource):
    HEADERS: ClassVar[dict[str, str]] = {
        "uuid": "Schlüssel",
        "number": "Nummer",
        "steps": "Schritte",
        "indicators": "Kennzahlen",
        "selections": "Arbeitsschwerpunkt",
        "is_public": "darf öffentlich sein",
    }
    ALIASES: ClassVar[dict[str, tuple[str, ...]]] = {
        "title": ("maßnahme", "name", "bezeichnung", "projekt", "vorhaben"),
        "action_area": ("feld", "themenfeld", "bereich", "schwerpunktthema"),
        "goal": ("ziele", "zielsetzung"),
        "description": ("inhalt", "text", "was wird getan"),
        "situation": ("anlass", "bedarf", "hintergrund", "problem"),
        "target_groups": ("zielgruppe", "für wen"),
        "municipalities": ("kommune", "gemeinde", "ort", "orte"),
        "lead_office": ("federführung", "verantwortlich", "zuständig", "zuständigkeit", "federführend"),
        "other_partners": ("partner", "kooperationspartner", "beteiligte stellen"),
        "starts_on": ("start", "von"),
        "ends_on": ("bis", "frist"),
        "cost_amount": ("kosten", "betrag"),
        "internal_note": ("notiz", "bemerkung", "bemerkungen", "anmerkung"),
        "steps": ("umsetzungsschritte", "arbeitsschritte"),
        "indicators": ("indikatoren", "indikator", "kennzahl"),
    }
    READONLY: ClassVar[frozenset[str]] = frozenset({"number", "status", "selections"})
    REQUIRED: ClassVar[tuple[str, ...]] = ("title",)

    class Meta:
        model = Measure
        import_id_fields = ("uuid",)
        fields = (
            *("uuid", "number", "title", "action_area", "status", "selections", "origin", "origin_note"),
            *("situation", "goal", "description", "target_groups", "municipalities", "starts_on", "ends_on"),
            *("lead_office", "lead_organisation", "partners", "other_partners", "delegated_to", "delegated_contact"),
            *("cost_amount", "funding_note", "steps", "indicators", "is_public", "internal_note"),
        )

    def column(self, name: str) -> Column:
        own: dict[str, Cell] = {
            "action_area": AreaCell(lambda: self.areas),
            "selections": FocusCell(),
            "steps": StepsCell(),
            "indicators": IndicatorsCell(),
        }
        if name not in own:
            return super().column(name)
        definition: Any = Measure._meta.get_field(name)
        header = self.HEADERS.get(name) or str(definition.verbose_name)
        return Column(attribute=name, column_name=header, widget=own[name], readonly=name in self.READONLY)

    @cached_property
    def areas(self) -> Areas:
        """Read once for a whole file."""
        return Areas.known()

    def rows(self) -> MeasureQuerySet:
        return Measure.objects.for_papers()

    def known(self) -> MeasureQuerySet:
        return Measure.objects.all()

    def problems(self, record: Measure, values: dict[str, Any]) -> Iterable[str]:
        for name, value in values.items():
            field = record._meta.get_field(name)
            if isinstance(field, models.TextField) and field.max_length and len(value) > field.max_length:
                yield f"{self.fields[name].column_name}: Der Text ist länger als {field.max_length} Zeichen."
        if record.starts_on and record.ends_on and record.ends_on < record.starts_on:
            yield "Die Maßnahme endet, bevor sie beginnt."
        if record.delegated_contact and not record.delegated_to:
            yield "Zum Kontakt fehlt die Stelle, an die die Maßnahme abgegeben ist."
