"""The parts of an entry's form. Steps of a submission and the care form are put together from these classes.

A section names its fields once; a form over several sections lists them as bases and joins their `Meta.fields` and
`fieldsets`. All of them edit an `Offer` with `lock_version`.
"""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from actors.models import ContactPerson
from kiportal.common.fieldsets import Folded
from kiportal.common.templatetags.ui import german
from offers import changes
from offers.forms.base import Fieldset, OfferForm, OfferMeta, postcode_validator, unmarked
from offers.models import Offer

MAXIMUM_TOPICS = 5
# Contacts of the organisation that one can choose from
MAXIMUM_CONTACTS = 12


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
            ["project_needs", "project_cost_range", "project_steps", "project_results"],
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
            "project_cost_range",
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
            ["place_name", "street", ("postcode", "city"), "district", "transit_note"],
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
            "district",
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


class Registration(OfferForm):
    fieldsets: ClassVar[list[Fieldset]] = [
        (_("Anmeldung"), ["registration", "registration_note", ("places", "has_waiting_list")]),
        (_("Im Internet"), ["website", "social_url"]),
    ]

    class Meta(OfferMeta):
        fields = ("registration", "registration_note", "places", "has_waiting_list", "website", "social_url")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.drop_unless("has_participants", "places", "has_waiting_list")


def _contact_field(name: str, **kwargs: Any) -> forms.Field:
    field = ContactPerson._meta.get_field(name).formfield(required=False, **kwargs)  # type: ignore[union-attr]
    assert isinstance(field, forms.Field)  # noqa: S101
    return field


def contact_in_words(contact: ContactPerson) -> str:
    return ", ".join(filter(None, [contact.function, contact.public_name, contact.phone, contact.email]))


class Contact(OfferForm):
    """Whom people can reach. The name of a person is asked where a consent can be recorded with it."""

    # A form in which the organisation itself may change has nothing to choose from.
    asks_for_known_contact = True

    contact_known = forms.ChoiceField(
        label=_("Welcher Kontakt?"),
        required=False,
        widget=forms.RadioSelect,
        help_text=_("Was Sie hier eingeben, gilt nur für diesen Eintrag. Andere Einträge behalten ihren Kontakt."),
    )
    contact_function = _contact_field("function", label=_("Stelle oder Funktion"))
    contact_phone = _contact_field("phone", widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}))
    contact_email = _contact_field("email")
    contact_office_hours = _contact_field("office_hours")

    fieldsets: ClassVar[list[Fieldset]] = [
        (
            _("Öffentlicher Kontakt"),
            ["contact_known", "contact_function", ("contact_phone", "contact_email"), "contact_office_hours"],
            _("Diese Angaben stehen öffentlich auf der Seite. Telefon oder E-Mail genügt."),
        ),
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact_function"].required = not self.lenient
        for name in changes.CONTACT:
            self.initial.setdefault(name, changes.current(self.instance, name))
        known = changes.public_contacts(self.instance.provider_id).exclude(pk=self.instance.contact_id)
        chosen_from = known[:MAXIMUM_CONTACTS] if self.asks_for_known_contact else ()
        self.known_contacts = {str(contact.pk): contact for contact in chosen_from}
        if self.known_contacts:
            field: Any = unmarked(self.fields["contact_known"])
            field.choices = [
                ("", _("Der Kontakt, der unten steht")),
                *((key, german(contact_in_words(contact))) for key, contact in self.known_contacts.items()),
            ]
        else:
            del self.fields["contact_known"]
        # One of the two is needed, so neither is marked as optional.
        unmarked(self.fields["contact_phone"])
        unmarked(self.fields["contact_email"])

    def chosen_contact(self) -> ContactPerson | None:
        """One that the organisation has already, instead of the details below."""
        return self.known_contacts.get(self.cleaned_data.get("contact_known") or "")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if known := self.chosen_contact():
            for name, attribute in changes.CONTACT.items():
                cleaned[name] = getattr(known, attribute)
                self.errors.pop(name, None)
        reachable = cleaned.get("contact_phone") or cleaned.get("contact_email")
        failed = {"contact_phone", "contact_email"} & self.errors.keys()
        begun = cleaned.get("contact_function") or cleaned.get("contact_office_hours")
        if not reachable and not failed and (begun or not self.lenient):
            self.add_error("contact_phone", _("Bitte geben Sie eine Telefonnummer oder eine E-Mail-Adresse an."))
        if (reachable or begun) and not cleaned.get("contact_function") and "contact_function" not in self.errors:
            self.add_error("contact_function", _("Bitte schreiben Sie dazu, wen man dort erreicht."))
        return cleaned
