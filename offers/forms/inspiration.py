""" "Als Anregung nutzen": which Projekt a form that begins an entry was opened from."""

from django import forms
from django.utils import timezone

from offers.models import Offer


class InspiredForm(forms.Form):
    # The address of a Projekt that the entry begins with
    anregung = forms.SlugField(widget=forms.HiddenInput, required=False)

    def inspiration(self) -> Offer | None:
        slug = self["anregung"].value() or ""
        public = Offer.objects.visible_to_public(timezone.localdate()).projects().select_related("provider")
        return public.filter(slug=slug[:130]).first()
