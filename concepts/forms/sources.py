"""Sources of a draft."""

import uuid
from datetime import date
from typing import Any, ClassVar

from django import forms

from concepts import changes
from concepts.forms.concepts import not_in_future, web_address
from concepts.models import Source
from kiportal.common.forms import LockedModelForm
from kiportal.common.widgets import DateInput

# Of the fields in the editor's dialog, which stand beside others there
PREFIX = "quelle"


class SourceForm(LockedModelForm):
    """A source of a draft; `key` makes one of a form that is sent twice, it becomes the `uuid`."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4, required=False)

    class Meta:
        model = Source
        fields = ["author", "short_name", "title", "year", "published_in", "url", "accessed_on", "remark"]
        widgets: ClassVar[dict[str, Any]] = {
            "accessed_on": DateInput(),
            "remark": forms.Textarea(attrs={"rows": 2}),
        }
        error_messages: ClassVar[dict[str, Any]] = {"title": {"required": "Bitte geben Sie den Titel an."}}

    fieldsets = (
        ("", ["author", "short_name", "title", ["year", "published_in"]]),
        ("Im Netz", ["url", "accessed_on"]),
        ("Nur im Arbeitsplatz", ["remark"]),
    )

    def clean_url(self) -> str:
        return web_address(self.cleaned_data["url"])

    def clean_accessed_on(self) -> date | None:
        return not_in_future(self.cleaned_data["accessed_on"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("accessed_on") and not cleaned.get("url") and "url" not in self.errors:
            self.add_error(
                "url", "Abgerufen wird eine Web-Adresse. Bitte geben Sie sie an oder lassen Sie den Tag weg."
            )
        return cleaned

    def _lock(self) -> None:
        changes.locked_draft(self.instance.version_id)
        super()._lock()
