"""Forms of what helps writing: notes and templates."""

from django import forms

from concepts.models import SectionNote, SectionTemplate
from kiportal.common.forms import LockedModelForm


class NoteForm(forms.ModelForm):
    """A note, or the answer to one of the same section."""

    mark_optional = False

    class Meta:
        model = SectionNote
        fields = ["text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}


class TemplateForm(LockedModelForm):
    class Meta:
        model = SectionTemplate
        fields = ["name", "hint", "parts"]
        widgets = {"hint": forms.Textarea(attrs={"rows": 2}), "parts": forms.Textarea(attrs={"rows": 8})}

    def clean_parts(self) -> str:
        parts = str(self.cleaned_data["parts"])
        if any(len(line.partition("|")[0].strip()) > 200 for line in parts.splitlines()):
            raise forms.ValidationError("Eine Überschrift ist länger als 200 Zeichen. Bitte kürzen Sie sie.")
        if any(line.strip().startswith("|") for line in parts.splitlines()):
            raise forms.ValidationError("Vor jedem senkrechten Strich muss eine Überschrift stehen.")
        return parts
