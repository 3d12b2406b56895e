"""One sanitiser that every write passes, and the plain form that people without an account write."""

from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django import forms
from django.db.models import F, Value
from django.db.models.functions import Concat
from hypothesis import given
from hypothesis import strategies as st

from actors.models import Organisation
from kiportal.common.richtext import BASIC, PlainTextFormField, RichTextFormField, from_text, sanitise, to_text
from tests import factories

EVIL = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href="JaVaScRiPt:alert(1)">x</a>',
    '<a href=" javascript:alert(1)">x</a>',
    '<a href="java\tscript:alert(1)">x</a>',
    '<a href="&#106;avascript:alert(1)">x</a>',
    '<a href="data:text/html;base64,PHNjcmlwdD4=">x</a>',
    '<a href="vbscript:msgbox(1)">x</a>',
    '<a href="file:///etc/passwd">x</a>',
    '<p onclick="alert(1)">x</p>',
    '<p style="background:url(https://evil.example/)">x</p>',
    '<p class="kern-alert" id="main">x</p>',
    '<p title="Anrufen: 0190" lang="xx">x</p>',
    "<iframe src=https://evil.example></iframe>",
    "<object data=x></object><embed src=x>",
    "<form action=https://evil.example><input name=password></form>",
    "<base href=https://evil.example>",
    "<meta http-equiv=refresh content=0>",
    "<link rel=stylesheet href=https://evil.example>",
    "<style>*{display:none}</style>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<!--<img src=x onerror=alert(1)>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<p>a<!--><script>alert(1)</script>-->",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<table><td background=javascript:alert(1)>x</td></table>",
    "<video><source onerror=alert(1)></video>",
    "<details open ontoggle=alert(1)>x</details>",
    "<h1>Größer als die Seite</h1>",
    "<p>unclosed <strong>bold <a href='https://x.example'>link",
]
FRAGMENTS = st.sampled_from(
    [*EVIL, "<p>", "</p>", "<ul><li>", "</li></ul>", "<a href='//x'>", "</a>", "<table>", "a", " "]
)


