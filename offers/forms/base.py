"""How every field of an offer is asked, and the base of the forms that ask."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from django import forms
from django.core.validators import RegexValidator
from django.forms.models import ModelChoiceIterator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kiportal.common.fieldsets import Compact, Folded
from kiportal.common.forms import LockedModelForm
from kiportal.common.richtext import PlainTextFormField
from kiportal.common.transitions import By
from kiportal.common.widgets import CheckboxColumns, CheckboxFilter, DateInput
from offers import changes, completeness, rows
from offers.models import Offer, TargetGroup

# Legend, rows of field names (a tuple shares one row), and perhaps a sentence; `common.templatetags.ui` shows them.
type Fieldset = tuple[str | Promise, Sequence[str | Sequence[str]], *tuple[str | Promise, ...]] | Folded | Compact

PLAIN_TEXT_HINT = _("Eine leere Zeile trennt Absätze. Zeilen, die mit „- “ beginnen, werden eine Liste.")
postcode_validator = RegexValidator(r"^\d{5}$", _("Eine Postleitzahl hat fünf Ziffern."))


def unmarked[F: forms.Field](field: F) -> F:
    """No "(freiwillig)" at a field that is needed under conditions, or whose group says it once."""
    field.mark_optional = False  # type: ignore[attr-defined]
    return field


def name_empty_choice(field: forms.ChoiceField) -> None:
    """Django says "---------"."""
    choices: Any = field.choices
    field.choices = [(value, label if value else _("keine Angabe")) for value, label in choices]


class AudienceIterator(ModelChoiceIterator):
    """Target groups in two groups: people who live here, professionals and volunteers."""

    def __iter__(self) -> Iterator[Any]:
        rows = list(self.queryset)
        for audience, label in TargetGroup.Audience.choices:
            yield label, [self.choice(row) for row in rows if row.audience == audience]


class TargetGroupField(forms.ModelMultipleChoiceField):
    iterator = AudienceIterator


def _plain(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "maxlength": 5000})


def _number(most: int) -> forms.TextInput:
    return forms.TextInput(attrs={"inputmode": "numeric", "class": "form-short", "maxlength": len(str(most))})


class OfferMeta:
    """How every field of an offer is asked, whichever form it stands in."""

    model = Offer
    fields: tuple[str, ...] = ()
    field_classes: ClassVar = {
        "description": PlainTextFormField,
        "project_goal": PlainTextFormField,
        "project_steps": PlainTextFormField,
        "project_needs": PlainTextFormField,
        "project_results": PlainTextFormField,
        "target_groups": TargetGroupField,
    }
    widgets: ClassVar = {
        "kind": forms.RadioSelect,
        "summary": forms.Textarea(attrs={"rows": 3, "maxlength": 300}),
        "description": _plain(10),
        "topics": CheckboxFilter,
        "project_state": forms.RadioSelect,
        "project_goal": _plain(4),
        "project_steps": _plain(6),
        "project_needs": _plain(6),
        "project_results": _plain(4),
        "target_groups": CheckboxFilter,
        "languages": CheckboxFilter,
        "municipalities": CheckboxColumns,
        "postcode": forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "postal-code", "maxlength": 5}),
        "schedule": forms.RadioSelect,
        "valid_until": DateInput,
        "cost_kind": forms.RadioSelect,
        "cost_amount": forms.TextInput(attrs={"inputmode": "decimal", "class": "form-short"}),
        "registration": forms.RadioSelect,
        "age_from": _number(120),
        "age_to": _number(120),
        "places": _number(9999),
        "valid_from": DateInput,
        "closed_until": DateInput,
        "submitter_note": forms.Textarea(attrs={"rows": 4, "maxlength": 2000}),
    }
    localized_fields = ("cost_amount",)
    labels: ClassVar = {
        "kind": _("Was möchten Sie melden?"),
        "target_groups": _("Für wen ist es da?"),
        "languages": _("In welchen Sprachen?"),
        "cost_kind": _("Was kostet es?"),
        "schedule": _("Wie oft?"),
        "registration": _("Wie meldet man sich an?"),
        "submitter_note": _("Mitteilung an uns"),
        "website": _("Mehr dazu im Internet"),
    }
    help_texts: ClassVar = {
        "title": _("So heißt Ihr Angebot in der Liste. Zum Beispiel: Deutsch lernen im Frauencafé"),
        "summary": _("Ein oder zwei Sätze: Was geschieht hier, und für wen?"),
        "description": PLAIN_TEXT_HINT,
        "topics": _("Wählen Sie die wichtigsten aus, höchstens fünf."),
        "project_goal": _("Was soll sich für wen ändern?"),
        "project_steps": _("Womit haben Sie angefangen, was kam danach?"),
        "project_needs": _("Zum Beispiel Räume, Menschen, Geld, Partner, Zeit – und was Sie anderen raten."),
        "project_cost_range": _("Zum Beispiel: etwa 3.000 Euro im Jahr für Material, dazu eine halbe Stelle"),
        "project_period": _("Zum Beispiel: seit 2024, oder März bis Dezember 2026"),
        "cost_note": _("Zum Beispiel: ermäßigt mit Familienpass, Fahrtkosten werden erstattet"),
        "registration_note": _("Zum Beispiel: bis eine Woche vorher, Wartezeit etwa zwei Monate"),
        "german_level": _("Wie gut muss man Deutsch können, um mitzumachen?"),
        "age_from": _("Leer lassen, wenn das Alter keine Rolle spielt."),
        "valid_from": _("Nur wenn es erst später losgeht."),
        "valid_until": _("Danach verschwindet der Eintrag von selbst. Leer lassen, wenn es kein Ende gibt."),
    }


class OfferForm(LockedModelForm):
    """Base of all sections.

    `lenient` is how a draft is kept while it is being written: nothing has to be filled in yet, but what stands there
    has to be right.
    """

    fieldsets: ClassVar[list[Fieldset]] = []

    class Meta(OfferMeta):
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, lenient: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lenient = lenient
        for name, field in self.fields.items():
            if name in completeness.FILLED or name in completeness.PROJECT:
                field.required = True
            if lenient and name != "lock_version":
                field.required = False
            if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
                field.error_messages["required"] = _("Bitte wählen Sie etwas aus.")
            if isinstance(field.widget, forms.Select) and isinstance(field, forms.TypedChoiceField):
                name_empty_choice(field)
            if isinstance(field.widget, forms.RadioSelect) and isinstance(field, forms.ChoiceField):
                choices: Any = field.choices
                field.choices = [choice for choice in choices if choice[0] != ""]

    def stored_rows(self, name: str) -> Any:
        """The rows that the form starts with, as JSON (`offers.rows`)."""
        if name in self.initial:
            return self.initial[name]
        return changes.current(self.instance, name) if self.instance.pk else []

    def drop_unless(self, flag: str, *names: str) -> None:
        """Do not ask what this type of offer does not have, unless something is stored already."""
        kind = self.instance.offer_type
        if kind is not None and not getattr(kind, flag):
            for name in names:
                if not self.initial.get(name):
                    self.fields.pop(name, None)  # a short form does not ask for it at all

    def clean(self) -> dict[str, Any]:
        return super().clean() or self.cleaned_data

    def write_related(self) -> None:
        """Store what hangs on the offer beside its own columns; sections that have more than rows say how."""
        rows.write(self.instance, self.row_values())

    def keep_files(self, *, by: By) -> None:
        """Store files before anything else can fail; only pictures have any."""

    def row_values(self) -> dict[str, Any]:
        """What this form says about the rows of the offer (`offers.rows`), as JSON."""
        return {name: changes.encode(self.cleaned_data[name]) for name in rows.ROWS if name in self.cleaned_data}

    def save(self, commit: bool = True) -> Offer:
        offer: Offer = super().save(commit)
        self.write_related()
        return offer
