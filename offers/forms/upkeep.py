"""What staff write down about addresses that take no mail."""

from django import forms

from actors.models import Municipality
from kiportal.common.models import MailAddress
from offers.upkeep.board import bearers


class PlaceForm(forms.Form):
    """Which Kommune the board shows; an unknown one is all of them."""

    mark_optional = False
    kommune = forms.ModelChoiceField(
        label="Kommune",
        queryset=Municipality.objects.all(),
        to_field_name="slug",
        required=False,
        empty_label="alle Kommunen",
    )


class UndeliverableForm(forms.Form):
    email = forms.EmailField(label="E-Mail-Adresse", widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    reason = forms.CharField(
        label="Grund", max_length=200, help_text="Zum Beispiel: Mail kam zurück, Postfach gibt es nicht mehr"
    )

    def clean_email(self) -> str:
        """A mistyped address would be marked and never seen again."""
        email = str(self.cleaned_data["email"])
        if not bearers(MailAddress(email=email.lower())).is_named:
            raise forms.ValidationError("Diese Adresse steht bei keinem Eintrag und bei keiner Organisation.")
        return email


class NewAddressForm(forms.Form):
    """Where what takes no mail is to go from now on."""

    email = forms.EmailField(label="Neue E-Mail-Adresse", widget=forms.EmailInput(attrs={"autocomplete": "off"}))

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if MailAddress.objects.undeliverable().known_as(email).exists():
            raise forms.ValidationError("Auch an diese Adresse kommt keine Post. Bitte nehmen Sie eine andere.")
        return email
