"""The steps of "Angebot melden": each is one page and one form, the draft row holds what was entered."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from actors import consents
from actors.models import ContactPerson, Organisation
from kiportal.common.forms import AnonymousForm
from kiportal.common.models import Consent
from offers import changes, lifecycle
from offers.forms.base import Fieldset, OfferForm, OfferMeta, postcode_validator, unmarked
from offers.forms.details import Access, Partners
from offers.forms.inspiration import InspiredForm
from offers.forms.pictures import Pictures
from offers.forms.repeats import Repeat
from offers.forms.sections import About, Audience, Contact, Costs, Place, Project, Registration
from offers.forms.times import Hours, Time
from offers.models import Offer
from offers.review.duplicates import organisations_like

NEW = "neu"
MAXIMUM_ALIKE = 6
CONSENT_WORDING = _(
    "Die genannte Person ist einverstanden, dass ihr Name mit diesem Eintrag auf den Internetseiten des "
    "Kommunalen Integrationszentrums steht."
)
WITHDRAWAL = _("Sie kann das jederzeit ohne Gründe widerrufen. Dann verschwindet der Name sofort.")


def _organisation_field(name: str, **kwargs: Any) -> Any:
    return Organisation._meta.get_field(name).formfield(**kwargs)  # type: ignore[union-attr]


class OrganisationFields(forms.Form):
    """Who offers it. Similar names that are already public are asked about before a new organisation is made.

    Choosing one of them takes over nothing of what was typed: its own data stay as they are.
    """

    name = _organisation_field("name", label=_("Name Ihrer Organisation"))
    existing = forms.ChoiceField(
        label=_("Ist Ihre Organisation schon dabei?"),
        required=False,
        widget=forms.RadioSelect,
        help_text=_("Wir haben ähnliche Namen gefunden. So steht jede Organisation nur einmal im Portal."),
    )
    kind = _organisation_field("kind", label=_("Art der Organisation"))
    municipality = _organisation_field(
        "municipality",
        label=_("Sitz der Organisation"),
        empty_label=_("keine Auswahl"),
        help_text=_("Liegt er nicht im Kreis, bleibt das Feld leer. Wo Ihr Angebot stattfindet, fragen wir später."),
    )
    street = _organisation_field("street")
    postcode = _organisation_field(
        "postcode",
        validators=[postcode_validator],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "postal-code", "maxlength": 5}),
    )
    city = _organisation_field("city")
    website = _organisation_field("website")
    submitter_email = forms.EmailField(
        label=_("Ihre E-Mail-Adresse"),
        help_text=_(
            "Hierhin schicken wir den Link zum Bestätigen und alle Rückfragen. Die Adresse wird nicht veröffentlicht."
        ),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    fieldsets: ClassVar[list[Fieldset]] = [
        ("", ["name", "existing", "kind", "municipality"]),
        (
            _("So findet man Sie"),
            ["street", ("postcode", "city"), "website"],
            _("Diese Angaben stehen auf der Seite Ihrer Organisation."),
        ),
        (_("So erreichen wir Sie"), ["submitter_email"]),
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("municipality", "street", "postcode", "city", "website"):
            self.fields[name].required = False
        kind: Any = self.fields["kind"]
        kind.choices = [("", _("Bitte auswählen")), *Organisation.Kind.choices]
        name = self.data.get(self.add_prefix("name"), "") if self.is_bound else self.initial.get("name", "")
        like = organisations_like(Organisation(name=name[:160])).visible_to_public() if name.strip() else ()
        self.alike = {str(organisation.pk): organisation for organisation in like[:MAXIMUM_ALIKE]}
        if self.alike:
            options = [(key, _described(organisation)) for key, organisation in self.alike.items()]
            existing: Any = unmarked(self.fields["existing"])
            existing.choices = [*options, (NEW, _("Nein, neue Organisation"))]
        else:
            del self.fields["existing"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "existing" in self.fields and "existing" not in self.errors and not cleaned.get("existing"):
            self.add_error("existing", _("Bitte wählen Sie Ihre Organisation aus – oder „Nein, neue Organisation“."))
        return cleaned

    def provider(self) -> Organisation:
        """The organisation that was chosen, or a new one that is not stored yet."""
        if chosen := self.alike.get(self.cleaned_data.get("existing", "")):
            return chosen
        return Organisation(**{name: self.cleaned_data[name] for name in lifecycle.PROVIDER_FIELDS})


def _described(organisation: Organisation) -> str:
    return f"{organisation.name} ({organisation.municipality})" if organisation.municipality else organisation.name


class StartForm(OrganisationFields, InspiredForm, AnonymousForm):
    """The first step: from here on a link opens the draft, so this is the only form that has to keep machines out."""

    limit_name = "submission"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["anregung"].initial = self.request.GET.get("anregung", "")


class OrganisationStep(OrganisationFields, OfferForm):
    """The first step again, with the draft at hand.

    An address that was confirmed stays: another one would get the link to the published entry unconfirmed.
    """

    fieldsets = OrganisationFields.fieldsets

    class Meta(OfferMeta):
        fields = ("submitter_email",)

    def __init__(self, *args: Any, instance: Offer, initial: dict[str, Any] | None = None, **kwargs: Any) -> None:
        provider = instance.provider
        stored = {name: getattr(provider, name) for name in lifecycle.PROVIDER_FIELDS}
        is_public = provider.status == Organisation.Status.PUBLISHED
        stored |= {"existing": str(provider.pk) if is_public else NEW}
        super().__init__(*args, instance=instance, initial=stored | (initial or {}), **kwargs)
        # What names the draft is needed from the start, so this step is kept as a whole or not at all.
        self.fields["name"].required = self.fields["kind"].required = self.fields["submitter_email"].required = True
        if instance.status not in lifecycle.ADDRESS_OPEN or instance.is_address_proven:
            email = unmarked(self.fields["submitter_email"])
            email.disabled, email.required = True, False
            email.help_text = _("Möchten Sie die Adresse ändern? Bitte schreiben Sie uns.")

    def write_related(self) -> None:
        super().write_related()
        if {"existing", *lifecycle.PROVIDER_FIELDS}.intersection(self.changed_data):
            lifecycle.choose_provider(self.instance, self.provider())


class OfferStep(About):
    fieldsets: ClassVar[list[Fieldset]] = [("", ["kind"]), *About.fieldsets]

    class Meta(OfferMeta):
        fields = ("kind", *About.Meta.fields)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        kind.choices = [
            (Offer.Kind.OFFER, _("Angebot: etwas, das Menschen nutzen können, zum Beispiel Kurs, Treff oder Beratung")),
            (Offer.Kind.PROJECT, _("Projekt: etwas, das auch andere Vereine und Kommunen nachmachen können")),
        ]


class ProjectStep(Project):
    pass


class AudienceStep(Audience, Costs):
    fieldsets: ClassVar[list[Fieldset]] = [*Audience.fieldsets, *Costs.fieldsets]

    class Meta(OfferMeta):
        fields = (*Audience.Meta.fields, *Costs.Meta.fields)


class PlaceAndTimeStep(Place, Time, Repeat, Hours):
    fieldsets: ClassVar[list[Fieldset]] = [
        *Place.fieldsets,
        *Time.fieldsets,
        *Hours.fieldsets,
        *Repeat.fieldsets,
        *Time.date_rows,
    ]

    class Meta(OfferMeta):
        fields = (*Place.Meta.fields, *Time.Meta.fields)


class DetailsStep(Access, Partners):
    fieldsets: ClassVar[list[Fieldset]] = [*Access.fieldsets, *Partners.fieldsets]

    class Meta(OfferMeta):
        fields = (*Access.Meta.fields, *Partners.Meta.fields)


class ContactStep(Registration, Contact):
    """A person's name only together with the consent, whose wording is kept (DESIGN: rule 10)."""

    contact_name = forms.CharField(
        label=_("Name der Ansprechperson"),
        max_length=120,
        required=False,
        help_text=_("Ein Name ist nicht nötig, die Funktion genügt."),
    )
    contact_consent = forms.BooleanField(label=CONSENT_WORDING, help_text=WITHDRAWAL, required=False)

    fieldsets: ClassVar[list[Fieldset]] = [
        *Contact.fieldsets,
        (_("Name einer Person"), ["contact_name", "contact_consent"]),
        *Registration.fieldsets,
        (_("Nur für uns"), ["submitter_note"]),
    ]

    class Meta(OfferMeta):
        fields = (*Registration.Meta.fields, "submitter_note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if contact := self.instance.contact:
            self.initial.setdefault("contact_name", contact.name)
            self.initial.setdefault("contact_consent", bool(contact.public_name))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.chosen_contact():  # its name and consent are its own
            self.errors.pop("contact_name", None)
            return cleaned
        name, agreed = cleaned.get("contact_name"), cleaned.get("contact_consent")
        if name and not agreed:
            self.add_error(
                "contact_consent",
                _(
                    "Ohne Einwilligung dürfen wir den Namen nicht zeigen. "
                    "Bitte kreuzen Sie an, dass die Person einverstanden ist – oder löschen Sie den Namen."
                ),
            )
        if agreed and not name:
            self.add_error("contact_name", _("Bitte schreiben Sie den Namen dazu – oder nehmen Sie das Kreuz heraus."))
        if name and not (cleaned.get("contact_phone") or cleaned.get("contact_email") or self.errors):
            self.add_error("contact_phone", _("Bitte geben Sie eine Telefonnummer oder eine E-Mail-Adresse an."))
        return cleaned

    def write_related(self) -> None:
        super().write_related()
        offer, cleaned = self.instance, self.cleaned_data
        if known := self.chosen_contact():
            if offer.contact is not None:
                changes.remove_contact(offer)
            offer.contact = known
            offer.save(update_fields=["contact"])
            return
        details = {name: cleaned[name] for name in changes.CONTACT}
        if self._keeps_contact(details):
            return
        contact = changes.write_contact(offer, details, reuse=False) if any(details.values()) else None
        if contact is None:
            changes.remove_contact(offer)
            return
        offer.save(update_fields=["contact"])
        if not cleaned["contact_name"] == contact.name == contact.public_name:
            self._write_name(contact, cleaned["contact_name"])

    def _keeps_contact(self, details: dict[str, str]) -> bool:
        """Whether all is as it was: then an entry that shares its contact goes on sharing it."""
        contact, name = self.instance.contact, self.cleaned_data["contact_name"]
        same = all(details[name] == changes.current(self.instance, name) for name in details)
        return contact is not None and same and name == contact.name == contact.public_name

    def _write_name(self, contact: ContactPerson, name: str) -> None:
        former, contact.consent, contact.name = contact.consent, None, name
        contact.save()
        changes.remove_unused(former)
        if name:
            channel, given_on = self.consent()
            consents.record(contact, wording=f"{CONSENT_WORDING} {WITHDRAWAL}", channel=channel, given_on=given_on)

    def consent(self) -> tuple[Consent.Channel, date]:
        """How and when the person agreed."""
        return Consent.Channel.WEB_FORM, timezone.localdate()


@dataclass(frozen=True)
class Step:
    slug: str
    label: str | Promise
    # One sentence above the form.
    intro: str | Promise
    form: type[OfferForm]
    applies: Callable[[Offer], bool] = lambda _offer: True


STEPS = (
    Step(
        "organisation", _("Ihre Organisation"), _("Wer bietet etwas an, und wie erreichen wir Sie?"), OrganisationStep
    ),
    Step("angebot", _("Das Angebot"), _("Beschreiben Sie in einfachen Worten, worum es geht."), OfferStep),
    Step(
        "projekt",
        _("Das Projekt"),
        _("Was haben Sie vor, und was können andere daraus lernen?"),
        ProjectStep,
        lambda offer: offer.is_project,
    ),
    Step("zielgruppe", _("Für wen"), _("Für wen ist es da, in welchen Sprachen, und was kostet es?"), AudienceStep),
    Step("ort-und-zeit", _("Wann und wo"), _("Wo und wann können Menschen dazukommen?"), PlaceAndTimeStep),
    Step("gut-zu-wissen", _("Gut zu wissen"), _("Alles hier ist freiwillig. Es hilft vielen weiter."), DetailsStep),
    Step(
        "bilder",
        _("Bilder"),
        _("Bilder sind freiwillig. Zeigen Sie, was Menschen bei Ihnen erwartet: den Raum, das Tun, den Eingang."),
        Pictures,
    ),
    Step("kontakt", _("Kontakt und Einwilligung"), _("An wen können sich Menschen wenden?"), ContactStep),
)
REVIEW = "pruefen"


def step_of(field: str) -> str:
    """The slug of the step that asks for a field."""
    return next(step.slug for step in STEPS if field in step.form.base_fields)


class DiscardForm(forms.Form):
    """What an organisation says about an entry that was written down for it and is not right."""

    words = forms.CharField(
        label=_("Möchten Sie uns etwas dazu schreiben?"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": 2000}),
        help_text=_("Zum Beispiel: Das Angebot gibt es nicht mehr. Bitte keine Angaben zu Ratsuchenden."),
    )


class SendForm(forms.Form):
    """The last button. The rules are agreed to where the entry leaves the author's hands."""

    rules = forms.BooleanField(
        label=_("Wir haben die Regeln für Einträge gelesen und halten uns daran."),
        error_messages={
            "required": _("Bitte bestätigen Sie die Regeln. Ohne sie können wir den Eintrag nicht annehmen.")
        },
    )


class AnswerForm(forms.Form):
    """The author's words to a question of the centre."""

    answer = forms.CharField(
        label=_("Ihre Antwort"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5, "maxlength": 2000}),
        help_text=_("Bitte keine Angaben zu Ratsuchenden."),
    )


class AddressForm(forms.Form):
    """The address of a submission that waits for its confirmation: it may have been misspelt."""

    email = forms.EmailField(label=_("Ihre E-Mail-Adresse"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))
