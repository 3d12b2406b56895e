"""Forms of the review: what an editor decides, and why."""

from typing import Any, cast

from django import forms

from kiportal.common.forms import LockedModelForm
from kiportal.common.models import ChangeProposal
from offers import changes
from offers.models import Offer
from offers.review.reasons import BY_SLUG, REASONS, VERB_LABELS


def choice_field(form: forms.BaseForm, name: str) -> forms.ChoiceField:
    return cast("forms.ChoiceField", form.fields[name])


class ReasonSelect(forms.Select):
    """Each option carries its text, so that a script can put it into the field below."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if value in BY_SLUG:
            option["attrs"]["data-text"] = BY_SLUG[value].text
        return option


class ButtonForm(forms.Form):
    """`verb` comes from the button that is pressed, so no field stands in the page for it."""

    mark_optional = False

    def get_context(self) -> dict[str, Any]:
        return super().get_context() | {"hidden_fields": []}


class DecisionForm(ButtonForm):
    """One text for all three decisions; a ready-made reason that was chosen comes before it."""

    template = forms.ChoiceField(label="Textbaustein", required=False, widget=ReasonSelect)
    reason = forms.CharField(
        label="Begründung",
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=2000,
        help_text="Steht in der E-Mail und im Verlauf. Für Rückfrage und Ablehnung nötig.",
    )
    verb = forms.ChoiceField(choices=list(VERB_LABELS.items()), widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = [
            (label, [(reason.slug, reason.label) for reason in REASONS if reason.verb == verb])
            for verb, label in VERB_LABELS.items()
        ]
        choice_field(self, "template").choices = [("", "– keiner –"), *groups]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        chosen = BY_SLUG.get(cleaned.get("template", ""))
        typed = cleaned.get("reason", "")
        parts = [chosen.text if chosen and chosen.text not in typed else "", typed]
        cleaned["text"] = "\n\n".join(part for part in parts if part)
        if chosen and chosen.verb != cleaned.get("verb"):
            self.add_error("template", f"Dieser Textbaustein gehört zu „{VERB_LABELS[chosen.verb]}“.")
        if cleaned.get("verb") in {"request_changes", "reject"} and not cleaned["text"]:
            self.add_error("reason", "Bitte schreiben Sie eine Begründung. Sie steht in der E-Mail.")
        return cleaned


class ProposalDecisionForm(ButtonForm):
    """Which fields of a proposal are taken; `accept_all` needs no check marks."""

    VERBS = (("accept", "Gewählte annehmen"), ("accept_all", "Alle annehmen"), ("reject", "Ablehnen"))

    # The check boxes stand beside the differences.
    fields_taken = forms.MultipleChoiceField(required=False, widget=forms.MultipleHiddenInput)
    reason = forms.CharField(
        label="Begründung",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
        help_text="Steht in der E-Mail. Für die Ablehnung nötig.",
    )
    verb = forms.ChoiceField(choices=VERBS, widget=forms.HiddenInput)

    def __init__(self, *args: Any, proposal: ChangeProposal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.proposal = proposal
        choice_field(self, "fields_taken").choices = [(name, changes.label(name)) for name in proposal.changes]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        verb = cleaned.get("verb")
        if verb == "reject" and not cleaned.get("reason"):
            self.add_error("reason", "Bitte schreiben Sie eine Begründung. Sie steht in der E-Mail.")
        if verb == "accept" and not cleaned.get("fields_taken") and "fields_taken" not in self.errors:
            self.add_error(None, "Bitte wählen Sie mindestens eine Änderung aus oder lehnen Sie den Vorschlag ab.")
        if verb == "accept_all":
            cleaned["fields_taken"] = list(self.proposal.changes)
        return cleaned


class NoteForm(LockedModelForm):
    """The internal note alone, on the page of the review."""

    class Meta:
        model = Offer
        fields = ["internal_note"]
        widgets = {"internal_note": forms.Textarea(attrs={"rows": 3})}

    mark_optional = False
