"""Forms of what a draft consists of: sections and Handlungsfelder."""

import uuid
from typing import Any, cast

from django import forms

from concepts import changes
from concepts.models import ActionArea, ConceptVersion, Section, SectionTemplate
from concepts.outline import Node, Outline
from kiportal.common.forms import LockedModelForm
from kiportal.common.widgets import CheckboxFilter
from offers.models import Strand


class SectionForm(LockedModelForm):
    """The text of a section. Saving waits for a freeze that runs at this moment, and is refused after it."""

    class Meta:
        model = Section
        fields = ["title", "body", "shows_numbers", "state", "is_numbered"]

    mark_optional = False

    def _lock(self) -> None:
        changes.locked_draft(self.instance.version_id)
        super()._lock()


class NewSectionForm(forms.ModelForm):
    """`key` makes one section of a form that is sent twice: it becomes the section's `uuid`."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    template = forms.ModelChoiceField(
        label="Vorlage",
        queryset=SectionTemplate.objects.all(),
        required=False,
        empty_label="ohne Vorlage",
        help_text="Legt die Abschnitte darunter gleich mit an, mit Leitfragen, die nur im Arbeitsplatz stehen.",
    )

    class Meta:
        model = Section
        fields = ["title", "is_numbered"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not SectionTemplate.objects.exists():
            del self.fields["template"]


class MoveForm(forms.Form):
    """One step by a button, or `parent` and `position` (0 is first) by the mouse; no parent makes a chapter."""

    STEPS = (("up", "nach oben"), ("down", "nach unten"), ("out", "eine Ebene höher"), ("in", "eine Ebene tiefer"))

    direction = forms.ChoiceField(choices=STEPS, required=False)
    parent = forms.ModelChoiceField(queryset=Section.objects.none(), required=False)
    position = forms.IntegerField(min_value=0, required=False)

    def __init__(self, *args: Any, version: ConceptVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[Section]", self.fields["parent"]).queryset = version.sections.for_tree()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not cleaned.get("direction") and cleaned.get("position") is None:
            self.add_error(None, "Bitte wählen Sie, wohin der Abschnitt soll.")
        return cleaned


class TopicsForm(forms.ModelForm):
    """What of a Handlungsfeld can change in a frozen version, too: the mapping to the registry's topics."""

    class Meta:
        model = ActionArea
        fields = ["topics"]
        widgets = {"topics": CheckboxFilter}

    def save(self, commit: bool = True) -> ActionArea:
        """Store the topics alone: the row itself is closed."""
        self.instance.topics.set(self.cleaned_data["topics"])
        return self.instance


class ActionAreaForm(LockedModelForm):
    """A Handlungsfeld of a draft; `key` makes one of a form that is sent twice, it becomes the `uuid`."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4, required=False)

    class Meta:
        model = ActionArea
        fields = ["title", "strand", "section", "topics"]
        widgets = {"topics": CheckboxFilter}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[Section]", self.fields["section"])
        field.queryset = Section.objects.filter(version=self.instance.version_id).for_tree()
        field.choices = [("", "– noch kein Abschnitt –"), *section_choices(Outline.of(self.instance.version))]
        strand = cast("forms.ChoiceField", self.fields["strand"])
        strand.choices = [("", "– bitte wählen –"), *Strand.choices]

    def _lock(self) -> None:
        changes.locked_draft(self.instance.version_id)
        super()._lock()


def section_choices(outline: Outline) -> list[tuple[int, str]]:
    """The sections in reading order, indented by their depth."""
    return [(node.section.pk, _indented(node)) for node in outline]


def _indented(node: Node) -> str:
    return "\u2003" * (node.depth - 1) + node.heading
