"""Forms of people who act for an organisation with an account."""

from typing import Any, cast
from uuid import uuid4

from django import forms

from actors.models import Organisation
from kiportal.common.models import User
from offers.forms.inspiration import InspiredForm
from offers.models import Offer


class StartOwnForm(InspiredForm):
    """Begin an entry: for which organisation, and what it is. `key` makes sending twice begin one.

    What begins with a Projekt of others is one, too, so that is not asked; its author may change it later.
    """

    provider = forms.ModelChoiceField(
        label="Organisation", queryset=Organisation.objects.none(), empty_label="– bitte wählen –"
    )
    kind = forms.ChoiceField(
        label="Was möchten Sie melden?",
        widget=forms.RadioSelect,
        initial=Offer.Kind.OFFER,
        choices=[
            (Offer.Kind.OFFER, "Angebot: etwas, das Menschen nutzen können, zum Beispiel Kurs, Treff oder Beratung"),
            (Offer.Kind.PROJECT, "Projekt: etwas, das auch andere Vereine und Kommunen nachmachen können"),
        ],
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        provider = cast("forms.ModelChoiceField", self.fields["provider"])
        provider.queryset = Organisation.objects.of_member(user).able_to_offer().order_by("sort_key")
        own = list(provider.queryset[:2])
        if len(own) == 1:
            provider.initial = own[0].pk
            provider.widget = forms.HiddenInput()
        self.fields["key"].initial = uuid4
        self.source = self.inspiration()
        if self.source is not None:
            del self.fields["kind"]

    def offer(self) -> Offer:
        cleaned = self.cleaned_data
        return Offer(
            provider=cleaned["provider"], kind=cleaned.get("kind", Offer.Kind.PROJECT), submission_key=cleaned["key"]
        )


class InvitationForm(forms.Form):
    """Whom to let in. A name is asked so that colleagues know who acts with them."""

    first_name = forms.CharField(label="Vorname", max_length=150)
    last_name = forms.CharField(label="Nachname", max_length=150)
    email = forms.EmailField(
        label="E-Mail-Adresse", help_text="Dorthin geht der Link, mit dem die Person ihr Passwort festlegt."
    )

    fieldsets = [("", [("first_name", "last_name"), "email"])]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class HandOverForm(InvitationForm):
    reason = forms.CharField(
        label="Begründung", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}), help_text="Sie steht im Verlauf."
    )
