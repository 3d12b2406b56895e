"""What the admin pages of reference data share (`TranslatedName`): the English name is a field, not JSON."""

from typing import Any

from django import forms
from django.contrib import admin

from kiportal.common.models import TranslatedName


class TranslatedNameForm(forms.ModelForm):
    english_name = forms.CharField(label="Bezeichnung auf Englisch", max_length=160, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["english_name"].initial = self.instance.translations.get("en", {}).get("name", "")

    def save(self, commit: bool = True) -> TranslatedName:
        english = self.instance.translations.setdefault("en", {})
        english["name"] = self.cleaned_data["english_name"]
        saved: TranslatedName = super().save(commit)
        return saved


class TranslatedNameAdmin(admin.ModelAdmin):
    """The slug stands in addresses and in imported tables, so it is chosen once and never changes."""

    form = TranslatedNameForm
    exclude = ("translations",)
    list_display: Any = ("name", "slug", "sort_order")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}

    def get_readonly_fields(self, request: Any, obj: Any = None) -> Any:
        return (*super().get_readonly_fields(request, obj), *(("slug",) if obj else ()))

    def get_prepopulated_fields(self, request: Any, obj: Any = None) -> Any:
        return {} if obj else super().get_prepopulated_fields(request, obj)
