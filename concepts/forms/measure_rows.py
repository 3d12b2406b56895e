"""The rows of a measure on one page: its steps, its Kennzahlen. An emptied row goes, empty ones are room."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, cast

from django import forms
from django.db import models, transaction
from django.utils import timezone
from django.utils.formats import date_format, localize

from concepts.models import Indicator, Measure, MeasureStep
from kiportal.common.forms import LockedModelForm
from kiportal.common.views.conflicts import Difference
from kiportal.common.widgets import DateInput

# Empty rows that are offered; and rows a measure can have.
SPARE, MOST = 3, 60


class RowMoves(forms.Widget):
    """Buttons that send the form and have it come back with this row one place up or down (`RowsForm.rearranged`).

    Before those of the first row stands a button that nobody sees: the Enter key presses the first one of a form.
    """

    template_name = "django/forms/widgets/row_moves.html"
    use_fieldset = True

    def __init__(self, number: int, count: int, *, noun: str, target: str) -> None:
        super().__init__()
        self.number, self.count, self.noun, self.target = number, count, noun, target

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        moves = [
            ("nach oben", self.number - 1, "chevron-up", "hoch"),
            ("nach unten", self.number + 1, "chevron-down", "runter"),
        ]
        context["widget"] |= {
            "number": self.number,
            "moves": [
                (f"{self.number}. {self.noun} {way}", f"{self.target}_{place}", icon, f"{verb}-{self.number}")
                for way, place, icon, verb in moves
                if 1 <= place <= self.count
            ],
        }
        return context


class RowsForm(LockedModelForm):
    """Fields `<column>_<number>`; saving raises the measure's `lock_version`, so that nobody's row is lost."""

    row_model: ClassVar[type[MeasureStep] | type[Indicator]]
    legend: ClassVar[str]
    # What a row is called aloud, and the column without which a row says nothing.
    noun: ClassVar[str]
    leading: ClassVar[str]
    columns: ClassVar[tuple[str, ...]]

    mark_optional = False

    class Meta:
        model = Measure
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored = {row.pk: row for row in self._rows_of(self.instance)}
        posted = self._number_of_rows(self.data or self.initial)
        shown: list[Any] = list(self.stored.values())
        self.count = min(max(len(shown) + SPARE, posted), MOST)
        for number in range(1, self.count + 1):
            self._add_row(number, shown[number - 1] if number <= len(shown) else None)
        columns = (*self.columns, "move")
        names = [tuple(f"{column}_{number}" for column in columns) for number in range(1, self.count + 1)]
        self.fieldsets = [(self.legend, names, self.hint)]

    hint: ClassVar[str] = ""

    @classmethod
    def _number_of_rows(cls, values: Iterable[str]) -> int:
        return sum(name.startswith(f"{cls.leading}_") for name in values)

    @classmethod
    def rearranged(cls, typed: Mapping[str, str], act: str) -> dict[str, str]:
        """What was typed, with a row more ("neu") or two rows changed over ("hoch-3", "runter-3"); not stored."""
        values = {name: typed[name] for name in typed}
        count = cls._number_of_rows(typed)
        verb, _dash, number = act.partition("-")
        if verb == "neu":
            values[f"{cls.leading}_{count + 1}"] = ""
        elif number.isdecimal():
            row, other = int(number), int(number) + (-1 if verb == "hoch" else 1)
            if min(row, other) > 0 and max(row, other) <= count:
                for name in (*cls.columns, "pk"):
                    one, two = f"{name}_{row}", f"{name}_{other}"
                    values[one], values[two] = values.get(two, ""), values.get(one, "")
        return values

    def _rows_of(self, measure: Measure) -> models.QuerySet[Any]:
        return self.row_model._default_manager.filter(measure=measure)

    def _add_row(self, number: int, row: Any) -> None:
        own = forms.fields_for_model(
            self.row_model,
            fields=self.columns,
            widgets={"due_on": DateInput(), "done_on": DateInput(), "target_on": DateInput()},
            localized_fields=("target",),
        )
        blank = self.row_model()
        for name, field in own.items():
            field.required = False
            field.help_text = ""
            field.initial = getattr(row or blank, name)
            field.widget.attrs["aria-label"] = f"{field.label}, {number}. {self.noun}"
            self.fields[f"{name}_{number}"] = field
        self.fields[f"pk_{number}"] = forms.IntegerField(
            widget=forms.HiddenInput, required=False, initial=row.pk if row else None
        )
        moves = RowMoves(number, self.count, noun=self.noun, target=f"id_{self.leading}")
        self.fields[f"move_{number}"] = forms.Field(label="Reihenfolge", required=False, widget=moves)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        blank = self.row_model()
        self.rows: list[tuple[int | None, dict[str, Any]]] = []
        for number in range(1, self.count + 1):
            values = {column: cleaned.get(f"{column}_{number}") for column in self.columns}
            key = cleaned.get(f"pk_{number}")
            if all(value in (None, "", getattr(blank, column)) for column, value in values.items()):
                continue
            if not values[self.leading] and f"{self.leading}_{number}" not in self.errors:
                if key is None:
                    self.add_error(f"{self.leading}_{number}", self.missing)
                continue
            self._check_row(number, values)
            self.rows.append((key, values))
        return cleaned

    missing: ClassVar[str] = "Bitte füllen Sie dieses Feld aus, oder leeren Sie die ganze Zeile."

    def _check_row(self, number: int, values: dict[str, Any]) -> None:
        """What a row needs beside its leading column."""

    def save(self, commit: bool = True) -> Measure:
        with transaction.atomic():
            measure = cast("Measure", super().save(commit))
            kept = set()
            for position, (key, values) in enumerate(self.rows, start=1):
                row = self.stored.get(key or 0) or self.row_model(measure=measure)
                row.sort_order = position
                for name, value in values.items():
                    setattr(row, name, value)
                row.save()
                kept.add(row.pk)
            self._rows_of(measure).exclude(pk__in=kept).delete()
        return measure

    def differences(self, theirs: Measure) -> list[Difference]:
        """For the page of two versions: the rows as they are stored now, and as they were typed."""
        now = "\n".join(
            self._said({name: getattr(row, name) for name in self.columns}) for row in self._rows_of(theirs)
        )
        mine = "\n".join(self._said(values) for _key, values in self.rows)
        return [Difference(self.legend, now, mine)] if now != mine else []

    def _said(self, values: dict[str, Any]) -> str:
        fields: Any = {name: self.row_model._meta.get_field(name) for name in self.columns}
        return ", ".join(
            date_format(value, "SHORT_DATE_FORMAT")
            if hasattr(value, "year")
            else str(dict(fields[name].flatchoices).get(value, localize(value)))
            for name, value in values.items()
            if value not in (None, "")
        )


class StepsForm(RowsForm):
    row_model = MeasureStep
    legend, noun, leading = "Schritte", "Schritt", "text"
    columns = ("text", "due_on", "done_on")
    hint = "In der Reihenfolge, in der sie nötig sind. Einen Schritt ohne Text entfernt das Speichern."

    def _check_row(self, number: int, values: dict[str, Any]) -> None:
        if values["done_on"] and values["done_on"] > timezone.localdate():
            self.add_error(
                f"done_on_{number}",
                "Dieser Tag liegt in der Zukunft. Tragen Sie ihn ein, wenn der Schritt erledigt ist.",
            )


class IndicatorsForm(RowsForm):
    row_model = Indicator
    legend, noun, leading = "Kennzahlen", "Kennzahl", "name"
    columns = ("name", "unit", "direction", "target", "target_on")
    hint = (
        "Woran man merkt, dass das Ziel erreicht ist. „höchstens“ gilt, wo weniger besser ist, zum Beispiel bei einer "
        "Wartezeit. Den Stand tragen Sie danach bei der Maßnahme ein. "
        "Eine Kennzahl ohne Namen entfernt das Speichern, mit ihren Werten."
    )

    def _check_row(self, number: int, values: dict[str, Any]) -> None:
        if not values["unit"]:
            self.add_error(f"unit_{number}", "Bitte sagen Sie, was gezählt wird, zum Beispiel: Personen.")
        values["direction"] = values["direction"] or Indicator.Direction.AT_LEAST
