"""Forms of a Bestandsaufnahme: the round, whom it asks, and what an organisation answers."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kiportal.common.forms import LockedModelForm
from kiportal.common.templatetags.ui import german
from kiportal.common.transitions import By
from kiportal.common.widgets import DateInput
from offers.models import Offer, OfferSurvey, SurveyAnswer, SurveyInvitation
from offers.surveys import asking

Outcome = SurveyAnswer.Outcome
# What people choose; "geändert" shows as what they chose before.
CHOICES = [
    (Outcome.CONFIRMED, gettext_lazy("Stimmt noch")),
    (Outcome.TO_CHANGE, gettext_lazy("Hat sich geändert")),
    (Outcome.ENDED, gettext_lazy("Gibt es nicht mehr")),
]


class OfferSurveyForm(LockedModelForm):
    """`key` makes sending twice store one round."""

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    fieldsets = [("", ["title", "answer_by", "introduction"])]

    class Meta:
        model = OfferSurvey
        fields = ["title", "answer_by", "introduction"]
        widgets = {"answer_by": DateInput, "introduction": forms.Textarea(attrs={"rows": 6, "maxlength": 2000})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = uuid4
        if self.instance.pk is not None:
            del self.fields["key"]

    def clean_answer_by(self) -> Any:
        day = self.cleaned_data["answer_by"]
        if day < timezone.localdate() and "answer_by" in self.changed_data:
            raise forms.ValidationError("Dieser Tag ist vorbei. Bitte wählen Sie heute oder einen späteren Tag.")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if key := cleaned.get("key"):
            self.instance.key = key
        return cleaned


class InvitationAddressForm(forms.Form):
    email = forms.EmailField(label="E-Mail-Adresse", widget=forms.EmailInput(attrs={"autocomplete": "off"}))


class SurveyAnswerForm(forms.Form):
    """One question an entry: is it still right, has it changed, does it no longer exist. None has to be answered."""

    message = forms.CharField(
        label=gettext_lazy("Was sollen wir noch wissen?"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": 2000}),
        help_text=gettext_lazy(
            "Zum Beispiel: was bei Ihnen geplant ist, oder was fehlt. Bitte nichts über Ratsuchende."
        ),
    )

    mark_optional = False

    def __init__(self, *args: Any, invitation: SurveyInvitation, by: By, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["message"].initial = invitation.message
        self.offers = list(asking.offers_of(invitation, by))
        self.given = {answer.offer_id: answer for answer in invitation.answers.all()}
        for offer in self.offers:
            outcome = self.given[offer.pk].outcome if offer.pk in self.given else Outcome.OPEN
            self.fields[_name(offer.pk)] = forms.ChoiceField(
                label=german(offer.title),
                choices=CHOICES,
                required=False,
                widget=forms.RadioSelect,
                initial=_shown(outcome),
                help_text=_facts(offer),
            )

    def clean(self) -> dict[str, Any]:
        """An answer says something: about one entry, all entries at once, or in words."""
        cleaned = super().clean() or {}
        says_nothing = not self.errors and not cleaned["message"] and not self.outcomes
        if says_nothing and self.offers and self.data.get("verb", "senden") == "senden":
            raise forms.ValidationError(_("Bitte wählen Sie bei mindestens einem Eintrag etwas aus."))
        return cleaned

    @property
    def questions(self) -> list[tuple[Offer, forms.BoundField]]:
        return [(offer, self[_name(offer.pk)]) for offer in self.offers]

    @property
    def outcomes(self) -> dict[int, str]:
        """What was chosen, by entry; with "all is right" for what nobody chose otherwise."""
        chosen = {offer.pk: self.cleaned_data[_name(offer.pk)] for offer in self.offers}
        return {pk: outcome for pk, outcome in chosen.items() if outcome}

    def confirming_the_rest(self) -> dict[int, str]:
        return {offer.pk: Outcome.CONFIRMED for offer in self.offers} | self.outcomes


def _name(pk: int) -> str:
    return f"eintrag-{pk}"


def _shown(outcome: str) -> str:
    if outcome == Outcome.CHANGED:
        return Outcome.TO_CHANGE
    return "" if outcome in {Outcome.OPEN, Outcome.ADDED} else outcome


def _facts(offer: Offer) -> SafeString:
    """What it is, and since when nobody has said that it is right."""
    day = offer.last_confirmed_on
    confirmed = _("Zuletzt bestätigt am %(day)s") % {"day": date_format(day, "SHORT_DATE_FORMAT")} if day else ""
    return format_html_join(
        "", '<span class="survey__fact">{}</span>', ((part,) for part in (german(offer.summary), confirmed) if part)
    )
