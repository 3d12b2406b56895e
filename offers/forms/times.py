"""When an offer takes place: single dates, opening hours, while it is closed. `repeats` has recurring dates."""

from datetime import date, datetime, time
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kiportal.common.fieldsets import Folded
from kiportal.common.widgets import DateInput, TimeInput
from offers.forms.base import Fieldset, OfferForm, OfferMeta, unmarked
from offers.models import Offer, Weekday
from offers.rows import DateRow, dates_of


class Time(OfferForm):
    """When. Kinds of offers without a schedule (advice, material ...) are asked for hours in words only."""

    # Empty rows that are offered, and rows an entry can have: imports and staff may have stored more than five.
    USUAL_ROWS, MAXIMUM_ROWS = 5, 60
    fieldsets: ClassVar[list[Fieldset]] = [
        (_("Wann findet es statt?"), ["schedule", "schedule_text"]),
        Folded(_("Beginn und Ende des Angebots"), [("valid_from", "valid_until")]),
    ]
    unfolded: frozenset[str] = frozenset()
    # For the end of a form: who needs more rows finds the button for them below.
    date_rows: ClassVar[list[Fieldset]] = [
        Folded(
            _("Einzelne Termine"),
            [(f"date_{n}", f"start_{n}", f"end_{n}", f"note_{n}") for n in range(1, MAXIMUM_ROWS + 1)],
            _("Freiwillig. Nur einzelne Termine, die schon feststehen. Eine leere Zeile zählt nicht."),
        )
    ]

    class Meta(OfferMeta):
        fields = ("schedule", "schedule_text", "valid_from", "valid_until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = self.initial["dates"] if "dates" in self.initial else dates_of(self.instance)
        now = timezone.now()
        self.past = [row for row in stored if (row.ends_at or row.starts_at) < now]
        upcoming = [row for row in stored if row not in self.past]
        kind = self.instance.offer_type
        self.asks_for_dates = bool(kind is None or kind.has_schedule or stored)
        if not self.asks_for_dates:
            del self.fields["schedule"]
            return
        wanted = max(2, min(len(upcoming) + 1, self.USUAL_ROWS), len(upcoming))
        posted = sum(name.startswith(f"{self.add_prefix('date')}_") for name in self.data)
        self.rows = min(posted or wanted, self.MAXIMUM_ROWS)
        for number in range(1, self.rows + 1):
            row = upcoming[number - 1] if number <= len(upcoming) else None
            self._add_row(number, row)
        if self["schedule"].value() == Offer.Schedule.DATES:
            self.unfold_dates()

    def unfold_dates(self) -> None:
        self.unfolded = frozenset({"date_1"})

    def _add_row(self, number: int, row: DateRow | None) -> None:
        """Four fields a date. Their labels repeat in every row, so each also says aloud which date it belongs to."""
        starts = timezone.localtime(row.starts_at) if row else None
        ends = timezone.localtime(row.ends_at) if row and row.ends_at else None
        fields: dict[str, forms.Field] = {
            "date": forms.DateField(label=_("Datum"), widget=DateInput, initial=starts and starts.date()),
            "start": forms.TimeField(label=_("Beginn"), widget=TimeInput, initial=starts and starts.time()),
            "end": forms.TimeField(label=_("Ende"), widget=TimeInput, initial=ends and ends.time()),
            "note": forms.CharField(label=_("Hinweis"), max_length=120, initial=row and row.note),
        }
        for name, field in fields.items():
            field.required = False
            aloud = gettext("%(label)s, %(number)s. Termin") % {"label": field.label, "number": number}
            field.widget.attrs["aria-label"] = aloud
            self.fields[f"{name}_{number}"] = unmarked(field)

    def clean_valid_until(self) -> date | None:
        end: date | None = self.cleaned_data["valid_until"]
        if end and "valid_until" in self.changed_data and end < timezone.localdate():
            raise forms.ValidationError(_("Dieser Tag liegt in der Vergangenheit."))
        return end

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        begin, end = cleaned.get("valid_from"), cleaned.get("valid_until")
        if begin and end and end < begin:
            self.add_error("valid_until", _("Das Angebot endet, bevor es beginnt."))
        if self.asks_for_dates:
            rows = [row for number in range(1, self.rows + 1) if (row := self._clean_row(number))]
            cleaned["dates"] = [*self.past, *rows]
            if len({row.starts_at for row in cleaned["dates"]}) < len(cleaned["dates"]):
                self.add_error(None, _("Zwei Termine beginnen zur gleichen Zeit. Bitte löschen Sie einen."))
        return cleaned

    def _clean_row(self, number: int) -> DateRow | None:
        cleaned = self.cleaned_data
        day, start, end, note = (cleaned.get(f"{name}_{number}") for name in ("date", "start", "end", "note"))
        names = {f"{name}_{number}" for name in ("date", "start", "end", "note")}
        if names & self.errors.keys() or not (day or start or end or note):
            return None
        if not day or not start:
            if not day:
                self.add_error(f"date_{number}", _("Bitte geben Sie das Datum dieses Termins an."))
            else:
                self.add_error(f"start_{number}", _("Bitte geben Sie an, wann dieser Termin beginnt."))
            return None
        row = DateRow(_aware(day, start), _aware(day, end) if end else None, note or "")
        if row.ends_at and row.ends_at <= row.starts_at:
            self.add_error(f"end_{number}", _("Das Ende liegt vor dem Beginn."))
        elif f"date_{number}" in self.changed_data and (row.ends_at or row.starts_at) < timezone.now():
            self.add_error(f"date_{number}", _("Dieser Termin liegt in der Vergangenheit."))
        return row


def _aware(day: date, hour: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, hour))


