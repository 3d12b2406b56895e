"""The quick form: staff write down an offer for an organisation, on the phone or from paper, in one page."""

from datetime import date
from typing import Any, ClassVar, cast
from uuid import uuid4

from django import forms
from django.db import models
from django.utils import timezone

from actors.models import Organisation
from kiportal.common.fieldsets import FieldGroup, Folded, field_groups
from kiportal.common.models import Consent, MailAddress
from kiportal.common.text import fold
from kiportal.common.widgets import CheckboxColumns, DateInput, SuggestInput
from offers import changes
from offers.completeness import PROJECT
from offers.forms.base import Fieldset, OfferMeta
from offers.forms.sections import About, Audience, Costs
from offers.forms.submission import NEW, ContactStep
from offers.models import Offer
from offers.querysets import known_to_staff
from offers.review.duplicates import organisations_like

MAXIMUM_ALIKE = 5


class Finish(models.TextChoices):
    """What follows from saving; the buttons of the form."""

    LINK = "link", "Speichern und Link schicken"
    REVIEW = "pruefung", "In die Prüfung geben"
    KEEP = "speichern", "Nur speichern"


class How(models.TextChoices):
    """How an offer came to the centre; it stands in the Verlauf."""

    PHONE = "telefon", "Am Telefon"
    PAPER = "papier", "Auf Papier"
    TALK = "gespraech", "Im Gespräch"
    MAIL = "e-mail", "Per E-Mail"


CONSENT_CHANNELS = [
    ("", "– bitte wählen –"),
    *(choice for choice in Consent.Channel.choices if choice[0] != Consent.Channel.WEB_FORM),
]


