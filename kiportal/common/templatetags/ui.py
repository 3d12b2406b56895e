"""The building blocks of every page: `{% load ui %}`.

Pages extend `base.html` (public) or `workspace.html` (staff) and fill `title`, `description`, `breadcrumb`, `content`.
Nothing here needs JavaScript or the database; every text is escaped unless it comes from a block.

    {% icon "calendar" %}  {% icon "phone" label="Telefon" %}      static/icons/ui/<name>.svg, decorative without label
    {% pictogram topic.slug %}                                     static/icons/topics/<slug>.svg, else a neutral one
    {% breadcrumb "Angebote" url offer.title %}                    label, url, label, url, ..., label of this page
    {% pagination page_obj %}                                      keeps the query string; parameter "seite"
    {% tabs items label="Ansicht" %}                               items: {label, url, current, count}
    {% chips items label="Aktive Filter" clear_url="..." %}        items: {label, url of the page without it, name}
    {% facet_panel %}...facets...{% endfacet_panel %}              a disclosure on phones, always open beside a list
    {% facet "thema" "Thema" options %}                            options: {value, label, count, selected}; GET form
    {% button "Speichern" %}  {% button "Weiter" icon="arrow-right" kind="secondary" name="verb" value="x" %}
    {% link_button "Angebot melden" url kind="primary" icon="plus" %}
    {% alert "info" title="..." %}...{% endalert %}                info, success, warning, danger
    {% badge "kostenfrei" "success" icon="euro" %}  {% status_badge offer %}  {% status_badge job "state" %}
    {% card title url preline="..." icon="..." %}...{% endcard %}  the whole card is the link; title may be empty
    {% description_list pairs %}                                   (term, value[, icon]); empty rows are left out
    {% description "Wann" icon="calendar" %}...{% enddescription %} a row with markup, inside <dl class="descriptions">
    {% empty_state "Nichts gefunden" "Text" %}...{% endempty_state %}
    {% progress 3 10 "Drei von zehn Maßnahmen abgeschlossen" %}
    {% stepper steps %}                                            steps: {label, url or None, state: done|current|open}
    {% stat_card "Angebote" 82 url=... note="seit Montag +3" icon="list" %}
    {% bar_chart "Angebote je Thema" rows unit="Angebote" %}       rows: (label, number[, url]); a table with bars
    {% tile_map tiles label="Kommunen" %}                          tiles: {label, count, url, selected, column, row}
    {% timeline entries %}                                         entries: {when, title, text, by}
    {% diff old new %}                                             words struck and underlined
    {% table_region "Aufträge" %}<table class="kern-table">...{% endtable_region %}   scrolls sideways on phones
    {% accordion "Mehr dazu" %}...{% endaccordion %}
    {% confirm "Archivieren" %}<form method="post">...{% endconfirm %}                asks before acting, no dialog
    {% ui_form form submit="Weiter" cancel_url=url %}more buttons{% endui_form %}    form tag, CSRF, fields, buttons
    {% language_links as languages %}  {% text_direction as direction %}
    {{ offer.title|german }}  <div{% german %}>                    content that people wrote in German

Forms: `{{ form }}` or `{% ui_form %}`. A form class may set
`fieldsets = [(legend, ["name", ("from", "to")], description)]`: a tuple stands in one row, the description may be left
out, fields not named come last; `common.fieldsets` has `Folded` and `Compact` ones, and `Part` for long forms.
`mark_optional = False` drops the mark "(freiwillig)". Widgets: `common.widgets`.
Search field: components/search.html with id, landmark (its name), large.

Layout classes (static/css/layout.css): container, hero, band, band--tinted, band--surface, grid, grid--small, topics,
columns with columns--side, --facets, --half, row, stack (children with distance), prose (running text), lead, muted,
small, narrow.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.core.paginator import Page
from django.forms import BaseForm
from django.http import HttpRequest
from django.template.context import Context
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.encoding import escape_uri_path
from django.utils.formats import localize
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from kiportal.common import icons
from kiportal.common.fieldsets import field_groups, fields_beside_parts, form_parts
from kiportal.common.looks import STATUS_LOOKS
from kiportal.common.worddiff import diff

register = template.Library()
register.simple_tag(icons.icon)
register.simple_tag(icons.pictogram)
for _of_a_form in (field_groups, form_parts, fields_beside_parts):
    register.filter(_of_a_form)

# Scripts written from right to left; Django's own list lacks Pashto, Dari and Sorani.
RTL_LANGUAGES = {"ar", "ckb", "fa", "he", "prs", "ps", "ug", "ur"}


# Finding one's way


@register.inclusion_tag("components/breadcrumb.html")
def breadcrumb(*parts: str) -> dict[str, Any]:
    return {"links": list(zip(parts[0:-1:2], parts[1::2], strict=True)), "here": parts[-1]}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: Context, page: "Page[Any]", parameter: str = "seite") -> dict[str, Any]:
    query = context["request"].GET.copy()

    def url(number: int) -> str:
        if number == 1:
            query.pop(parameter, None)
        else:
            query[parameter] = str(number)
        return f"?{query.urlencode()}"

    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {
        "page": page,
        "entries": [(number, url(number) if isinstance(number, int) else "") for number in numbers],
        "previous_url": url(page.previous_page_number()) if page.has_previous() else "",
        "next_url": url(page.next_page_number()) if page.has_next() else "",
    }


@register.inclusion_tag("components/tabs.html")
def tabs(items: Iterable[Mapping[str, Any]], label: str) -> dict[str, Any]:
    return {"items": items, "label": label}


@register.inclusion_tag("components/chips.html")
def chips(items: Sequence[Mapping[str, Any]], label: str, clear_url: str = "") -> dict[str, Any]:
    return {"items": items, "label": label, "clear_url": clear_url}


@register.simple_block_tag
def facet_panel(content: str, chosen: int = 0) -> str:
    """`chosen` is the number of active filters, shown on the closed panel."""
    return render_to_string("components/facet_panel.html", {"content": content, "chosen": chosen})


@register.inclusion_tag("components/facet.html")
def facet(
    name: str, legend: str, options: Sequence[Mapping[str, Any]], shown: int = 8, open: bool = False, note: str = ""
) -> dict[str, Any]:
    """Options beyond `shown` wait behind "Mehr anzeigen", unless one of them is chosen."""
    first, rest = options[:shown], options[shown:]
    return {
        "name": name,
        "legend": legend,
        "note": note,
        "first": first,
        "rest": rest,
        "rest_open": any(option["selected"] for option in rest),
        "open": open or any(option["selected"] for option in options),
    }


@register.simple_tag
def facet_options(name: str, options: Sequence[Mapping[str, Any]], start: int = 0) -> SafeString:
    """The check boxes of a facet. Most pages show what another one has shown, so what was written is kept."""
    rows = tuple((option["value"], str(option["label"]), option["count"], option["selected"]) for option in options)
    return _written_options(name, rows, start, translation.get_language())


@lru_cache(maxsize=100)
def _written_options(
    name: str, rows: tuple[tuple[str, str, int, bool], ...], start: int, _language: str | None
) -> SafeString:
    return format_html_join(
        "\n",
        '<div class="kern-form-check facet__option">'
        '<input class="kern-form-check__checkbox" type="checkbox" name="{0}" value="{1}" id="facet_{0}_{2}"{3}>'
        '<label class="kern-label" for="facet_{0}_{2}">{4} <span class="count">{5}</span></label></div>',
        (
            (name, value, place, SafeString(" checked" if selected else ""), label, localize(count))
            for place, (value, label, count, selected) in enumerate(rows, start=start)
        ),
    )


@register.simple_tag(takes_context=True)
def language_links(context: Context) -> list[dict[str, Any]]:
    """The same page in every language, each called by its own name."""
    request = context["request"]
    current = translation.get_language()
    return [
        {
            "code": code,
            "name": _endonym(code),
            "direction": direction_of(code),
            "url": _same_page(request, path, code),
            "absolute_url": settings.KIPORTAL_BASE_URL + path,
            "current": code == current,
        }
        for code, path in ((code, _path_in(code, request)) for code, _name in settings.LANGUAGES)
    ]


def _path_in(code: str, request: HttpRequest) -> str:
    """The path of this page in a language; its own where the page has no other, or where there is no page.

    Like Django's `translate_url`, without resolving again the address that was resolved to come here.
    """
    match, own = request.resolver_match, escape_uri_path(request.path)
    if match is None:
        return own
    with translation.override(code):
        try:
            return reverse(match.view_name, args=match.args, kwargs=match.kwargs)
        except NoReverseMatch:
            return own


def _same_page(request: HttpRequest, path: str, code: str) -> str:
    """With what was asked for; where the page is not there in this language, the start page."""
    own = escape_uri_path(request.path)
    if path != own or code == translation.get_language():
        return path + request.get_full_path().removeprefix(own)
    with translation.override(code):
        return site_url("/")


def _endonym(code: str) -> str:
    name = str(translation.get_language_info(code)["name_local"])
    return name[:1].upper() + name[1:]


@register.simple_tag
def text_direction(code: str = "") -> str:
    return direction_of(code or translation.get_language() or settings.LANGUAGE_CODE)


def direction_of(code: str) -> str:
    return "rtl" if code.split("-", maxsplit=1)[0] in RTL_LANGUAGES else "ltr"


@register.filter
def german(text: Any) -> Any:
    """Mark what people wrote in German on a page in another language (WCAG 3.1.2)."""
    marks = _german_marks()
    return format_html("<span{}>{}</span>", marks, text) if text and marks else text


@register.simple_tag(name="german")
def _german_marks() -> SafeString:
    """The same for markup: `<div{% german %}>`."""
    is_german = translation.get_language() in (None, settings.LANGUAGE_CODE)
    return SafeString("" if is_german else ' lang="de" dir="ltr"')


@register.simple_tag
def site_url(path: str) -> str:
    """One of the portal's fixed paths in the current language; base templates know no rooms and no URL names."""
    language = translation.get_language()
    return path if language in (None, settings.LANGUAGE_CODE) else f"/{language}{path}"


