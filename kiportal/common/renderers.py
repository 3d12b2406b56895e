"""How forms become HTML: `FORM_RENDERER` of the settings.

`{{ form }}` gives a whole KERN form: error summary, groups (`fieldsets` of the form class), labels, hints, errors,
marks on optional fields. The templates lie in `templates/django/forms/`; a form is never written out by hand.
The classes are set here and not in widget templates, so that the Django admin's own widgets stay as they are.
"""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.utils.functional import cached_property


class KernBoundField(BoundField):
    """A bound field that knows KERN's classes and where a link in the error summary has to lead."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        widget = widget or self.field.widget
        attrs = super().build_widget_attrs(attrs, widget)
        if isinstance(widget, forms.RadioSelect) and not isinstance(widget, forms.CheckboxSelectMultiple):
            attrs.pop("aria-invalid", None)  # not allowed on a radio button; the fieldset names the error
        if base := _kern_class(widget):
            names = [
                widget.attrs.get("class", ""),
                attrs.get("class", ""),
                base,
                f"{base}--error" if self.errors else "",
            ]
            attrs["class"] = " ".join(filter(None, names))
        return attrs

    @property
    def focus_id(self) -> str:
        """The id of the first control: groups of options have none of their own."""
        first_option = isinstance(self.field.widget, forms.RadioSelect)
        return f"{self.auto_id}_0" if first_option else self.id_for_label or self.auto_id

    @property
    def summary_label(self) -> str:
        """The label before a colon: a consent is a whole sentence, a question ends in a question mark."""
        return str(self.label).rstrip(" .:?!")

    @property
    def is_checkbox(self) -> bool:
        """A single check box stands before its label."""
        return isinstance(self.field.widget, forms.CheckboxInput)

    @property
    def is_trap(self) -> bool:
        """The honeypot of anonymous forms (`common.forms.AnonymousForm`): nobody sees it."""
        return "data-trap" in self.field.widget.attrs

    @cached_property
    def marked_optional(self) -> bool:
        """Optional fields carry a mark; a form or field with `mark_optional = False` says it in other words."""
        wanted = getattr(self.form, "mark_optional", True) and getattr(self.field, "mark_optional", True)
        return not self.field.required and not self.is_checkbox and wanted

    @property
    def character_limit(self) -> int | None:
        """The limit a long text counts down to."""
        if not isinstance(self.field.widget, forms.Textarea):
            return None
        limit = self.field.widget.attrs.get("maxlength")
        return int(limit) if limit else None


def _kern_class(widget: forms.Widget) -> str:
    if widget.is_hidden:
        return ""
    if isinstance(widget, forms.CheckboxInput | forms.CheckboxSelectMultiple):
        return "kern-form-check__checkbox"
    if isinstance(widget, forms.RadioSelect):
        return "kern-form-check__radio"
    if isinstance(widget, forms.Select):
        return "kern-form-input__select"
    return "kern-form-input__input"


class KernRenderer(TemplatesSetting):
    form_template_name = "django/forms/form.html"
    field_template_name = "django/forms/field.html"
    bound_field_class = KernBoundField
