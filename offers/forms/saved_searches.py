"""Have new offers sent by mail: whom to write to, and how often."""

from django import forms
from django.utils.translation import gettext_lazy as _

from kiportal.common.forms import AnonymousForm
from offers.models import SavedSearch


class RhythmField(forms.ChoiceField):
    def __init__(self) -> None:
        super().__init__(
            label=_("Wie oft?"),
            choices=SavedSearch.Rhythm.choices,
            widget=forms.RadioSelect,
            initial=SavedSearch.Rhythm.WEEKLY,
            help_text=_("Wir schreiben nur, wenn es etwas Neues gibt."),
            error_messages={"required": _("Bitte wählen Sie etwas aus.")},
        )


class SavedSearchForm(AnonymousForm):
    limit_name = "saved-search"

    email = forms.EmailField(
        label=_("Ihre E-Mail-Adresse"),
        help_text=_("Wir schicken Ihnen zuerst einen Link zum Bestätigen."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    rhythm = RhythmField()


class RhythmForm(forms.Form):
    rhythm = RhythmField()
