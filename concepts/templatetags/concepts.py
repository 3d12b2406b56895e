"""What pages tell of a version: `{% load concepts %}`."""

from typing import Any

from django import template
from django.template.defaultfilters import filesizeformat
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from concepts.models import ConceptVersion, VersionPDF
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
def extent(pdf: VersionPDF) -> str:
    """What a link to the file says of it: "PDF, 34 Seiten, 1,2 MB"."""
    pages = ngettext("%(number)s Seite", "%(number)s Seiten", pdf.pages) % {"number": pdf.pages}
    return f"PDF, {pages}, {filesizeformat(pdf.size)}"


@register.inclusion_tag("concepts/_pdf_link.html")
def pdf_link(version: ConceptVersion, kind: str = "secondary") -> dict[str, Any]:
    """The button that fetches the PDF; while it is being made, a sentence."""
    return {"version": version, "kind": kind}
