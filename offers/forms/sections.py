"""The parts of an entry's form. Steps of a submission and the care form are put together from these classes.

A section names its fields once; a form over several sections lists them as bases and joins their `Meta.fields` and
`fieldsets`. All of them edit an `Offer` with `lock_version`.
"""

from datetime import date, datetime, time
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from actors.models import ContactPerson
from kiportal.common.fieldsets import Folded
from kiportal.common.widgets import DateInput, TimeInput
from offers import changes
from offers.changes import DateRow
from offers.forms.base import Fieldset, OfferForm, OfferMeta, postcode_validator, unmarked
from offers.models import Offer

MAXIMUM_TOPICS = 5


class About(OfferForm):
    fieldsets: ClassVar[list[Fieldset]] = [
        (_("Worum geht es?"), ["title", "summary", "description"]),
        (_("Einordnung"), ["offer_type", "topics"], _("So finden andere Ihren Eintrag.")),
    ]

    class Meta(OfferMeta):
        fields = ("title", "summary", "description", "offer_type", "topics")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_type: Any = self.fields["offer_type"]
        offer_type.empty_label = _("Bitte auswählen")

    def clean_topics(self) -> Any:
        topics = self.cleaned_data["topics"]
        if len(topics) > MAXIMUM_TOPICS:
            raise forms.ValidationError(_("Bitte wählen Sie höchstens fünf Themen."))
        return topics


class Project(OfferForm):
    fieldsets: ClassVar[list[Fieldset]] = [
        (_("Ziel und Zeitraum"), ["project_goal", ("project_state", "project_period")]),
        (
            _("Zum Nachmachen"),
            ["project_needs", "project_steps", "project_results"],
            _("Andere sollen von Ihrem Projekt lernen können. Auch was schwierig war, hilft weiter."),
        ),
    ]

    class Meta(OfferMeta):
        fields = (
            "project_state",
            "project_period",
            "project_goal",
            "project_steps",
            "project_needs",
            "project_results",
        )