_MAXIMUM_SLOTS = 4


class Hours(OfferForm):
    """Opening hours: a row a weekday, two slots each or as many as are stored."""

    SLOTS = 2
    PARTS = (("opens", _("von")), ("closes", _("bis")))
    fieldsets: ClassVar[list[Fieldset]] = [
        Folded(
            _("Öffnungszeiten"),
            [
                tuple(f"{part}_{day}_{slot}" for slot in range(1, _MAXIMUM_SLOTS + 1) for part in ("opens", "closes"))
                for day in Weekday.values
            ],
            _("Freiwillig. Zwei Zeiten am Tag sind möglich, zum Beispiel vor und nach der Mittagspause."),
            is_compact=True,
        )
    ]

    class Meta(OfferMeta):
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = self.stored_rows("opening_hours")
        kind = self.instance.offer_type
        self.asks_for_hours = bool(stored or (kind is not None and kind.has_opening_hours))
        if not self.asks_for_hours:
            return
        by_day = {day: [row for row in stored if row[0] == day] for day in Weekday.values}
        self.slots = min(_MAXIMUM_SLOTS, max(self.SLOTS, *(len(slots) for slots in by_day.values())))
        for day in Weekday.values:
            for slot in range(1, self.slots + 1):
                times = by_day[day][slot - 1][1:] if slot <= len(by_day[day]) else ("", "")
                for (part, label), value in zip(self.PARTS, times, strict=True):
                    self._add(day, slot, part, label, value)

    def _add(self, day: int, slot: int, part: str, label: Any, value: str) -> None:
        """Only the first label of a row is seen where there is room, so it is the weekday's name."""
        weekday = Weekday(day).label
        aloud = gettext("%(day)s, %(slot)s. Zeit, %(part)s") % {"day": weekday, "slot": slot, "part": label}
        field = forms.TimeField(
            label=weekday if (slot, part) == (1, "opens") else label, widget=TimeInput, required=False, initial=value
        )
        field.widget.attrs["aria-label"] = aloud
        self.fields[f"{part}_{day}_{slot}"] = unmarked(field)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.asks_for_hours:
            found = [
                row
                for day in Weekday.values
                for slot in range(1, self.slots + 1)
                if (row := self._clean_slot(cleaned, day, slot))
            ]
            cleaned["opening_hours"] = sorted(found)
            for earlier, later in zip(cleaned["opening_hours"], cleaned["opening_hours"][1:], strict=False):
                if earlier[0] == later[0] and later[1] < earlier[2]:
                    self.add_error(f"opens_{later[0]}_1", _("Zwei Zeiten an diesem Tag überschneiden sich."))
        return cleaned

    def _clean_slot(self, cleaned: dict[str, Any], day: int, slot: int) -> list[Any] | None:
        opens, closes = cleaned.get(f"opens_{day}_{slot}"), cleaned.get(f"closes_{day}_{slot}")
        if {f"opens_{day}_{slot}", f"closes_{day}_{slot}"} & self.errors.keys() or not (opens or closes):
            return None
        if not opens or not closes:
            missing = "opens" if not opens else "closes"
            self.add_error(f"{missing}_{day}_{slot}", _("Bitte geben Sie beide Zeiten an."))
            return None
        if closes <= opens:
            self.add_error(f"closes_{day}_{slot}", _("Das Ende liegt vor dem Beginn."))
            return None
        return [day, f"{opens:%H:%M}", f"{closes:%H:%M}"]


class Closure(OfferForm):
    """Asked of entries that are already there: nobody announces what is closed."""

    fieldsets: ClassVar[list[Fieldset]] = [
        Folded(_("Vorübergehend geschlossen"), ["is_closed", "closed_until", "closed_reason"])
    ]

    class Meta(OfferMeta):
        fields = ("is_closed", "closed_until", "closed_reason")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if (cleaned.get("closed_until") or cleaned.get("closed_reason")) and not cleaned.get("is_closed"):
            self.add_error("is_closed", _("Bitte kreuzen Sie an, dass geschlossen ist – oder löschen Sie die Angaben."))
        return cleaned
