"""Building blocks and forms: labels, descriptions, links of the summary, escaping. Needs no database."""

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import resolve
from django.utils import translation

from kiportal.common import icons, widgets
from kiportal.common.models import Centre
from kiportal.common.richtext import PlainTextFormField
from kiportal.common.templatetags import ui

TOPICS = Path(settings.BASE_DIR) / "kiportal" / "pages" / "data" / "reference" / "topics.json"
EVIL = '<script>alert("x")</script>'


class SampleForm(forms.Form):
    name = forms.CharField(label="Name?", help_text="Wie im Ausweis")
    note = forms.CharField(label="Bemerkung", required=False, max_length=300, widget=forms.Textarea)
    place = forms.ChoiceField(label="Ort", choices=[("a", "Alpen"), ("b", "Borken")], widget=forms.RadioSelect)
    topics = forms.MultipleChoiceField(label="Themen", choices=[("x", "Xanten")], widget=widgets.CheckboxFilter)
    day = forms.DateField(label="Tag", required=False, widget=widgets.DateInput)
    agreed = forms.BooleanField(label="Ich bin einverstanden.")
    trap = forms.CharField(label="Leer", required=False, widget=forms.TextInput(attrs={"data-trap": ""}))
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


def render(source: str, **values: Any) -> str:
    request = RequestFactory().get(values.pop("path", "/"))
    return Template("{% load ui %}" + source).render(Context({"request": request, **values}))


def tag_of(html: str, pattern: str) -> str:
    """The opening tag that fits the pattern."""
    found = re.search(rf"<[a-z][^>]*{pattern}[^>]*>", html)
    assert found, f"{pattern} not in {html}"
    return found[0]


# Icons


def test_icon_is_decorative_without_label() -> None:
    assert 'aria-hidden="true"' in icons.icon("search")


def test_icon_with_label_is_an_image_and_escaped() -> None:
    html = icons.icon("search", label=EVIL)
    assert 'role="img"' in html
    assert "<script" not in html


def test_icon_unknown_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        icons.icon("no-such-icon")


def test_pictogram_exists_for_every_topic() -> None:
    drawings = {item["slug"]: icons.pictogram(item["slug"]) for item in json.loads(TOPICS.read_text(encoding="utf-8"))}
    assert len(set(drawings.values())) == len(drawings) == 32


@pytest.mark.parametrize("slug", ["new-topic", "../ui/search", ""])
def test_pictogram_unknown_is_the_neutral_one(slug: str) -> None:
    assert icons.pictogram(slug) == icons.pictogram(icons.FALLBACK_PICTOGRAM)


# Finding one's way


def test_breadcrumb_ends_with_this_page() -> None:
    html = render('{% breadcrumb "Angebote" "/angebote/" title %}', title=EVIL)
    assert re.findall(r'href="([^"]*)"', html) == ["/", "/angebote/"]
    assert "<script" not in html
    assert html.count("aria-current") == 1


def test_pagination_keeps_the_query() -> None:
    page = Paginator(range(100), 10).page(2)
    html = render("{% pagination page %}", page=page, path="/angebote/?q=a&thema=x&thema=y&seite=2")
    assert 'href="?q=a&amp;thema=x&amp;thema=y&amp;seite=3" rel="next"' in html
    assert 'href="?q=a&amp;thema=x&amp;thema=y" rel="prev"' in html
    assert html.count('aria-current="page"') == 1


def test_pagination_of_one_page_is_empty() -> None:
    assert render("{% pagination page %}", page=Paginator(range(3), 10).page(1)).strip() == ""


def test_facet_shows_rest_when_chosen_there() -> None:
    options = [{"value": str(n), "label": f"Nr. {n}", "count": n, "selected": n == 9} for n in range(10)]
    html = render('{% facet "thema" "Thema" options %}', options=options)
    assert '<details class="facet" open>' in html
    assert '<details class="facet__more" open>' in html
    assert html.count(" checked") == 1
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids)) == 10


def test_facet_without_options_is_left_out() -> None:
    assert render('{% facet "thema" "Thema" options %}', options=[]).strip() == ""


def test_chips_remove_one_filter_each() -> None:
    html = render('{% chips items "Filter" %}', items=[{"label": EVIL, "url": "?q=a", "name": "Ort"}])
    assert 'href="?q=a"' in html
    assert "<script" not in html


@pytest.mark.parametrize(
    ("code", "direction"), [("de", "ltr"), ("ar", "rtl"), ("ps", "rtl"), ("prs", "rtl"), ("en", "ltr")]
)
def test_direction_of_language(code: str, direction: str) -> None:
    assert ui.direction_of(code) == direction


def test_language_links_name_languages_by_themselves() -> None:
    request = RequestFactory().get("/angebote/?q=a")
    request.resolver_match = resolve("/angebote/")
    links = ui.language_links(Context({"request": request}))
    assert {link["code"]: link["name"] for link in links}.items() >= {"de": "Deutsch", "en": "English"}.items()
    assert [link["code"] for link in links if link["current"]] == ["de"]
    assert {link["code"]: link["url"] for link in links} == {"de": "/angebote/?q=a", "en": "/en/angebote/?q=a"}


