"""The plain form of rich text: what people without an account write, and what comparisons show."""

import re
from html import unescape
from typing import Any

from django import forms
from django.utils.html import escape, strip_tags

from kiportal.common.renderers import KernBoundField
from kiportal.common.richtext.markup import sanitise

# The last character is none of those that end a sentence or a bracket.
_ADDRESS = re.compile(r"""(https?://[^\s<>"]*[^\s<>"'.,;:!?)])""", re.IGNORECASE)


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
    """Return the plain form of HTML, the inverse of `from_text` for what that writes.

    Of documents: the cells of a row in one line, footnotes in brackets, pictures by their alternative text.
    """
    text = _footnotes_in_brackets(html) if 'class="fn"' in html else html
    text = re.sub(r'<img\b[^>]*?\balt="([^"]*)"[^>]*>', r"[Bild: \1]\n\n", text)
    text = re.sub(r"(?:</p>)?\s*</t[dh]>\s*<t[dh][^>]*>(?:<p>)?", " | ", text)
    text = re.sub(r"(?:</p>)?\s*</t[dh]>\s*</tr>", "\n", text)
    text = re.sub(r"</(?:table|caption|figcaption|blockquote)>", "\n\n", text)
    text = re.sub(r"\s*<br\s*/?>\s*", "\n", text)
    text = re.sub(r"<li>\s*(?:<p>)?", "- ", text)
    text = re.sub(r"(?:</p>)?\s*</li>", "\n", text)
    text = re.sub(r"</(?:p|h2|h3|ul|ol)>", "\n\n", text)
    return _normalise(unescape(strip_tags(text)))


def _footnotes_in_brackets(html: str) -> str:
    open_spans: list[bool] = []

    def bracket(span: re.Match[str]) -> str:
        if span[0] == "</span>":
            return "]" if open_spans and open_spans.pop() else ""
        open_spans.append('class="fn"' in span[0])
        return " [Fußnote: " if open_spans[-1] else ""

    return re.sub(r"</?span[^>]*>", bracket, html)


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
