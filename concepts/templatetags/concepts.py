"""What pages tell of a version and of measures: `{% load concepts %}`."""

from decimal import Decimal
from typing import Any

from django import template
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from concepts import appendix
from concepts.comparison import Change
from concepts.models import ChapterPDF, ConceptVersion, Indicator, MeasurePaper, Synopsis, VersionPDF
from concepts.numbers import Numbers
from concepts.progress import figure, reached
from kiportal.common.templatetags.ui import german

register = template.Library()

_S = ConceptVersion.Status
# What readers call a status, and how it looks.
BADGES = {
    _S.DRAFT: (gettext_lazy("Entwurf"), "neutral", "edit"),
    _S.FROZEN: (gettext_lazy("Noch nicht beschlossen"), "neutral", "lock"),
    _S.COMMITTEE: (gettext_lazy("In der Beratung"), "info", "people"),
    _S.ADOPTED: (gettext_lazy("In Kraft"), "success", "success"),
    _S.SUPERSEDED: (gettext_lazy("Nicht mehr in Kraft"), "warning", "history"),
}
# German bodies whose name is feminine: "von der Bezirksvertretung", but "vom Kreistag", "vom Rat der Stadt".
_FEMININE = ("ung", "schaft", "ion")


@register.inclusion_tag("components/badge.html")
def version_badge(version: ConceptVersion) -> dict[str, Any]:
    label, kind, icon = BADGES[_S(version.status)]
    return {"label": label, "kind": kind, "icon": icon}


@register.filter
def status_label(version: ConceptVersion) -> str:
    return str(BADGES[_S(version.status)][0])


@register.filter
def standing(version: ConceptVersion) -> str | SafeString:
    """One sentence beside the badge: who decides on this version, or has decided, and when."""
    match version.status:
        case _S.COMMITTEE:
            return _in_committee(version)
        case _S.ADOPTED | _S.SUPERSEDED:
            return _decided(version)
        case _:
            return _("Der Text ist fertig.")


def _in_committee(version: ConceptVersion) -> str | SafeString:
    if not version.committee:
        return _("Die Fassung liegt den Gremien vor.")
    committee = german(version.committee)
    if not version.meets_on:
        return format_html(_("Gremium: {committee}."), committee=committee)
    return format_html(_("Gremium: {committee}, Sitzung am {day}."), committee=committee, day=_day(version.meets_on))


def _decided(version: ConceptVersion) -> str | SafeString:
    day = _day(version.adopted_on)
    if not version.adopted_by:
        return _("Beschlossen am %(day)s.") % {"day": day}
    is_feminine = version.adopted_by.split()[0].endswith(_FEMININE)
    sentence = _("Beschlossen von der {body} am {day}.") if is_feminine else _("Beschlossen vom {body} am {day}.")
    return format_html(sentence, body=german(version.adopted_by), day=day)


def _day(day: Any) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")


@register.filter
def extent(pdf: VersionPDF | ChapterPDF | Synopsis | MeasurePaper) -> str:
    """What a link to the file says of it: "PDF, 34 Seiten, 1,2 MB"."""
    pages = ngettext("%(number)s Seite", "%(number)s Seiten", pdf.pages or 0) % {"number": pdf.pages}
    return f"PDF, {pages}, {filesizeformat(pdf.size or 0)}"


# Of such a word two fit on a line of the cover.
_WHOLE = 20


@register.filter
def whole_names(title: str) -> SafeString:
    """A title whose names with hyphens ("Rhein-Erft-Kreis") stay on one line."""
    words = (
        format_html('<span class="whole">{}</span>', word) if "-" in word and len(word) <= _WHOLE else word
        for word in title.split(" ")
    )
    return format_html_join(" ", "{}", ((word,) for word in words))


@register.inclusion_tag("concepts/_pdf_link.html")
def pdf_link(version: ConceptVersion, kind: str = "secondary") -> dict[str, Any]:
    """The button that fetches the PDF; while it is being made, a sentence."""
    return {"version": version, "kind": kind}


@register.inclusion_tag("concepts/_word_link.html")
def word_link(version: ConceptVersion) -> dict[str, Any]:
    """The link that fetches the Word file, once it is there."""
    return {"version": version}


# Numbers of the registry


@register.filter
def bar_rows(numbers: Numbers) -> list[tuple[Any, int]]:
    """(label, number) of each bar, for the component."""
    return [(german(bar.label), bar.number) for bar in numbers.bars]