def test_language_links_of_no_page_lead_to_the_start_page() -> None:
    links = ui.language_links(Context({"request": RequestFactory().get("/gibt-es-nicht/ä/?q=a")}))
    assert {link["code"]: link["url"] for link in links} == {"de": "/gibt-es-nicht/%C3%A4/?q=a", "en": "/en/"}


def test_site_url_carries_the_language() -> None:
    with translation.override("en"):
        assert ui.site_url("/angebote/") == "/en/angebote/"
    with translation.override("de"):
        assert ui.site_url("/angebote/") == "/angebote/"


def test_phone_link_drops_what_is_for_eyes() -> None:
    assert ui.phone_link("+49 (0)271 / 333-0") == "+492713330"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Kommunales Integrationszentrum Kreis Borken", "Kommunales Integrationszentrum"),
        ("Integrationszentrum", "Integrationszentrum"),
        ("Kreis Borken", "Kreis Borken"),
    ],
)
def test_name_without_county(name: str, shown: str) -> None:
    assert ui.without_county(Centre(name=name, county_name="Kreis Borken")) == shown


# Telling


def test_button_attributes_are_escaped() -> None:
    html = render('{% button "Weiter" name="verb" value=value %}', value='"><b>')
    assert 'name="verb"' in html
    assert "<b>" not in html


def test_status_badge_names_the_status() -> None:
    record = SimpleNamespace(status="published", get_status_display=lambda: "Veröffentlicht")
    html = render("{% status_badge record %}", record=record)
    assert "kern-badge--success" in html
    assert "Veröffentlicht" in html


def test_status_badge_of_unknown_status_is_neutral() -> None:
    record = SimpleNamespace(state="new-state", get_state_display=lambda: "Neu")
    assert "kern-badge--neutral" in render('{% status_badge record "state" %}', record=record)


def test_alert_escapes_its_title_and_keeps_its_block() -> None:
    html = render('{% alert "warning" title=title %}<p>Text {{ title }}</p>{% endalert %}', title=EVIL)
    assert "<p>Text" in html
    assert "<script" not in html


def test_description_list_leaves_out_empty_rows() -> None:
    html = render("{% description_list pairs %}", pairs=[("Wann", "Montag"), ("Wo", ""), ("Plätze", 0)])
    assert re.findall(r"<dt>([^<]*)</dt>", html) == ["Wann", "Plätze"]


def test_stepper_counts_and_marks_the_current_step() -> None:
    steps = [
        {"label": "Eins", "url": "/1", "state": "done"},
        {"label": "Zwei", "url": "/2", "state": "current"},
        {"label": "Drei", "url": None, "state": "open"},
    ]
    html = render("{% stepper steps %}", steps=steps)
    assert "Schritt 2 von 3" in html
    assert html.count('aria-current="step"') == 1
    assert re.findall(r'href="([^"]*)"', html) == ["/1"]


def test_bar_chart_is_a_table_in_any_language() -> None:
    with translation.override("de"):
        html = render('{% bar_chart "Themen" rows "Angebote" %}', rows=[("Kita", 3), ("Schule", 7)])
    assert 'width="42.9"' in html
    assert html.count('scope="row"') == 2


def test_bar_chart_of_zeros_draws_nothing() -> None:
    assert 'rect width="0.0"' in render('{% bar_chart "Themen" rows %}', rows=[("Kita", 0)])


def test_tile_map_reads_as_a_list_of_links() -> None:
    tiles = [
        {"label": "Alpen", "count": 3, "url": "?kommune=alpen", "selected": True, "column": 1, "row": 2},
        {"label": "Xanten", "count": 0, "url": "?kommune=xanten", "selected": False, "column": 3, "row": 1},
    ]
    html = render('{% tile_map tiles "Kommunen" unit="Angebote" %}', tiles=tiles)
    assert "tile-map--4" in html
    assert html.count('aria-current="true"') == 1
    assert html.count("<li") == html.count("<a ") == 2
    assert "tile-map__place--c3 tile-map__place--r1" in html


def test_diff_marks_words_and_escapes_them() -> None:
    html = ui.diff("dienstags um zehn", f"mittwochs um {EVIL}")
    plain = re.sub(r'<span class="kern-sr-only">[^<]*</span>', "", html)
    assert "<del>dienstags</del><ins>mittwochs</ins> um " in plain
    assert "<script" not in html


def test_diff_of_numbers_and_rewritten_texts_keeps_each_as_a_whole() -> None:
    html = ui.diff("0221 4710-149", "0271 999999")
    assert html.count("<del>") == html.count("<ins>") == 1
    html = ui.diff("Wir treffen uns jeden Montag im Café", "Das Angebot findet nun mittwochs statt")
    assert html.count("<del>") == 1


def test_diff_of_equal_texts_marks_nothing() -> None:
    assert ui.diff("gleich  geblieben", "gleich  geblieben") == '<p class="diff">gleich  geblieben</p>'


