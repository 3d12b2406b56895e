"""Forms for the records that staff edit: offers with their dates and contact, organisations, contacts."""

from typing import Any, ClassVar, cast
from uuid import uuid4

from django import forms
from django.db import transaction
from django.utils import timezone
from django.utils.choices import flatten_choices
from django.utils.formats import localize

from actors import consents
from actors.models import ContactPerson, Organisation
from kiportal.common.fieldsets import Folded, Part
from kiportal.common.forms import LockedModelForm
from kiportal.common.models import Consent
from kiportal.common.widgets import DateInput
from offers.completeness import PROJECT
from offers.forms.base import Fieldset, OfferMeta, TargetGroupField
from offers.forms.coordinates import Coordinates
from offers.forms.details import Access, Partners
from offers.forms.parts import ANMELDUNG, KOSTEN, TEXT, THE_REST, WHAT_CHANGES_MOST, InParts
from offers.forms.repeats import Repeat
from offers.forms.sections import About, Audience, Costs, Place, Project, Registration
from offers.forms.submission import CONSENT_WORDING
from offers.forms.times import Closure, Hours, Time
from offers.models import Offer
from offers.querysets import known_to_staff
from offers.rows import ROWS, in_words

NO_CHOICE = "– keine Angabe –"


def name_empty_choices(form: forms.BaseForm) -> None:
    """Django says "- Select an option -" and has no German for it."""
    for field in form.fields.values():
        if isinstance(field, forms.ModelChoiceField):
            field.empty_label = NO_CHOICE if field.empty_label is not None else None
        elif isinstance(field, forms.ChoiceField):
            choices = cast("list[tuple[Any, Any]]", list(flatten_choices(cast("Any", field.choices))))
            field.choices = [(value, label if value else NO_CHOICE) for value, label in choices]


# Contacts