@register.filter
def without_county(centre: Any) -> str:
    """The centre's name where the Kreis stands beside it anyway."""
    return str(centre).removesuffix(centre.county_name).strip() or str(centre)


@register.filter
def phone_link(number: str) -> str:
    """`+49 271 / 333-0` as a telephone link wants it."""
    return re.sub(r"[^0-9+]", "", number.replace("(0)", ""))


# Acting


@register.inclusion_tag("components/button.html")
def button(label: str, kind: str = "primary", icon: str = "", **attributes: str) -> dict[str, Any]:
    """A submit button; further attributes are written as they are (`name`, `value`, `formaction`, `form`)."""
    written = format_html_join("", ' {}="{}"', ((key.replace("_", "-"), value) for key, value in attributes.items()))
    return {"label": label, "kind": kind, "icon": icon, "attributes": written}


@register.inclusion_tag("components/link_button.html")
def link_button(label: str, url: str, kind: str = "secondary", icon: str = "") -> dict[str, Any]:
    return {"label": label, "url": url, "kind": kind, "icon": icon}


@register.simple_block_tag
def confirm(content: str, label: str, icon: str = "") -> str:
    return render_to_string("components/confirm.html", {"content": content, "label": label, "icon": icon})


@register.simple_block_tag(takes_context=True, end_name="endui_form")
def ui_form(
    context: Context, content: str, form: BaseForm, submit: str, action: str = "", cancel_url: str = "", icon: str = ""
) -> str:
    """The browser's own checks stay off: their messages speak the browser's language and know no summary."""
    values = {
        "form": form,
        "content": content,
        "submit": submit,
        "action": action,
        "cancel_url": cancel_url,
        "icon": icon,
    }
    return render_to_string("components/form.html", values, request=context["request"])


