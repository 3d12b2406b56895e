"""What accounts change about their organisation and its contacts."""

from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.changes import CONTACT, NAME, PUBLIC_BODIES, agreed, fields_for_members
from actors.models import ContactPerson, Organisation
from kiportal.common.models import ChangeProposal
from kiportal.common.richtext import PlainTextFormField
from offers.forms.base import PLAIN_TEXT_HINT, Fieldset, postcode_validator, unmarked
from offers.forms.overlay import OverlayForm

CONSENT = (
    "Die genannte Person ist einverstanden, dass ihr Name als Ansprechperson der Organisation auf den Internetseiten "
    "des Kommunalen Integrationszentrums steht."
)
WITHDRAWAL = "Sie kann das jederzeit ohne Gründe widerrufen. Dann verschwindet der Name sofort."


class ProfileForm(OverlayForm):
    """The public data of an organisation; what only staff decide is not asked."""

    fieldsets: ClassVar[list[Fieldset]] = [
        ("Die Organisation", ["name", ("short_name", "kind"), "municipality", "description"]),
        ("So ist sie erreichbar", ["street", ("postcode", "city"), ("phone", "email"), "website"]),
        ("", ["message"]),
    ]

    class Meta:
        model = Organisation
        fields: tuple[str, ...] = (
            *("name", "short_name", "kind", "municipality", "description"),
            *("street", "postcode", "city", "phone", "email", "website"),
        )
        field_classes: ClassVar = {"description": PlainTextFormField}
        widgets: ClassVar = {
            "description": forms.Textarea(attrs={"rows": 10, "maxlength": 5000}),
            "street": forms.TextInput(attrs={"autocomplete": "street-address"}),
            "postcode": forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "postal-code", "maxlength": 5}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        }
        help_texts: ClassVar = {"description": PLAIN_TEXT_HINT}

    def __init__(self, *args: Any, instance: Organisation, proposal: ChangeProposal | None, **kwargs: Any) -> None:
        super().__init__(*args, instance=instance, proposal=proposal, **kwargs)
        allowed = set(fields_for_members(instance))
        for name in set(self.Meta.fields) - allowed:
            del self.fields[name]
        self.fields["postcode"].validators.append(postcode_validator)
        if isinstance(kind := self.fields.get("kind"), forms.ChoiceField):
            choices: Any = kind.choices
            kind.choices = [choice for choice in choices if choice[0] and choice[0] not in PUBLIC_BODIES]
        if isinstance(place := self.fields.get("municipality"), forms.ModelChoiceField):
            place.empty_label = "– keine Angabe –"
            place.help_text = "Liegt der Sitz nicht im Kreis, bleibt das Feld leer."
        if instance.status != Organisation.Status.PUBLISHED:
            del self.fields["message"]  # nobody reviews it


class CareProfileForm(ProfileForm):
    """What a link to the entries of an organisation may correct about it: its text, and how to reach it."""

    fieldsets: ClassVar[list[Fieldset]] = [
        (_("So erreicht man die Organisation"), ["street", ("postcode", "city"), ("phone", "email"), "website"]),
        (_("Über die Organisation"), ["description"]),
        ("", ["message"]),
    ]

    class Meta(ProfileForm.Meta):
        fields: tuple[str, ...] = ("description", "street", "postcode", "city", "phone", "email", "website")


class MemberContactForm(OverlayForm):
    """A contact. A person's name only together with the consent, whose wording is kept (DESIGN: rule 10)."""

    consent = forms.BooleanField(label=CONSENT, help_text=WITHDRAWAL, required=False)

    fieldsets: ClassVar[list[Fieldset]] = [
        ("So erreicht man Sie", ["function", ("phone", "email"), "office_hours"], "Telefon oder E-Mail genügt."),
        ("Name einer Person", ["name", "consent"], "Ein Name ist nicht nötig, die Funktion genügt."),
        ("", ["message"]),
    ]

    class Meta:
        model = ContactPerson
        fields = ("function", "phone", "email", "office_hours", "name")
        widgets: ClassVar = {"phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})}

    def __init__(
        self,
        *args: Any,
        instance: ContactPerson,
        proposal: ChangeProposal | None = None,
        is_reviewed: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, instance=instance, proposal=proposal, **kwargs)
        # A name without a valid consent is none: it stays hidden, and the form does not ask for it again.
        self.initial[NAME] = CONTACT.shown(NAME, self._shown_name)
        self.initial["consent"] = bool(self.initial[NAME])
        unmarked(self.fields["phone"])
        unmarked(self.fields["email"])
        unmarked(self.fields["consent"])
        if not is_reviewed:
            del self.fields["message"]

    @property
    def _shown_name(self) -> Any:
        """The name with its consent as this form started with it."""
        if self.proposal is not None and NAME in self.proposal.changes:
            return self.proposal.changes[NAME]["new"]
        return CONTACT.current(self.stored, NAME)

    @property
    def stored(self) -> ContactPerson:
        """The row as it is stored: checking the form writes what was typed into the instance."""
        if self.instance.pk is None:
            return ContactPerson()
        return ContactPerson.objects.with_consent().get(pk=self.instance.pk)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        name, consent = cleaned.get("name"), cleaned.get("consent")
        if name and not consent:
            self.add_error(
                "consent",
                "Ohne Einwilligung dürfen wir den Namen nicht zeigen. Bitte kreuzen Sie an, dass die Person "
                "einverstanden ist – oder löschen Sie den Namen.",
            )
        elif consent and not name and not self.initial.get(NAME):
            self.add_error(NAME, "Bitte schreiben Sie den Namen dazu – oder nehmen Sie das Kreuz heraus.")
        failed = {"phone", "email"} & self.errors.keys()
        if not failed and not cleaned.get("phone") and not cleaned.get("email"):
            self.add_error("phone", "Bitte geben Sie eine Telefonnummer oder eine E-Mail-Adresse an.")
        return cleaned

    @property
    def proposed_values(self) -> dict[str, Any]:
        """What was typed, as `actors.changes.CONTACT` reads it: another name comes with a consent given today."""
        values = {part: self.cleaned_data[part] for part in CONTACT.names}
        shown = self._shown_name
        if values[NAME] and values[NAME] == CONTACT.shown(NAME, shown):
            values[NAME] = shown
        elif values[NAME]:
            values[NAME] = agreed(values[NAME], f"{CONSENT} {WITHDRAWAL}", timezone.localdate())
        return values
