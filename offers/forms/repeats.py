"""Recurring dates: a rule for each time of day, in words that people use."""

import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import date, datetime
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kiportal.common.fieldsets import Folded
from kiportal.common.widgets import CheckboxColumns, DateInput, TimeInput
from offers import recurrence, rows, school_holidays
from offers.forms.base import Fieldset, OfferForm, OfferMeta, unmarked
from offers.models import Offer, Recurrence, Weekday

# Times that are offered beyond those that are stored, and times an entry can have.
SPARE, MAXIMUM = 2, 12


def numbered(part: str, number: int) -> str:
    """The name of a field; the first time has no number."""
    return part if number == 1 else f"{part}_{number}"


def _layout(number: int) -> list[str | tuple[str, ...]]:
    parts: tuple[str | tuple[str, ...], ...] = (
        ("repeat", "repeat_nth"),
        "repeat_days",
        ("repeat_start", "repeat_end"),
        ("repeat_from", "repeat_until"),
        ("repeat_skips_school", "repeat_on_holidays"),
        "repeat_cancelled",
    )
    return [
        numbered(part, number) if isinstance(part, str) else tuple(numbered(one, number) for one in part)
        for part in parts
    ]


class Repeat(OfferForm):
    """Rules in words that people use. Their dates are made from them; further ones are single dates.

    One time is shown; another one unfolds below it ("Weitere Zeit").
    """

    MONTHLY = "monat"
    RHYTHM = (
        ("", _("ohne Wiederholung")),
        ("1", _("jede Woche")),
        ("2", _("alle zwei Wochen")),
        ("3", _("alle drei Wochen")),
        ("4", _("alle vier Wochen")),
        (MONTHLY, _("an einem Wochentag im Monat")),
    )

    repeat = forms.ChoiceField(label=_("Rhythmus"), choices=RHYTHM, required=False)
    repeat_days = forms.TypedMultipleChoiceField(
        label=_("An welchen Tagen?"), choices=Weekday, coerce=int, widget=CheckboxColumns, required=False
    )
    repeat_nth = forms.TypedChoiceField(
        label=_("Der wievielte im Monat?"),
        choices=[("", _("keine Auswahl")), *((number, name) for number, name in recurrence.NTH_NAMES.items())],
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("Nur bei „an einem Wochentag im Monat“."),
    )
    repeat_start = forms.TimeField(label=_("Beginn"), widget=TimeInput, required=False)
    repeat_end = forms.TimeField(label=_("Ende"), widget=TimeInput, required=False)
    repeat_from = forms.DateField(label=_("Zum ersten Mal am"), widget=DateInput, required=False)
    repeat_until = forms.DateField(label=_("Zum letzten Mal am"), widget=DateInput, required=False)
    repeat_skips_school = forms.BooleanField(label=_("Nicht in den Schulferien"), required=False)
    repeat_on_holidays = forms.BooleanField(label=_("Auch an Feiertagen"), required=False)
    repeat_cancelled = forms.CharField(
        label=_("Fällt aus am"),
        max_length=400,
        required=False,
        help_text=_("Mehrere Tage trennen Sie mit einem Komma, zum Beispiel: 24.12.2026, 31.12.2026"),
    )
    OF_A_TIME: ClassVar[tuple[str, ...]] = (
        *("repeat", "repeat_days", "repeat_nth", "repeat_start", "repeat_end", "repeat_from", "repeat_until"),
        *("repeat_skips_school", "repeat_on_holidays", "repeat_cancelled"),
    )

    fieldsets: ClassVar[list[Fieldset]] = [
        Folded(
            _("Es wiederholt sich"),
            _layout(1),
            _("Zum Beispiel jeden Dienstag. Die Termine tragen wir dann selbst ein, ein Jahr im Voraus."),
        ),
        *(
            Folded(
                _("Weitere Zeit"),
                _layout(number),
                _("Wenn es an einem anderen Tag zu einer anderen Uhrzeit stattfindet, zum Beispiel auch donnerstags."),
                follows=True,
            )
            for number in range(2, MAXIMUM + 1)
        ),
    ]

    class Meta(OfferMeta):
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = self.stored_rows("recurrence")
        kind = self.instance.offer_type
        self.asks_for_rule = bool(kind is None or kind.has_schedule or stored)
        if not self.asks_for_rule:
            for part in self.OF_A_TIME:
                del self.fields[part]
            return
        found = (re.fullmatch(rf"{self.add_prefix('repeat')}(?:_(\d+))?", name) for name in self.data)
        posted = max((int(match[1] or 1) for match in found if match), default=0)
        self.times = min(posted or max(len(stored), 1) + SPARE, MAXIMUM)
        warning = school_holidays.warning(timezone.localdate())
        for number in range(1, self.times + 1):
            self._add_time(number, warning)
        for number, row in enumerate(stored[: self.times], start=1):
            asked = self._asked(rows.recurrence_from_json(row))
            self.initial.update({numbered(part, number): value for part, value in asked.items()})

    def _add_time(self, number: int, warning: str) -> None:
        """The fields of one time. Their labels repeat, so each further one also says aloud which time it belongs to."""
        for part in self.OF_A_TIME:
            field = unmarked(self.fields[part] if number == 1 else deepcopy(self.fields[part]))
            if number > 1 and part != "repeat_days":
                field.widget.attrs["aria-label"] = gettext("%(label)s, %(number)s. Zeit") % {
                    "label": field.label,
                    "number": number,
                }
            if number > 1 and part == "repeat_days":
                field.label = gettext("An welchen Tagen? (%(number)s. Zeit)") % {"number": number}
            if part == "repeat_skips_school" and warning:
                field.help_text = warning
            self.fields[numbered(part, number)] = field

    def _asked(self, stored: Recurrence) -> dict[str, Any]:
        rule = recurrence.Rule.parse(stored.rule)
        return {
            "repeat": self.MONTHLY if rule.nth else str(rule.weeks),
            "repeat_days": list(rule.days),
            "repeat_nth": rule.nth,
            "repeat_start": stored.begins_at,
            "repeat_end": stored.ends_at,
            "repeat_from": stored.first_on,
            "repeat_until": stored.last_on,
            "repeat_skips_school": stored.skips_school_holidays,
            "repeat_on_holidays": not stored.skips_public_holidays,
            "repeat_cancelled": ", ".join(f"{day:%d.%m.%Y}" for day in sorted(stored.cancelled_on)),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.asks_for_rule:
            rules = list(self._clean_rules())
            cleaned["recurrence"] = [rows.recurrence_as_json(rule) for _number, rule in rules]
            seen = set()
            for number, rule in rules:
                key = rule.rule, rule.begins_at, rule.first_on
                if key in seen:
                    self.add_error(numbered("repeat", number), _("Diese Zeit steht schon weiter oben."))
                seen.add(key)
            if rules and "schedule" in cleaned and not cleaned["schedule"]:
                cleaned["schedule"] = Offer.Schedule.REGULAR
        return cleaned

    def _clean_rules(self) -> Iterator[tuple[int, Recurrence]]:
        for number in range(1, self.times + 1):
            if rule := _Time(self, number).rule():
                yield number, rule


class _Time:
    """The fields of one time of a form, by their part."""

    def __init__(self, form: Repeat, number: int) -> None:
        self.form, self.number = form, number

    def value(self, part: str) -> Any:
        return self.form.cleaned_data.get(numbered(part, self.number))

    def is_wrong(self, part: str) -> bool:
        return numbered(part, self.number) in self.form.errors

    def refuse(self, part: str, sentence: Any) -> None:
        if not self.is_wrong(part):
            self.form.add_error(numbered(part, self.number), sentence)

    def rule(self) -> Recurrence | None:
        if not self.value("repeat"):
            if self.value("repeat_days") or self.value("repeat_start"):
                self.refuse("repeat", _("Bitte wählen Sie aus, in welchem Rhythmus es sich wiederholt."))
            return None
        days, nth = self.value("repeat_days") or [], self.value("repeat_nth") or 0
        is_monthly = self.value("repeat") == Repeat.MONTHLY
        if not days:
            self.refuse("repeat_days", _("Bitte wählen Sie mindestens einen Tag aus."))
        if is_monthly and len(days) > 1:
            self.refuse("repeat_days", _("Bitte wählen Sie nur einen Tag aus."))
        if is_monthly and not nth:
            self.refuse("repeat_nth", _("Bitte wählen Sie aus, der wievielte Tag im Monat gemeint ist."))
        start, end = self.value("repeat_start"), self.value("repeat_end")
        if not start:
            self.refuse("repeat_start", _("Bitte geben Sie an, wann es beginnt."))
        if start and end and end <= start:
            self.refuse("repeat_end", _("Das Ende liegt vor dem Beginn."))
        first, last = self.value("repeat_from") or timezone.localdate(), self.value("repeat_until")
        if last and last < first:
            self.refuse("repeat_until", _("Der letzte Tag liegt vor dem ersten."))
        cancelled = self._cancelled()
        if start is None or any(self.is_wrong(part) for part in Repeat.OF_A_TIME):
            return None
        every = (
            recurrence.Rule(0, (days[0],), nth) if is_monthly else recurrence.Rule(int(self.value("repeat")), (*days,))
        )
        return Recurrence(
            rule=str(every),
            first_on=first,
            last_on=last,
            begins_at=start,
            ends_at=end,
            skips_school_holidays=self.value("repeat_skips_school"),
            skips_public_holidays=not self.value("repeat_on_holidays"),
            cancelled_on=cancelled,
        )

    def _cancelled(self) -> list[date]:
        days = []
        for part in re.split(r"[,;\s]+", (self.value("repeat_cancelled") or "").strip(" ,;")):
            try:
                if part:
                    days.append(datetime.strptime(part, "%d.%m.%Y").date())  # noqa: DTZ007
            except ValueError:
                sentence = gettext("„%(part)s“ ist kein Datum. Bitte schreiben Sie es so: 24.12.2026")
                self.refuse("repeat_cancelled", sentence % {"part": part})
        return sorted(set(days))