# Telling


@register.simple_block_tag
def alert(content: str, kind: str, title: str = "", live: str = "") -> str:
    """`live="polite"` or `"assertive"` for alerts that appear after something was done."""
    values = {"content": content, "kind": kind, "title": title, "live": live, "icon": kind}
    return render_to_string("components/alert.html", values)


@register.filter
def message_kind(level_tag: str) -> str:
    return {"error": "danger", "debug": "info"}.get(level_tag, level_tag)


@register.inclusion_tag("components/badge.html")
def badge(label: str, kind: str = "neutral", icon: str = "") -> dict[str, Any]:
    return {"label": label, "kind": kind, "icon": icon}


@register.inclusion_tag("components/badge.html")
def status_badge(record: Any, field: str = "status") -> dict[str, Any]:
    kind, icon = STATUS_LOOKS.get(getattr(record, field), ("neutral", "info"))
    return {"label": getattr(record, f"get_{field}_display")(), "kind": kind, "icon": icon}


@register.simple_block_tag
def card(content: str, title: str = "", url: str = "", preline: str = "", icon: str = "", level: int = 3) -> str:
    values = {"content": content, "title": title, "url": url, "preline": preline, "icon": icon, "level": level}
    return render_to_string("components/card.html", values)


@register.inclusion_tag("components/description_list.html")
def description_list(pairs: Iterable[Sequence[Any]]) -> dict[str, Any]:
    rows = ({"term": pair[0], "value": pair[1], "icon": pair[2] if len(pair) > 2 else ""} for pair in pairs)
    return {"rows": [row for row in rows if row["value"] not in (None, "", [])]}