class Reader(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def assert_clean(html: str) -> None:
    for tag, attributes in Reader(html).found:
        assert tag in BASIC.tags
        assert set(attributes) <= ({"href", "rel"} if tag == "a" else set())
        href = attributes.get("href") or ""
        assert href.startswith(("http://", "https://", "mailto:", "tel:", "#", "/")) or ":" not in href


@pytest.mark.parametrize("html", EVIL)
def test_sanitise_leaves_nothing_that_acts(html: str) -> None:
    assert_clean(sanitise(html))


@given(st.lists(FRAGMENTS, max_size=12).map("".join))
def test_sanitise_of_any_mixture_is_clean_and_stays_as_it_is(html: str) -> None:
    cleaned = sanitise(html)
    assert_clean(cleaned)
    assert sanitise(cleaned) == cleaned


def test_sanitise_keeps_what_the_editor_makes() -> None:
    html = (
        "<h2>Über uns</h2><h3>Ziele</h3><p>Wir <strong>treffen</strong> <em>uns</em><br>hier.</p>"
        "<ul><li><p>eins</p></li></ul><ol><li><p>zwei</p></li></ol>"
    )
    assert sanitise(html) == html


@pytest.mark.parametrize("address", ["https://example.org/a?b=1&amp;c=2", "mailto:ki@example.org", "tel:+492711234"])
def test_sanitise_makes_links_give_nothing_away(address: str) -> None:
    assert sanitise(f'<p><a href="{address}" target="_blank" onclick="x()">mehr</a></p>') == (
        f'<p><a href="{address}" rel="noopener nofollow">mehr</a></p>'
    )


@pytest.mark.parametrize("html", ["", "  ", "<p></p>", "<p><br></p>", "<ul><li></li></ul>", "<p>\u00a0</p>"])
def test_sanitise_of_markup_without_words_is_empty(html: str) -> None:
    assert sanitise(html) == ""


# Every way into the database

DIRTY = '<p onclick="alert(1)">Hallo<script>alert(1)</script></p>'
CLEAN = "<p>Hallo</p>"
FIELDS = {"name": "AWO", "kind": Organisation.Kind.ASSOCIATION}


def by_create() -> None:
    Organisation.objects.create(slug="awo", description=DIRTY, **FIELDS)


def by_save() -> None:
    organisation = factories.make_organisation()
    organisation.description = DIRTY
    organisation.save()
    assert organisation.description == CLEAN, "the instance shows what is stored"


def by_save_of_one_column() -> None:
    organisation = factories.make_organisation()
    organisation.description = DIRTY
    organisation.save(update_fields=["description"])


def by_update() -> None:
    factories.make_organisation()
    Organisation.objects.update(description=DIRTY)


def by_bulk_create() -> None:
    Organisation.objects.bulk_create([Organisation(slug="awo", description=DIRTY, **FIELDS)])


def by_bulk_create_over_existing_rows() -> None:
    organisation = factories.make_organisation()
    twin = Organisation(pk=organisation.pk, slug=organisation.slug, description=DIRTY, **FIELDS)
    Organisation.objects.bulk_create(
        [twin], update_conflicts=True, update_fields=["description"], unique_fields=["slug"]
    )


def by_bulk_update() -> None:
    organisation = factories.make_organisation()
    organisation.description = DIRTY
    Organisation.objects.bulk_update([organisation], ["description"])


def by_get_or_create() -> None:
    Organisation.objects.get_or_create(slug="awo", defaults={"description": DIRTY, **FIELDS})


def by_update_or_create() -> None:
    organisation = factories.make_organisation()
    Organisation.objects.update_or_create(slug=organisation.slug, defaults={"description": DIRTY})


def by_value_expression() -> None:
    factories.make_organisation()
    Organisation.objects.update(description=Value(DIRTY, output_field=Organisation._meta.get_field("description")))


def by_plain_model_form() -> None:
    """As an admin would write it."""
    form_class = forms.modelform_factory(Organisation, fields=["name", "kind", "description"])
    form = form_class({"description": DIRTY, **FIELDS}, instance=Organisation(slug="awo"))
    assert form.is_valid(), form.errors
    form.save()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "write",
    [
        by_create,
        by_save,
        by_save_of_one_column,
        by_update,
        by_bulk_create,
        by_bulk_create_over_existing_rows,
        by_bulk_update,
        by_get_or_create,
        by_update_or_create,
        by_value_expression,
        by_plain_model_form,
    ],
)
def test_every_write_is_sanitised(write: Callable[[], None]) -> None:
    write()
    assert Organisation.objects.values_list("description", flat=True).get() == CLEAN


@pytest.mark.django_db
def test_expressions_over_stored_columns_can_only_join_what_is_clean() -> None:
    factories.make_organisation(description=DIRTY, internal_note="<b>")
    Organisation.objects.update(description=Concat(F("description"), F("description")))
    assert Organisation.objects.get().description == CLEAN * 2


def test_editor_field_cleans_what_it_gets() -> None:
    assert RichTextFormField().clean(DIRTY) == CLEAN


# The plain form


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Eins", "<p>Eins</p>"),
        ("Eins\r\nzwei", "<p>Eins<br>zwei</p>"),
        ("Eins\n\n\n\nzwei", "<p>Eins</p><p>zwei</p>"),
        ("Mitbringen:\n- Stift\n* Heft\n• Mut", "<p>Mitbringen:</p><ul><li>Stift</li><li>Heft</li><li>Mut</li></ul>"),
        ("  - eingerückt", "<ul><li>eingerückt</li></ul>"),
        ("a < b & <script>", "<p>a &lt; b &amp; &lt;script&gt;</p>"),
        (
            "Siehe https://example.org/a?b=1&c=2.",
            (
                '<p>Siehe <a href="https://example.org/a?b=1&amp;c=2" rel="noopener nofollow">'
                "https://example.org/a?b=1&amp;c=2</a>.</p>"
            ),
        ),
        (
            "<https://example.org>",
            '<p>&lt;<a href="https://example.org" rel="noopener nofollow">https://example.org</a>&gt;</p>',
        ),
        (
            "(https://example.org)",
            '<p>(<a href="https://example.org" rel="noopener nofollow">https://example.org</a>)</p>',
        ),
        (" \n\n ", ""),
    ],
)
def test_from_text_makes_paragraphs_lists_and_links(text: str, html: str) -> None:
    assert from_text(text) == html