class Audience(OfferForm):
    """For whom. What only groups of people have (age, German, childcare) is not asked of advice or material."""

    fieldsets: ClassVar[list[Fieldset]] = [
        (
            _("Zielgruppen und Sprachen"),
            ["target_groups", "languages", "has_interpreting", ("german_level", "childcare"), ("age_from", "age_to")],
        ),
        Folded(_("Bedingungen, die nur wenige Angebote haben"), ["only_for", "residence_condition"]),
    ]

    class Meta(OfferMeta):
        fields: tuple[str, ...] = (
            *("target_groups", "languages", "has_interpreting", "german_level", "childcare", "age_from", "age_to"),
            *("only_for", "residence_condition"),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.drop_unless("has_participants", "german_level", "childcare", "age_from", "age_to")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        youngest, oldest = cleaned.get("age_from"), cleaned.get("age_to")
        if youngest is not None and oldest is not None and oldest < youngest:
            self.add_error("age_to", _("Das Alter „bis“ liegt unter dem Alter „von“."))
        return cleaned


class Costs(OfferForm):
    fieldsets: ClassVar[list[Fieldset]] = [
        (_("Kosten"), ["cost_kind", "cost_amount", "cost_note", "refunds_travel_costs"])
    ]

    class Meta(OfferMeta):
        fields = ("cost_kind", "cost_amount", "cost_note", "refunds_travel_costs")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cost_amount"].help_text = _("Nur wenn Sie „kostet etwas“ gewählt haben. Zum Beispiel: 12,50")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        kind, amount = cleaned.get("cost_kind"), cleaned.get("cost_amount")
        if amount is not None and kind != Offer.CostKind.AMOUNT:
            self.add_error("cost_amount", _("Ein Betrag gehört nur zu „kostet etwas“. Bitte löschen Sie einen davon."))
        unsaid = amount is None and "cost_amount" not in self.errors and not cleaned.get("cost_note")
        if kind == Offer.CostKind.AMOUNT and unsaid and not self.lenient:
            self.add_error("cost_amount", _("Bitte geben Sie den Betrag an oder schreiben Sie einen Hinweis dazu."))
        return cleaned


class Place(OfferForm):
    fieldsets: ClassVar[list[Fieldset]] = [
        (_("Wo gilt es?"), ["is_countywide", "municipalities"]),
        (_("Wie findet es statt?"), [("is_on_site", "is_online", "is_outreach")], _("Mehreres ist möglich.")),
        (
            _("Anschrift"),
            ["place_name", "street", ("postcode", "city"), "transit_note"],
            _("Wenn es einen festen Ort gibt. Bei einem geschützten Ort lassen Sie diese Felder leer."),
        ),
    ]

    class Meta(OfferMeta):
        fields = (
            "is_countywide",
            "municipalities",
            "is_on_site",
            "is_online",
            "is_outreach",
            "place_name",
            "street",
            "postcode",
            "city",
            "transit_note",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_countywide"].label = _("Das Angebot gilt im ganzen Kreis.")
        self.fields["municipalities"].help_text = _("Oder wählen Sie die Kommunen aus.")
        unmarked(self.fields["municipalities"])
        self.fields["postcode"].validators.append(postcode_validator)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.lenient or self.errors:
            return cleaned
        if not cleaned["is_countywide"] and not cleaned["municipalities"]:
            self.add_error("municipalities", _("Bitte wählen Sie mindestens eine Kommune aus – oder den ganzen Kreis."))
        if not (cleaned["is_on_site"] or cleaned["is_online"] or cleaned["is_outreach"]):
            self.add_error("is_on_site", _("Bitte wählen Sie mindestens eines: vor Ort, online oder aufsuchend."))
        return cleaned


class Time(OfferForm):
    """When. Kinds of offers without a schedule (advice, material ...) are asked for hours in words only."""

    # Empty rows that are offered, and rows an entry can have: imports and staff may have stored more than five.
    USUAL_ROWS, MAXIMUM_ROWS = 5, 60
    fieldsets: ClassVar[list[Fieldset]] = [
        (_("Wann findet es statt?"), ["schedule", "schedule_text", ("valid_from", "valid_until")]),
        (
            _("Termine"),
            [(f"date_{n}", f"start_{n}", f"end_{n}", f"note_{n}") for n in range(1, MAXIMUM_ROWS + 1)],
            _("Freiwillig. Nur einzelne Termine, die schon feststehen. Eine leere Zeile zählt nicht."),
        ),
    ]

    class Meta(OfferMeta):
        fields = ("schedule", "schedule_text", "valid_from", "valid_until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = self.initial["dates"] if "dates" in self.initial else changes.dates_of(self.instance)
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

    def write_related(self) -> None:
        super().write_related()
        if self.asks_for_dates:
            changes.write_dates(self.instance, self.cleaned_data["dates"])


def _aware(day: date, hour: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, hour))


class Registration(OfferForm):
    fieldsets: ClassVar[list[Fieldset]] = [
        (_("Anmeldung"), ["registration", "registration_note", ("places", "has_waiting_list"), "website"]),
    ]

    class Meta(OfferMeta):
        fields = ("registration", "registration_note", "places", "has_waiting_list", "website")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.drop_unless("has_participants", "places", "has_waiting_list")


def _contact_field(name: str, **kwargs: Any) -> forms.Field:
    field = ContactPerson._meta.get_field(name).formfield(required=False, **kwargs)  # type: ignore[union-attr]
    assert isinstance(field, forms.Field)  # noqa: S101
    return field


class Contact(OfferForm):
    """Whom people can reach. The name of a person is asked where a consent can be recorded with it."""

    contact_function = _contact_field("function", label=_("Stelle oder Funktion"))
    contact_phone = _contact_field("phone", widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}))
    contact_email = _contact_field("email")

    fieldsets: ClassVar[list[Fieldset]] = [
        (
            _("Öffentlicher Kontakt"),
            ["contact_function", ("contact_phone", "contact_email")],
            _("Diese Angaben stehen öffentlich auf der Seite. Telefon oder E-Mail genügt."),
        ),
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact_function"].required = not self.lenient
        for name in changes.CONTACT:
            self.initial.setdefault(name, changes.current(self.instance, name))
        # One of the two is needed, so neither is marked as optional.
        unmarked(self.fields["contact_phone"])
        unmarked(self.fields["contact_email"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        reachable = cleaned.get("contact_phone") or cleaned.get("contact_email")
        failed = {"contact_phone", "contact_email"} & self.errors.keys()
        if not reachable and not failed and (cleaned.get("contact_function") or not self.lenient):
            self.add_error("contact_phone", _("Bitte geben Sie eine Telefonnummer oder eine E-Mail-Adresse an."))
        if reachable and not cleaned.get("contact_function") and "contact_function" not in self.errors:
            self.add_error("contact_function", _("Bitte schreiben Sie dazu, wen man dort erreicht."))
        return cleaned
