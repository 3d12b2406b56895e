"""Forms of the duty pages."""

from typing import Any

from django import forms
from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from kiportal.common import limits
from kiportal.common.forms import AnonymousForm
from kiportal.common.logs import masked
from kiportal.pages.models import BarrierReport


def own_path(value: str) -> str:
    """Return the path of one of our own pages, without query and without the secret of a signed link, else ""."""
    path = value.removeprefix(settings.KIPORTAL_BASE_URL).partition("?")[0].partition("#")[0]
    with translation.override(translation.get_language_from_path(path) or settings.LANGUAGE_CODE):
        try:
            return masked(path, resolve(path))
        except Resolver404:
            return ""


class BarrierReportForm(AnonymousForm):
    """ "Barriere melden": only the description is needed."""

    limit_name = "barrier-report"

    page = forms.CharField(
        label=_("Seite"),
        required=False,
        max_length=300,
        help_text=_("Die Seite, auf der etwas nicht funktioniert. Lassen Sie das Feld leer, wenn es mehrere sind."),
    )
    description = forms.CharField(
        label=_("Was funktioniert nicht?"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Gern auch: womit Sie die Seite bedienen, zum Beispiel mit einem Vorleseprogramm."),
    )
    name = forms.CharField(
        label=_("Ihr Name"), max_length=120, required=False, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=_("Ihre E-Mail-Adresse"),
        required=False,
        help_text=_("Nur mit einer Adresse können wir Ihnen antworten."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    fieldsets = [
        (_("Die Barriere"), ["page", "description"]),
        (
            _("Ihre Angaben"),
            ["name", "email"],
            _("Beides ist freiwillig. Wir löschen es ein halbes Jahr nach unserer Antwort."),
        ),
    ]

    def clean_page(self) -> str:
        """An address without its secrets; other words ("die Suche") stay as they are."""
        page = self.cleaned_data["page"]
        return own_path(page) or page

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        email = cleaned.get("email")
        if (
            not self.errors
            and email
            and not BarrierReport.objects.filter(key=cleaned["key"]).exists()
            and limits.mail_exceeded(email)
        ):
            self.too_many = True
            self.add_error(
                "email", _("An diese Adresse gingen heute schon drei Nachrichten. Bitte lassen Sie das Feld leer.")
            )
        return cleaned


class BarrierAnswerForm(forms.Form):
    """The words that go to the person; which button was pressed says whether they are the answer."""

    text = forms.CharField(
        label="Ihre Nachricht",
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="Anrede und Gruß stehen schon in der E-Mail.",
    )