# Forms


def test_form_labels_every_visible_field() -> None:
    html = str(SampleForm())
    labelled = set(re.findall(r'<label[^>]* for="([^"]+)"', html))
    visible = set(re.findall(r'<(?:input(?! type="hidden")|select|textarea)[^>]* id="([^"]+)"', html))
    assert visible == labelled


def test_form_marks_optional_fields_only() -> None:
    html = str(SampleForm())
    assert html.count("freiwillig") == 2
    assert "freiwillig" in html[html.index("Bemerkung") : html.index("<textarea")]


def test_form_mark_can_be_switched_off() -> None:
    class Filter(SampleForm):
        mark_optional = False

    assert "freiwillig" not in str(Filter())


def test_field_points_to_hint_and_error() -> None:
    html = str(SampleForm({}))
    name = tag_of(html, 'name="name"')
    assert 'aria-describedby="id_name_helptext id_name_error"' in name
    assert 'aria-invalid="true"' in name
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html


def test_radio_group_names_its_error_on_the_fieldset() -> None:
    html = str(SampleForm({}))
    assert 'aria-describedby="id_place_error"' in tag_of(html, "fieldset.*id_place_error")
    assert "aria-invalid" not in tag_of(html, 'id="id_place_0"')


def test_summary_links_lead_to_controls() -> None:
    form = SampleForm({})
    html = str(form)
    targets = re.findall(r'<a href="#([^"]+)"', html)
    assert targets == ["id_name", "id_place_0", "id_topics_0", "id_agreed"]
    assert all(f'id="{target}"' in html for target in targets)
    assert "Name: " in html
    assert "Ich bin einverstanden: " in html


def test_summary_lists_errors_of_the_whole_form() -> None:
    form = SampleForm({})
    form.add_error(None, "Bitte warten Sie.")
    form.add_error("secret", "fehlt")
    summary = str(form)[: str(form).index("</ul>")]
    assert 'role="alert"' in summary
    assert "<li>Bitte warten Sie.</li>" in summary
    assert "fehlt" in summary


def test_form_without_errors_has_no_summary() -> None:
    assert 'role="alert"' not in str(SampleForm())


def test_form_keeps_and_escapes_what_was_typed() -> None:
    html = str(SampleForm({"name": EVIL, "note": EVIL, "place": "b"}))
    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 2
    assert "checked" in tag_of(html, 'value="b"')


def test_long_text_counts_its_characters() -> None:
    html = str(SampleForm())
    assert 'data-counter="id_note"' in html
    assert "Höchstens 300 Zeichen" in html


def test_date_field_is_native_and_iso() -> None:
    day = tag_of(str(SampleForm(initial={"day": "2026-11-22"})), 'name="day"')
    assert 'type="date"' in day
    assert 'value="2026-11-22"' in day


def test_trap_is_out_of_sight_for_everybody() -> None:
    html = str(SampleForm())
    assert '<div class="form-trap" aria-hidden="true">' in html


def test_fieldsets_order_fields_and_keep_the_rest() -> None:
    class Grouped(SampleForm):
        fieldsets = [("Wann", [("day", "note")], "Hinweis"), ("Wer", ["name", "gone"])]

    form = Grouped()
    groups = ui.field_groups(form)
    assert [(group.legend, [[field.name for field in row] for row in group.rows]) for group in groups] == [
        ("Wann", [["day", "note"]]),
        ("Wer", [["name"]]),
        ("", [["place"], ["topics"], ["agreed"], ["trap"]]),
    ]
    assert str(form).count('type="hidden"') == 1


def test_ui_form_carries_token_and_buttons() -> None:
    html = render('{% ui_form form submit="Senden" cancel_url="/zurueck/" %}{% endui_form %}', form=SampleForm())
    assert "novalidate" in html
    assert "csrfmiddlewaretoken" in html
    assert "Senden" in html
    assert 'href="/zurueck/"' in html


def test_ui_form_with_file_is_multipart() -> None:
    class Upload(forms.Form):
        file = forms.FileField(label="Datei")

    assert 'enctype="multipart/form-data"' in render(
        '{% ui_form form submit="Senden" %}{% endui_form %}', form=Upload()
    )


def test_message_of_an_empty_field_says_what_to_do() -> None:
    with translation.override("de"):
        assert SampleForm({}).errors["name"] == ["Bitte füllen Sie dieses Feld aus."]


# Pages that must stand alone: a query would fail here, these tests ask for no database


@pytest.mark.parametrize("code", [500, 503])
def test_outage_page_needs_neither_request_nor_database(code: int) -> None:
    html = render_to_string(f"{code}.html", {"reference": "ab12cd34ef"})
    assert "ab12cd34ef" in html
    assert "<h1>" in html
    assert 'lang="de"' in html


def test_plain_text_field_looks_like_the_others() -> None:
    class Story(forms.Form):
        text = PlainTextFormField(label="Text", help_text="Leerzeile = Absatz")

    assert "kern-form-input__input" in tag_of(str(Story()), 'name="text"')
