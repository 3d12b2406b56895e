"""Rich text: one field, one sanitiser, and the plain form in which Vereine write it.

Every write passes `RichTextField.get_prep_value`: save(), update(), bulk_create(), imports and the admin alike, so no
path exists on which unclean HTML reaches the database.
"""

import re
from html import unescape
from typing import Any

import nh3
from django import forms
from django.db import models
from django.utils.html import escape, strip_tags
from django_prose_editor.fields import ProseEditorFormField
from django_prose_editor.widgets import ProseEditorWidget

from kiportal.common.renderers import KernBoundField

TAGS = {"p", "br", "h2", "h3", "strong", "em", "ul", "ol", "li", "a"}
EXTENSIONS = {
    "Bold": True,
    "Italic": True,
    "Heading": {"levels": [2, 3]},
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "HardBreak": True,
    "Link": {"enableTarget": False, "protocols": ["http", "https", "mailto", "tel"]},
}
# The last character is none of those that end a sentence or a bracket.
_ADDRESS = re.compile(r"""(https?://[^\s<>"]*[^\s<>"'.,;:!?)])""", re.IGNORECASE)
_cleaner = nh3.Cleaner(
    tags=TAGS,
    attributes={"*": set(), "a": {"href"}},  # the library keeps title and lang everywhere unless "*" says otherwise
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel="noopener nofollow",
)


def sanitise(html: str) -> str:
    """Return the HTML with nothing but the allowed tags; scripts, styles, handlers and foreign schemes are gone."""
    cleaned = _cleaner.clean(html)
    for _reading in range(5):  # misnested markup settles slowly, and what is stored must not change when saved again
        if (again := _cleaner.clean(cleaned)) == cleaned:
            break
        cleaned = again
    return cleaned.strip() if unescape(strip_tags(cleaned)).strip() else ""


class RichTextField(models.TextField):
    """A text column whose content is always sanitised HTML. Staff edit it with django-prose-editor."""

    def get_prep_value(self, value: Any) -> Any:
        prepared = super().get_prep_value(value)
        return sanitise(prepared) if isinstance(prepared, str) else prepared

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Leave the instance with what the database holds."""
        value = super().pre_save(model_instance, add)
        if isinstance(value, str):
            value = sanitise(value)
            setattr(model_instance, self.attname, value)
        return value

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        defaults: dict[str, Any] = {"form_class": RichTextFormField}
        return super().formfield(**(defaults | kwargs))


class RichTextFormField(ProseEditorFormField):
    """The editor of the workspace; without JavaScript it is a text area with HTML."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["widget"] = ProseEditorWidget(config={"extensions": EXTENSIONS}, preset="configurable")
        super().__init__(config={"extensions": EXTENSIONS}, preset="configurable", **kwargs)

    def clean(self, value: Any) -> str:
        return sanitise(super().clean(value) or "")


class PlainTextBoundField(KernBoundField):
    """Shows stored HTML as text; what was typed comes back as it was typed."""

    def value(self) -> Any:
        return self.data if self.form.is_bound else to_text(self.initial or "")


class PlainTextFormField(forms.CharField):
    """The same text as people without an account write it: blank line = paragraph, "- " = list item.

    Takes and gives HTML. Text that comes back unchanged gives the stored HTML, so an editor's formatting survives.
    """

    widget = forms.Textarea

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        return PlainTextBoundField(form, self, field_name)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return to_text(initial or "") != _normalise(data or "")

    def _clean_bound_field(self, bound: forms.BoundField) -> str:
        text = self.clean(bound.data)
        return from_text(text) if self.has_changed(bound.initial, text) else bound.initial or ""


def from_text(text: str) -> str:
    """Return HTML for plain text: paragraphs, line breaks, lists from lines with "- ", links from addresses."""
    blocks: list[str] = []
    for block in re.split(r"\n\s*\n", _normalise(text)):
        lines = block.split("\n")
        for is_list, run in _runs(lines):
            if is_list:
                items = "".join(f"<li>{_inline(line[2:])}</li>" for line in run)
                blocks.append(f"<ul>{items}</ul>")
            elif any(line.strip() for line in run):
                blocks.append(f"<p>{'<br>'.join(_inline(line) for line in run)}</p>")
    return sanitise("".join(blocks))


def to_text(html: str) -> str:
    """Return the plain form of HTML, the inverse of `from_text` for what that writes."""
    text = re.sub(r"\s*<br\s*/?>\s*", "\n", html)
    text = re.sub(r"<li>\s*(?:<p>)?", "- ", text)
    text = re.sub(r"(?:</p>)?\s*</li>", "\n", text)
    text = re.sub(r"</(?:p|h2|h3|ul|ol)>", "\n\n", text)
    return _normalise(unescape(strip_tags(text)))


def _normalise(text: str) -> str:
    lines = [line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _runs(lines: list[str]) -> list[tuple[bool, list[str]]]:
    runs: list[tuple[bool, list[str]]] = []
    for line in lines:
        is_item = line.startswith(("- ", "* ", "• "))
        if runs and runs[-1][0] == is_item:
            runs[-1][1].append(line)
        else:
            runs.append((is_item, [line]))
    return runs


def _inline(text: str) -> str:
    return "".join(
        f'<a href="{escape(part)}">{escape(part)}</a>' if index % 2 else escape(part)
        for index, part in enumerate(_ADDRESS.split(text.strip()))
    )