class RecordingForm(About, Audience, Costs, ContactStep):
    """Organisation and title are enough to keep it; what goes to the review has to be complete.

    An organisation is named by typing. A name that we have is taken as that one, similar ones are asked about, anything
    else is new. `key` makes sending twice store one draft.
    """

    template_name = "offers/recording_fields.html"
    mark_optional = False
    asks_for_known_contact = False

    provider_name = forms.CharField(label="Name der Organisation", max_length=160)
    provider_existing = forms.ChoiceField(
        label="Ist es eine von diesen?",
        required=False,
        widget=forms.RadioSelect,
        help_text="Ähnliche Namen gibt es schon.",
    )
    provider_kind = forms.ChoiceField(label="Art, wenn sie neu ist", choices=Organisation.Kind, required=False)
    provider_municipality = cast(
        "forms.ModelChoiceField",
        Organisation._meta.get_field("municipality").formfield(
            label="Sitz, wenn sie neu ist", empty_label="nicht im Kreis", required=False
        ),
    )
    consent_channel = forms.ChoiceField(label="Eingewilligt per", choices=CONSENT_CHANNELS, required=False)
    consent_given_on = forms.DateField(label="am (leer: heute)", widget=DateInput, required=False)
    how = forms.ChoiceField(label="Wie kam es zu uns?", choices=How, initial=How.PHONE)
    key = forms.UUIDField(widget=forms.HiddenInput)

    fieldsets: ClassVar[list[Fieldset]] = [
        ("Organisation", ["provider_name"]),
        ("", ["provider_existing"]),
        ("", [("provider_kind", "provider_municipality")]),
        ("Angebot", ["title"]),
        ("", [("kind", "offer_type"), "summary", "description"]),
        (
            "Kontakt und Anmeldung",
            [("contact_function", "contact_office_hours"), ("contact_phone", "contact_email"), "registration"],
        ),
        Folded("Name einer Person", ["contact_name", "contact_consent", ("consent_channel", "consent_given_on")]),
        ("Einordnung", ["topics", "target_groups", "languages"]),
        (
            "Wo, wann und wie teuer",
            [
                "is_countywide",
                "municipalities",
                ("is_on_site", "is_online", "is_outreach"),
                "schedule_text",
                ("cost_kind", "cost_amount"),
            ],
        ),
        ("Nur für uns", [("submitter_email", "how"), "internal_note"]),
    ]
    # The groups of the left column, of the right one, and of the row below.
    COLUMNS: ClassVar = (
        ("Organisation", "", "Angebot", "Kontakt und Anmeldung", "Name einer Person"),
        ("Nur für uns",),
    )

    class Meta(OfferMeta):
        fields = (
            *("kind", "title", "summary", "description", "offer_type", "topics", "target_groups", "languages"),
            *("is_countywide", "municipalities", "is_on_site", "is_online", "is_outreach", "schedule_text"),
            *("cost_kind", "cost_amount", "registration", "submitter_email", "internal_note"),
        )
        widgets: ClassVar = OfferMeta.widgets | {
            "summary": forms.Textarea(attrs={"rows": 2, "maxlength": 300}),
            "description": forms.Textarea(attrs={"rows": 3}),
            "municipalities": CheckboxColumns,
            "kind": forms.Select,
            "cost_kind": forms.Select,
            "registration": forms.Select,
            "internal_note": forms.Textarea(attrs={"rows": 2}),
        }
        labels: ClassVar[dict[str, Any]] = OfferMeta.labels | {
            "kind": "Angebot oder Projekt",
            "is_countywide": "im ganzen Kreis",
            "is_outreach": "aufsuchend",
            "schedule_text": "Wann? In Worten",
            "topics": "Themen, höchstens fünf",
            "target_groups": "Zielgruppen",
            "languages": "Sprachen",
            "cost_kind": "Kosten",
            "cost_amount": "Betrag",
            "registration": "Anmeldung",
            "submitter_email": "E-Mail-Adresse des Vereins",
            "internal_note": "Vermerk",
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "title": "",
            "summary": "",
            "description": "",
            "topics": "",
            "schedule_text": "Zum Beispiel: dienstags 9 bis 11 Uhr, nicht in den Ferien",
            "submitter_email": "Dorthin geht der Link.",
            "internal_note": "Bitte keine Angaben zu Ratsuchenden.",
        }

    def __init__(self, data: Any = None, *, instance: Offer, finish: str = Finish.KEEP, **kwargs: Any) -> None:
        self.finish = finish
        self.current = instance.provider if instance.provider_id else None
        super().__init__(data, instance=instance, lenient=finish != Finish.REVIEW, **kwargs)
        self.fields["title"].required = self.fields["provider_name"].required = True
        self.fields["cost_amount"].help_text = ""
        self.fields["contact_name"].help_text = "Nur mit Einwilligung. Lesen Sie den Satz vor."
        self.fields["key"].initial = uuid4
        self._prepare_provider()
        self.fields["contact_function"].help_text = ""
        if instance.contact and (consent := instance.contact.consent):
            self.initial.update(consent_channel=consent.channel, consent_given_on=consent.given_on)
        if instance.pk is not None:
            del self.fields["key"], self.fields["how"]

    def _prepare_provider(self) -> None:
        current = self.current
        if current is not None:
            stored = {"name": current.name, "kind": current.kind, "municipality": current.municipality_id}
            for name, value in stored.items():
                self.initial.setdefault(f"provider_{name}", value)
        self.fields["provider_kind"].initial = Organisation.Kind.ASSOCIATION
        known = known_to_staff(Organisation.objects.able_to_offer()).order_by("sort_key")
        names = dict.fromkeys(known.values_list("name", flat=True))
        self.fields["provider_name"].widget = SuggestInput("organisationen", names, {"maxlength": 160})
        typed = str((self.data.get("provider_name") if self.is_bound else self.initial.get("provider_name")) or "")
        self.known, self.alike = None, dict[str, Organisation]()
        if current is not None and fold(typed) == fold(current.name):
            self.known = current
        elif typed.strip():
            self._look_for(typed.strip()[:160])
        if self.alike:
            options = [(key, _described(organisation)) for key, organisation in self.alike.items()]
            choice = cast("forms.ChoiceField", self.fields["provider_existing"])
            choice.choices = [*options, (NEW, "Nein, es ist eine andere")]
        else:
            del self.fields["provider_existing"]

    def _look_for(self, name: str) -> None:
        like = list(organisations_like(Organisation(name=name)).able_to_offer().select_related("municipality"))
        same = [organisation for organisation in like if fold(organisation.name) == fold(name)]
        if len(same) == 1:
            self.known = same[0]
        else:
            self.alike = {str(organisation.pk): organisation for organisation in like[:MAXIMUM_ALIKE]}

    @property
    def columns(self) -> list[list[FieldGroup]]:
        """The groups as the page shows them: left, right, below. Similar organisations have a place of their own."""
        left, below = self.COLUMNS
        groups = [group for group in field_groups(self) if group.rows[0][0].name != "provider_existing"]
        return [
            [group for group in groups if group.legend in left],
            [group for group in groups if group.legend not in {*left, *below}],
            [group for group in groups if group.legend in below],
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.alike and "provider_existing" not in self.errors and not cleaned.get("provider_existing"):
            self.add_error("provider_existing", "Bitte wählen Sie eine davon oder „Nein, es ist eine andere“.")
        self._clean_consent(cleaned)
        if self.finish == Finish.LINK and "submitter_email" not in self.errors:
            self._clean_address(cleaned.get("submitter_email") or "")
        if self.finish == Finish.REVIEW:
            self._clean_completeness(cleaned)
        return cleaned

    def _clean_consent(self, cleaned: dict[str, Any]) -> None:
        """How the person agreed has to be said; a day that is not named is today."""
        if not cleaned.get("contact_name"):
            return
        if not cleaned.get("consent_channel") and "consent_channel" not in self.errors:
            self.add_error("consent_channel", "Bitte wählen Sie aus, wie die Person zugestimmt hat.")
        if "consent_given_on" not in self.errors:
            cleaned["consent_given_on"] = cleaned.get("consent_given_on") or timezone.localdate()
            if cleaned["consent_given_on"] > timezone.localdate():
                self.add_error("consent_given_on", "Dieser Tag liegt in der Zukunft.")

    def _clean_address(self, email: str) -> None:
        if not email:
            self.add_error("submitter_email", "Wohin soll der Link gehen? Bitte geben Sie eine E-Mail-Adresse an.")
        elif MailAddress.objects.undeliverable().known_as(email).exists():
            self.add_error(
                "submitter_email", "An diese Adresse kommt keine Post an. Bitte fragen Sie noch einmal nach."
            )

    def _clean_completeness(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("is_countywide") and not cleaned.get("municipalities"):
            self.add_error("municipalities", "Bitte wählen Sie mindestens eine Kommune aus – oder den ganzen Kreis.")
        if not (cleaned.get("is_on_site") or cleaned.get("is_online") or cleaned.get("is_outreach")):
            self.add_error("is_on_site", "Bitte wählen Sie mindestens eines: vor Ort, online oder aufsuchend.")
        if cleaned.get("kind") == Offer.Kind.PROJECT:
            gaps = [changes.label(name) for name in PROJECT if not getattr(self.instance, name)]
            if gaps:
                self.add_error(
                    None,
                    f"Ein Projekt braucht noch: {', '.join(gaps)}. Bitte speichern Sie und ergänzen Sie es unter "
                    "„Alle Angaben“, oder schicken Sie dem Verein den Link.",
                )

    def provider(self) -> Organisation:
        """Whose offer it is: one that we have, or a new one that is not stored yet.

        What was typed about an organisation that came with this entry is corrected; others stay as they are.
        """
        cleaned = self.cleaned_data
        chosen = self.alike.get(cleaned.get("provider_existing", "")) or self.known
        if chosen is not None and (chosen != self.current or not self._describes_provider()):
            return chosen
        typed = {
            "name": cleaned["provider_name"],
            "kind": cleaned.get("provider_kind") or Organisation.Kind.ASSOCIATION,
            "municipality": cleaned.get("provider_municipality"),
        }
        kept = ("street", "postcode", "city", "website") if self._brought() else ()
        return Organisation(**typed, **{name: getattr(self.current, name) for name in kept})

    @property
    def is_changed(self) -> bool:
        """Whether saving would store something that does not stand there yet."""
        asked_beside = {"provider_name", "provider_existing", "provider_kind", "provider_municipality"}
        asked_beside |= {"consent_channel", "consent_given_on"}
        return bool(set(self.changed_data) - asked_beside) or self.provider() != self.current

    def _brought(self) -> bool:
        current = self.current
        return (
            current is not None
            and current.status == Organisation.Status.PROPOSED
            and self.instance.brought_its_provider
        )

    def _describes_provider(self) -> bool:
        described = {"provider_name", "provider_kind", "provider_municipality"}.intersection(self.changed_data)
        return self._brought() and bool(described)

    def consent(self) -> tuple[Consent.Channel, date]:
        return Consent.Channel(self.cleaned_data["consent_channel"]), self.cleaned_data["consent_given_on"]

    def how_it_came(self) -> str:
        return str(How(self.cleaned_data["how"]).label)


def _described(organisation: Organisation) -> str:
    return f"{organisation.name} ({organisation.municipality})" if organisation.municipality else organisation.name