class ContactForm(LockedModelForm):
    """A contact of an organisation; the name is shown only with a consent, which can be recorded with it."""

    consent_given = forms.BooleanField(
        label="Die Person ist damit einverstanden, dass ihr Name im Internet steht", required=False
    )
    consent_channel = forms.ChoiceField(label="Einwilligung erhalten durch", choices=Consent.Channel, required=False)
    consent_given_on = forms.DateField(label="Einwilligung erteilt am", widget=DateInput, required=False)

    fieldsets = [
        (
            "",
            [
                *("function", ("phone", "email"), "office_hours", "name", "consent_given"),
                ("consent_channel", "consent_given_on"),
            ],
        ),
    ]

    class Meta:
        model = ContactPerson
        fields = ["function", "name", "phone", "email", "office_hours"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["consent_channel"].initial = Consent.Channel.MAIL
        self.fields["consent_given_on"].initial = timezone.localdate()
        self.fields["name"].help_text = "Erscheint nur mit Einwilligung."
        if self.instance.public_name:
            self.fields["name"].help_text = "Ein anderer Name braucht eine neue Einwilligung."
            for name in ("consent_given", "consent_channel", "consent_given_on"):
                del self.fields[name]

    def has_changed(self) -> bool:
        """The date of the consent is filled in by us, so it says nothing."""
        return bool({*self.Meta.fields, "consent_given"}.intersection(self.changed_data))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("consent_given"):
            if not cleaned.get("name"):
                self.add_error("name", "Bitte nennen Sie die Person, die einverstanden ist.")
            if not cleaned.get("consent_given_on"):
                self.add_error("consent_given_on", "Bitte geben Sie an, wann die Person zugestimmt hat.")
            elif cleaned["consent_given_on"] > timezone.localdate():
                self.add_error("consent_given_on", "Dieser Tag liegt in der Zukunft.")
        return cleaned

    @transaction.atomic
    def save(self, commit: bool = True) -> ContactPerson:
        """Store the contact and what was agreed; the consent of one person does not hold for another."""
        is_renamed = self.instance.pk is not None and "name" in self.changed_data
        contact: ContactPerson = super().save(commit)
        if is_renamed:
            consents.drop(contact)
        if self.cleaned_data.get("consent_given"):
            consents.record(
                contact,
                wording=str(CONSENT_WORDING),
                channel=Consent.Channel(self.cleaned_data["consent_channel"]),
                given_on=self.cleaned_data["consent_given_on"],
            )
        return contact


# Offers


_PROJECT_ROWS = [
    "project_goal",
    ("project_state", "project_period"),
    ("project_needs", "project_cost_range"),
    "project_steps",
    "project_results",
]
_INTERN = ("Nur für das KI", ["submitter_email", "internal_note"], "Diese Angaben werden nicht veröffentlicht.")


class StaffOfferForm(
    InParts,
    About,
    Project,
    Audience,
    Place,
    Coordinates,
    Time,
    Repeat,
    Hours,
    Closure,
    Access,
    Partners,
    Costs,
    Registration,
):
    """The whole entry with its dates and, if need be, a new contact: one form, checked and stored together.

    What the public sees must stay complete; an entry that is still on the way may have gaps. What is there already is
    shown in parts, a new entry as a whole.
    """

    parts = (
        *WHAT_CHANGES_MOST,
        Part("karte", "Punkt auf der Karte", Coordinates.fieldsets),
        Part("kontakt", "Kontakt", [("", ["contact"])]),
        ANMELDUNG,
        KOSTEN,
        TEXT,
        Part("eintrag", "Angebot oder Projekt, Programm", [("", ["kind", "programme"])]),
        *THE_REST,
        Part("projekt", "Für Projekte: zum Nachmachen", [("", _PROJECT_ROWS)]),
        Part("intern", "Nur für das KI", [_INTERN]),
    )
    fieldsets: ClassVar[list[Fieldset]] = [
        ("Was ist es?", ["kind", "programme"]),
        *About.fieldsets,
        *Audience.fieldsets,
        *Place.fieldsets,
        *Coordinates.fieldsets,
        *Time.fieldsets,
        *Hours.fieldsets,
        *Repeat.fieldsets,
        *Time.date_rows,
        *Closure.fieldsets,
        *Access.fieldsets,
        *Partners.fieldsets,
        *Costs.fieldsets,
        *Registration.fieldsets,
        ("Kontakt", ["contact"]),
        Folded("Nur für Projekte: was andere wissen müssen, um es nachzumachen", _PROJECT_ROWS),
        _INTERN,
    ]

    class Meta(OfferMeta):
        fields = (
            *("kind", "programme", *About.Meta.fields, *Audience.Meta.fields, *Place.Meta.fields),
            *(*Coordinates.Meta.fields, *Time.Meta.fields, *Partners.Meta.fields),
            *(*Costs.Meta.fields, *Registration.Meta.fields, "contact", *Project.Meta.fields),
            *Closure.Meta.fields,
            *("submitter_email", "internal_note"),
        )
        # Rich text keeps the editor that its model field brings.
        field_classes: ClassVar = {"target_groups": TargetGroupField}
        widgets: ClassVar = OfferMeta.widgets | {"internal_note": forms.Textarea(attrs={"rows": 3})}
        labels: ClassVar[dict[str, Any]] = OfferMeta.labels | {"kind": "Angebot oder Projekt"}
        help_texts: ClassVar[dict[str, Any]] = OfferMeta.help_texts | {"description": ""}

    def __init__(self, data: Any = None, *, instance: Offer, **kwargs: Any) -> None:
        is_on_the_way = instance.pk is not None and instance.status != Offer.Status.PUBLISHED
        if instance.pk is None:
            self.template_name = "offers/staff_offer_fields.html"
            kwargs["initial"] = {name: [] for name in ROWS}
        super().__init__(data, instance=instance, lenient=is_on_the_way, **kwargs)
        name_empty_choices(self)
        for name in PROJECT:
            self.fields[name].required = False
        contact = cast("forms.ModelChoiceField", self.fields["contact"])
        contact.queryset = ContactPerson.objects.with_consent().filter(organisation=instance.provider_id)
        self.new_contact = ContactForm(
            data,
            prefix="kontakt",
            instance=ContactPerson(organisation=instance.provider),
            empty_permitted=True,
            use_required_attribute=False,
        )

    def get_context(self) -> dict[str, Any]:
        return super().get_context() | {"new_contact": self.new_contact}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.new_contact.is_valid():
            self.add_error(None, self.new_contact.non_field_errors() or ["Bitte prüfen Sie den neuen Kontakt."])
        if not self.lenient:
            if not cleaned.get("contact") and not self.new_contact.has_changed():
                self.add_error("contact", "Bitte wählen Sie einen Kontakt aus oder geben Sie einen neuen an.")
            for name in PROJECT if cleaned.get("kind") == Offer.Kind.PROJECT else ():
                if not cleaned.get(name):
                    self.add_error(name, "Ein Projekt braucht diese Angabe.")
        return cleaned

    @transaction.atomic
    def save(self, commit: bool = True) -> Offer:
        if self.new_contact.has_changed():
            self.instance.contact = self.new_contact.save()
        return super().save(commit)

    def told(self, slug: str) -> str:
        match slug:
            case "eintrag":
                return ", ".join(filter(None, [self.instance.get_kind_display(), str(self.instance.programme or "")]))
            case "karte":
                point = (self.instance.latitude, self.instance.longitude)
                return " / ".join(localize(number) for number in point if number is not None)
            case "intern":
                return self.instance.submitter_email
        return super().told(slug)

    def rows_in_words(self) -> dict[str, str]:
        """The dates, partners and other rows as this form would store them."""
        return {name: in_words(name, value) for name, value in self.row_values().items()}

    @property
    def changed_text(self) -> bool:
        """Whether something was changed that the public reads."""
        return bool(set(self.changed_data) - {"submitter_email", "internal_note"}) or self.new_contact.has_changed()


class NewOfferForm(StaffOfferForm):
    """`key` makes sending twice store one offer."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, instance: Offer, **kwargs: Any) -> None:
        super().__init__(data, instance=instance, **kwargs)
        self.fields["key"].initial = uuid4

    def save(self, commit: bool = True) -> Offer:
        self.instance.submission_key = self.cleaned_data["key"]
        return super().save(commit)


class ProviderForm(forms.Form):
    """For whom staff enter an offer."""

    traeger = forms.ModelChoiceField(
        label="Organisation",
        queryset=known_to_staff(
            Organisation.objects.filter(status__in=[Organisation.Status.PUBLISHED, Organisation.Status.PROPOSED])
        ),
        to_field_name="slug",
        empty_label="– bitte wählen –",
        error_messages={"required": "Bitte wählen Sie eine Organisation."},
    )


# Organisations


class StaffOrganisationForm(LockedModelForm):
    fieldsets = [
        ("Die Organisation", ["name", ("short_name", "kind"), "municipality", "description"]),
        ("So ist sie erreichbar", ["street", ("postcode", "city"), ("phone", "email"), "website"]),
        ("Nur für das KI", ["is_trusted", "internal_note"]),
    ]

    class Meta:
        model = Organisation
        fields = [
            *("name", "short_name", "kind", "municipality", "description"),
            *("street", "postcode", "city", "phone", "email", "website", "is_trusted", "internal_note"),
        ]
        widgets = {"internal_note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name_empty_choices(self)

    @property
    def changed_text(self) -> bool:
        """Whether something was changed that the public reads."""
        return bool(set(self.changed_data) - {"is_trusted", "internal_note"})


class NewOrganisationForm(StaffOrganisationForm):
    """`key` makes sending twice store one organisation."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = uuid4

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if key := cleaned.get("key"):
            self.instance.uuid = key
        return cleaned