# Measures


register.filter(figure)
register.filter("kept_cells", appendix.cells)


@register.filter
def period_of_time(measure: Any) -> str:
    """ "01.03.2026 bis 31.12.2026", "ab …", "bis …" of what has `starts_on` and `ends_on`."""
    begin, end = measure.starts_on, measure.ends_on
    if begin and end:
        return _("%(begin)s bis %(end)s") % {"begin": _day(begin), "end": _day(end)}
    if begin:
        return _("ab %(day)s") % {"day": _day(begin)}
    return _("bis %(day)s") % {"day": _day(end)} if end else ""


# So many counts are drawn; older ones stand in the measure's table.
MOST_BARS = 6


@register.inclusion_tag("concepts/_indicator_chart.html")
def indicator_chart(indicator: Indicator) -> dict[str, Any]:
    """The last counts and the target as bars of a table, so that whoever does not see them reads the numbers."""
    values = list(indicator.values.all())[-MOST_BARS:]
    numbers = [each.value for each in values] + ([indicator.target] if indicator.target is not None else [])
    top = max([*numbers, Decimal(0)]) or Decimal(1)

    def bar(label: str, value: Decimal, *, is_target: bool = False) -> dict[str, Any]:
        width = round(100 * max(value, Decimal(0)) / top, 1)
        return {"label": label, "value": figure(value), "width": width, "is_target": is_target}

    bars = [bar(_day(each.counted_on), each.value) for each in values]
    if indicator.target is not None:
        bars.append(bar(_target_label(indicator), indicator.target, is_target=True))
    sentence = reached(indicator, values[-1] if values else None, unit=german(indicator.unit), fill=format_html)
    return {"indicator": indicator, "bars": bars, "reached": sentence}


def _target_label(indicator: Indicator) -> str:
    day = indicator.target_on
    if indicator.less_is_better:
        return _("Ziel bis %(day)s: höchstens") % {"day": _day(day)} if day else _("Ziel: höchstens")
    return _("Ziel bis %(day)s") % {"day": _day(day)} if day else _("Ziel")


# Versions compared

_KINDS = {
    "new": (gettext_lazy("neu"), "success", "plus"),
    "removed": (gettext_lazy("gestrichen"), "danger", "trash"),
    "moved": (gettext_lazy("verschoben"), "info", "arrow-right"),
    "renamed": (gettext_lazy("umbenannt"), "info", "edit"),
    "changed": (gettext_lazy("geändert"), "neutral", "edit"),
}


def _happened(change: Change) -> list[tuple[str, str, str]]:
    found = []
    for kind in change.kinds:
        label, look, icon = _KINDS[kind]
        found.append((_moved(change) if kind == "moved" else str(label), look, icon))
    if change.former_number and not change.is_moved:
        found.append((_("bisher %(number)s") % {"number": change.former_number}, "neutral", "list"))
    return found


def _moved(change: Change) -> str:
    places = [node.number or f"„{node.section.title}“" for node in (change.old, change.new) if node]
    if len(set(places)) < 2:  # passed by others whose numbers it has taken
        return _("verschoben")
    return _("verschoben von %(old)s nach %(new)s") % {"old": places[0], "new": places[1]}


@register.filter
def change_words(change: Change) -> str:
    """ "verschoben von 3.2 nach 4.1, geändert"."""
    return ", ".join(label for label, _look, _icon in _happened(change))


@register.filter
def change_badges(change: Change) -> SafeString:
    badges = [
        render_to_string("components/badge.html", {"label": label, "kind": look, "icon": icon})
        for label, look, icon in _happened(change)
    ]
    return mark_safe(" ".join(badges))  # noqa: S308  (rendered from templates)


@register.filter
def change_counts(counts: dict[str, int]) -> str:
    """ "12 Abschnitte geändert, 2 neu, 1 verschoben, 80 unverändert"."""
    changed = ngettext("%(number)s Abschnitt geändert", "%(number)s Abschnitte geändert", counts["changed"])
    parts = [changed % {"number": counts["changed"]}]
    for kind, words in (
        ("new", _("%(number)s neu")),
        ("removed", _("%(number)s gestrichen")),
        ("moved", _("%(number)s verschoben")),
        ("untouched", _("%(number)s unverändert")),
    ):
        if counts[kind]:
            parts.append(words % {"number": counts[kind]})
    return ", ".join(parts)