@register.simple_block_tag
def description(content: str, term: str, icon: str = "") -> str:
    return render_to_string("components/description.html", {"value": content, "term": term, "icon": icon})


@register.simple_block_tag(end_name="endempty_state")
def empty_state(content: str, title: str, text: str = "", icon: str = "search", level: int = 2) -> str:
    values = {"content": content, "title": title, "text": text, "icon": icon, "level": level}
    return render_to_string("components/empty_state.html", values)


@register.inclusion_tag("components/progress.html")
def progress(value: int, maximum: int, label: str) -> dict[str, Any]:
    return {"value": value, "maximum": maximum, "label": label}


@register.inclusion_tag("components/stepper.html")
def stepper(steps: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    number = next((index for index, step in enumerate(steps, start=1) if step["state"] == "current"), len(steps))
    return {"steps": steps, "number": number, "total": len(steps), "current": steps[number - 1] if steps else None}


@register.inclusion_tag("components/stat_card.html")
def stat_card(label: str, value: Any, url: str = "", note: str = "", icon: str = "") -> dict[str, Any]:
    return {"label": label, "value": value, "url": url, "note": note, "icon": icon}


@register.inclusion_tag("components/bar_chart.html")
def bar_chart(title: str, rows: Iterable[Sequence[Any]], unit: str = "") -> dict[str, Any]:
    rows = list(rows)
    top = max((row[1] for row in rows), default=0) or 1
    bars = [
        {"label": row[0], "value": row[1], "url": row[2] if len(row) > 2 else "", "width": round(100 * row[1] / top, 1)}
        for row in rows
    ]
    return {"title": title, "bars": bars, "unit": unit}


@register.inclusion_tag("components/tile_map.html")
def tile_map(tiles: Sequence[Mapping[str, Any]], label: str, unit: str = "") -> dict[str, Any]:
    """One equal tile a municipality, roughly where it lies. Read as a list in the order given."""
    columns = max((tile["column"] for tile in tiles), default=0) + 1
    return {"tiles": tiles, "label": label, "unit": unit or _("Angebote"), "columns": columns}


@register.inclusion_tag("components/timeline.html")
def timeline(entries: Iterable[Any]) -> dict[str, Any]:
    return {"entries": entries}


register.simple_tag(diff)


@register.simple_block_tag
def table_region(content: str, label: str) -> str:
    return render_to_string("components/table_region.html", {"content": content, "label": label})


@register.simple_block_tag
def accordion(content: str, title: str, open: bool = False) -> str:
    return render_to_string("components/accordion.html", {"content": content, "title": title, "open": open})
