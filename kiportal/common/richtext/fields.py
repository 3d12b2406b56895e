"""The columns and form fields of rich text."""

from typing import Any, ClassVar

from django import forms
from django.db import models
from django.templatetags.static import static
from django_prose_editor.fields import ProseEditorFormField
from django_prose_editor.widgets import ProseEditorWidget
from js_asset import ImportMap, Media

from kiportal.common.richtext.markup import BASIC, DOCUMENT, Markup, sanitise


class RichTextField(models.TextField):
    """A text column whose content is always sanitised HTML. Staff edit it with django-prose-editor."""

    markup: ClassVar[Markup] = BASIC

    def get_prep_value(self, value: Any) -> Any:
        prepared = super().get_prep_value(value)
        return sanitise(prepared, self.markup) if isinstance(prepared, str) else prepared

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Leave the instance with what the database holds."""
        value = super().pre_save(model_instance, add)
        if isinstance(value, str):
            value = sanitise(value, self.markup)
            setattr(model_instance, self.attname, value)
        return value

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        defaults: dict[str, Any] = {"form_class": RichTextFormField}
        return super().formfield(**(defaults | kwargs))


class DocumentField(RichTextField):
    """The text of a chapter: tables, pictures, footnotes and cross references, too."""

    markup = DOCUMENT

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return super().formfield(**({"form_class": DocumentFormField} | kwargs))


class RichTextFormField(ProseEditorFormField):
    """The editor of the workspace; without JavaScript it is a text area with HTML."""

    markup: ClassVar[Markup] = BASIC
    widget_class: ClassVar[type[ProseEditorWidget]] = ProseEditorWidget

    def __init__(self, **kwargs: Any) -> None:
        config = {"extensions": dict(self.markup.extensions)}
        kwargs["widget"] = self.widget_class(config=config, preset="configurable")
        super().__init__(config=config, preset="configurable", **kwargs)

    def clean(self, value: Any) -> str:
        return sanitise(super().clean(value) or "", self.markup)


class DocumentWidget(ProseEditorWidget):
    """The editor with what chapters need. It waits for these modules, so that none of them misses its start."""

    EXTENSIONS = "js/concept-editor.js"
    MODULES = (EXTENSIONS, "js/concept-toolbar.js", "js/concept-place.js")

    @property
    def media(self) -> Media:
        return super().media + Media(importmap=ImportMap({"kiportal/concept-editor": self.EXTENSIONS}))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "js_modules": [static(module) for module in self.MODULES]}


class DocumentFormField(RichTextFormField):
    markup = DOCUMENT
    widget_class = DocumentWidget
