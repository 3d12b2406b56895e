"""What staff write down about addresses that take no mail."""

from django import forms

from actors.models import Organisation
from offers.models import Offer


class UndeliverableForm(forms.Form):
    email = forms.EmailField(label="E-Mail-Adresse", widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    reason = forms.CharField(
        label="Grund", max_length=200, help_text="Zum Beispiel: Mail kam zurück, Postfach gibt es nicht mehr"
    )

    def clean_email(self) -> str:
        """A mistyped address would be marked and never seen again."""
        email = str(self.cleaned_data["email"])
        known = Offer.objects.for_staff().filter(submitter_email__iexact=email).exists()
        if not known and not Organisation.objects.filter(email__iexact=email).exists():
            raise forms.ValidationError("Diese Adresse steht bei keinem Eintrag und bei keiner Organisation.")
        return email
