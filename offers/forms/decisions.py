"""Forms of the review: what an editor decides, and why."""

from typing import Any, ClassVar, cast

from django import forms

from kiportal.common.forms import LockedModelForm
from kiportal.common.models import ChangeProposal, User
from offers import changes
from offers.models import Offer, ReasonTemplate

_V = ReasonTemplate.Verb


def choice_field(form: forms.BaseForm, name: str) -> forms.ChoiceField:
    return cast("forms.ChoiceField", form.fields[name])


class ReasonSelect(forms.Select):
    """Each option carries its text, so that a script can put it into the field below."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.texts: dict[str, str] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if text := self.texts.get(str(value)):
            option["attrs"]["data-text"] = text
        return option


class ButtonForm(forms.Form):
    """`verb` comes from the button that is pressed, so no field stands in the page for it."""

    mark_optional = False

    def get_context(self) -> dict[str, Any]:
        return super().get_context() | {"hidden_fields": []}


class ReasonedForm(ButtonForm):
    """One text for every decision; a ready-made reason that was chosen comes before it (`cleaned_data["text"]`).

    `KINDS` says for each verb which reasons fit it, `NEEDS_REASON` which verbs are not taken without one.
    """

    KINDS: ClassVar[dict[str, _V]] = {}
    NEEDS_REASON: ClassVar[set[str]] = set()

    template = forms.ChoiceField(label="Textbaustein", required=False, widget=ReasonSelect)
    reason = forms.CharField(
        label="Begründung",
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=2000,
        help_text="Steht in der E-Mail und im Verlauf. Für Rückfrage und Ablehnung nötig.",
    )
    verb = forms.ChoiceField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = list(dict.fromkeys(self.KINDS.values()))
        self.templates = {row.slug: row for row in ReasonTemplate.objects.filter(verb__in=kinds)}
        groups = [
            (kind.label, [(row.slug, row.label) for row in self.templates.values() if row.verb == kind])
            for kind in kinds
        ]
        field = choice_field(self, "template")
        field.choices = [("", "– keiner –"), *groups]
        cast("ReasonSelect", field.widget).texts = {slug: row.text for slug, row in self.templates.items()}
        choice_field(self, "verb").choices = [(verb, verb) for verb in self.KINDS]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        chosen, verb = self.templates.get(cleaned.get("template", "")), cleaned.get("verb", "")
        typed = cleaned.get("reason", "")
        parts = [chosen.text if chosen and chosen.text not in typed else "", typed]
        cleaned["text"] = "\n\n".join(part for part in parts if part)
        if chosen and chosen.verb != self.KINDS.get(verb):
            self.add_error("template", f"Dieser Textbaustein gehört zu „{chosen.get_verb_display()}“.")
        if verb in self.NEEDS_REASON and not cleaned["text"]:
            self.add_error("reason", "Bitte schreiben Sie eine Begründung. Sie steht in der E-Mail.")
        return cleaned


class DecisionForm(ReasonedForm):
    KINDS: ClassVar = {verb.value: verb for verb in _V}
    NEEDS_REASON: ClassVar = {"request_changes", "reject"}


class ProposalDecisionForm(ReasonedForm):
    """Which fields of a proposal are taken; `accept_all` needs no check marks."""

    KINDS: ClassVar = {
        "accept": _V.PUBLISH,
        "accept_all": _V.PUBLISH,
        "question": _V.REQUEST_CHANGES,
        "reject": _V.REJECT,
    }
    NEEDS_REASON: ClassVar = {"question", "reject"}

    # The check boxes stand beside the differences.
    fields_taken = forms.MultipleChoiceField(required=False, widget=forms.MultipleHiddenInput)
    # Which state of the proposal was shown; its author may go on writing.
    read = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, proposal: ChangeProposal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.proposal = proposal
        self.fields["read"].initial = proposal.updated_at.isoformat()
        choice_field(self, "fields_taken").choices = [
            (name, changes.fields_of(proposal.target).label(name)) for name in proposal.changes
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        verb = cleaned.get("verb")
        if verb == "accept" and not cleaned.get("fields_taken") and "fields_taken" not in self.errors:
            self.add_error(None, "Bitte wählen Sie mindestens eine Änderung aus oder lehnen Sie den Vorschlag ab.")
        if verb == "accept_all":
            cleaned["fields_taken"] = list(self.proposal.changes)
        return cleaned


class PersonField(forms.ModelChoiceField):
    """Somebody who reviews, by name."""

    def __init__(self, **kwargs: Any) -> None:
        reviewers = User.objects.holding("offers.review_offer").order_by("last_name", "first_name", "username")
        super().__init__(queryset=reviewers, **kwargs)


class HandOverForm(forms.Form):
    """To whom somebody gives an entry."""

    mark_optional = False
    assignee = PersonField(label="Übergeben an", empty_label=None)

    def __init__(self, *args: Any, without: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if without is not None:
            field = cast("forms.ModelChoiceField", self.fields["assignee"])
            field.queryset = User.objects.filter(pk__in=field.queryset).exclude(pk=without.pk)


class BulkForm(ReasonedForm):
    """One decision for several entries of the queue, or one person for them all."""

    KINDS: ClassVar = {"publish": _V.PUBLISH, "reject": _V.REJECT, "assign": _V.PUBLISH}
    NEEDS_REASON: ClassVar = {"reject"}

    # The check boxes stand beside the entries: "angebot-12".
    auswahl = forms.MultipleChoiceField(required=False, widget=forms.MultipleHiddenInput)
    assignee = PersonField(label="Zuweisen an", required=False, empty_label="– niemand –")

    def __init__(self, *args: Any, entries: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice_field(self, "auswahl").choices = entries
        self.fields["reason"].help_text = "Steht in jeder E-Mail und im Verlauf. Für die Ablehnung nötig."
        self.fields["reason"].widget.attrs["rows"] = 3

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not cleaned.get("auswahl"):
            self.add_error(None, "Bitte wählen Sie mindestens einen Eintrag aus, der noch wartet.")
        return cleaned


class NoteForm(LockedModelForm):
    """The internal note alone, on the page of the review."""

    class Meta:
        model = Offer
        fields = ["internal_note"]
        widgets = {"internal_note": forms.Textarea(attrs={"rows": 3})}

    mark_optional = False