def test_from_text_never_links_to_another_scheme() -> None:
    assert "<a" not in from_text("javascript:alert(1) und ftp://example.org")


PIECES = st.sampled_from(
    [
        "Wort",
        "- ",
        "* ",
        "• ",
        "-",
        "\n",
        "\n\n",
        "\r\n",
        " ",
        "\t",
        "<b>",
        "<",
        ">",
        "&",
        "&amp;",
        '"',
        "'",
        ").",
        "1. ",
        "https://example.org",
        "<https://example.org>",
        "http://a.example?b=c&d=e",
        "</p>",
        "<br>",
        "<li>",
        "\xa0",
    ]
)
# A form refuses NUL before anything reads the text (ProhibitNullCharactersValidator).
CHARACTERS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(st.one_of(st.lists(PIECES).map("".join), CHARACTERS))
def test_text_survives_the_way_to_html_and_back(text: str) -> None:
    html = from_text(text)
    shown = to_text(html)
    assert sanitise(html) == html
    assert from_text(shown) == html
    assert to_text(from_text(shown)) == shown


@given(st.one_of(st.lists(PIECES).map("".join), CHARACTERS))
def test_from_text_loses_no_word(text: str) -> None:
    def words(value: str) -> list[str]:
        return [word for word in value.split() if word not in {"-", "*", "•"}]

    assert words(to_text(from_text(text))) == words(text)


class TextForm(forms.Form):
    description = PlainTextFormField(required=False)


STORED = "<h2>Ziele</h2><p>Wir <strong>üben</strong>.</p><ol><li><p>eins</p></li></ol>"


def test_plain_field_shows_stored_html_as_text() -> None:
    field = TextForm(initial={"description": STORED})["description"]
    assert field.value() == "Ziele\n\nWir üben.\n\n- eins"
    assert "Wir üben." in str(field)


def test_plain_field_that_comes_back_unchanged_keeps_the_formatting() -> None:
    form = TextForm({"description": "Ziele\r\n\r\nWir üben.\r\n\r\n- eins"}, initial={"description": STORED})
    assert form.is_valid()
    assert form.cleaned_data == {"description": STORED}
    assert not form.has_changed()


def test_plain_field_that_changed_gives_what_was_typed() -> None:
    form = TextForm({"description": "Wir üben täglich."}, initial={"description": STORED})
    assert form.is_valid()
    assert form.cleaned_data == {"description": "<p>Wir üben täglich.</p>"}
    assert form.has_changed()


def test_plain_field_emptied_is_empty() -> None:
    form = TextForm({"description": " "}, initial={"description": STORED})
    assert form.is_valid()
    assert form.cleaned_data == {"description": ""}


@pytest.mark.parametrize("typed", ["<3 Musik", "<b>fett</b>", "- Liste\n\n\nEnde"])
def test_plain_field_gives_back_what_was_typed(typed: str) -> None:
    assert TextForm({"description": typed})["description"].value() == typed


def test_plain_field_required_says_so_with_the_words_of_django() -> None:
    class Required(forms.Form):
        description = PlainTextFormField()

    assert list(Required({"description": "  "}).errors) == ["description"]


def test_document_as_text_keeps_tables_footnotes_and_pictures_readable() -> None:
    html = (
        '<p>Plätze<span class="fn">Stand <span lang="uk">березень</span> 2025</span> reichen nicht.</p>'
        "<table><caption>Plätze</caption><tbody><tr><th>Ort</th><th><p>Zahl</p></th></tr>"
        "<tr><td><p>Siegen</p></td><td><p>3</p></td></tr></tbody></table>"
        '<figure><img src="/x/" alt="Karte" width="4"><figcaption>Der Kreis</figcaption></figure>'
        "<blockquote><p>Zitat</p></blockquote>"
    )
    assert to_text(html) == (
        "Plätze [Fußnote: Stand березень 2025] reichen nicht.\n\nPlätze\n\nOrt | Zahl\nSiegen | 3\n\n"
        "[Bild: Karte]\n\nDer Kreis\n\nZitat"
    )
