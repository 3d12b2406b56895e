"""What two versions say differently: nothing is lost, nothing goes unmarked, sections are found again."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.utils.html import strip_tags
from hypothesis import given, settings
from hypothesis import strategies as st

from concepts import changes
from concepts.comparison import Fold, compare
from concepts.comparison.showing import Shown
from concepts.comparison.texts import compare as compare_texts
from concepts.comparison.texts import compare_words, is_marked, side
from concepts.models import ConceptVersion, Section
from concepts.templatetags.concepts import change_counts, change_words
from kiportal.common.models import Centre
from kiportal.common.richtext import DOCUMENT, sanitise, to_text
from tests.concepts.factories import freeze, make_concept, make_measure, make_section

# Bodies as they are stored: few words, so that two of them have some in common.

UUID = "0a1b2c3d-0000-4000-8000-000000000001"
word = st.sampled_from(
    ["Der", "Kreis", "fördert", "Sprache,", "und", "Bildung.", "KI", "50.000,00", "&lt;b&gt;", "كتاب"]
)
words = st.lists(word, min_size=1, max_size=7).map(" ".join)


def tagged(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        inner.map("<strong>{}</strong>".format),
        inner.map('<span lang="ar" dir="rtl">{}</span>'.format),
        inner.map(f'<a href="#section:{UUID}">{{}}</a>'.format),
    )


strong = words.map("<strong>{}</strong>".format)
citation = st.sampled_from(["Quelle", "S. 12", "S. 14"]).map(f'<a href="#quelle:{UUID}">{{}}</a>'.format)
note = st.one_of(words, strong).map('<span class="fn">{}</span>'.format)
inline = st.lists(
    st.one_of(
        words,
        tagged(st.one_of(words, note)),
        tagged(strong),
        note,
        citation,
        citation.map('<span class="fn">{}</span>'.format),
        st.just("<br>"),
    ),
    min_size=1,
    max_size=4,
).map(" ".join)
picture = st.sampled_from("12").map(
    lambda digit: f'<img src="/konzepte/bilder/{UUID[:-1]}{digit}/" alt="Bild {digit}">'
)


def rows(cells: list[list[str]]) -> str:
    return "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in cells)


def table(width: int) -> st.SearchStrategy[str]:
    row = st.lists(inline, min_size=width, max_size=width)
    return st.lists(row, min_size=1, max_size=4).map(lambda cells: f"<table><tbody>{rows(cells)}</tbody></table>")


def lists(item: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    items = st.lists(item.map("<li>{}</li>".format), min_size=1, max_size=4).map("".join)
    return st.builds("<{0}>{1}</{0}>".format, st.sampled_from(["ul", "ol"]), items)


paragraph = inline.map("<p>{}</p>".format)
block = st.one_of(
    paragraph,
    inline.map("<h3>{}</h3>".format),
    lists(paragraph),
    lists(st.builds("{}{}".format, paragraph, lists(inline))),
    st.integers(1, 3).flatmap(table),
    st.builds("<figure>{}<figcaption>{}</figcaption></figure>".format, picture, inline),
    paragraph.map("<blockquote>{}</blockquote>".format),
)
body = st.lists(block, max_size=5).map(lambda blocks: sanitise("".join(blocks), DOCUMENT))
# Whatever somebody pastes, once it is stored.
soup = st.text("ab <>/=\"'ptdrlihu", max_size=60).map(lambda text: sanitise(text, DOCUMENT))


def merged(old: str, new: str) -> str:
    return "".join(piece.html for piece in compare_texts(old, new))


def read(body: str) -> str:
    """With one space where there is white space, and none at the end of a footnote."""
    unmarked = re.sub(r' data-change="\w+"', "", body)
    return " ".join(to_text(unmarked).split()).replace(" ]", "]")


@settings(max_examples=150, deadline=None)
@given(body, body)
def test_without_what_was_put_in_it_is_the_old_text_and_without_what_was_taken_out_the_new(old: str, new: str) -> None:
    both = merged(old, new)
    assert read(side(both, "ins")) == read(old)
    assert read(side(both, "del")) == read(new)
    assert (read(old) == read(new)) or is_marked(both)
    assert is_marked(merged(old, old)) is False


@settings(deadline=None)
@given(st.one_of(soup, body), soup)
def test_law_holds_for_whatever_is_stored(old: str, new: str) -> None:
    both = merged(old, new)
    for text, without in ((old, "ins"), (new, "del")):
        assert "".join(strip_tags(side(both, without)).split()) == "".join(strip_tags(text).split())


def test_words_that_stay_are_not_marked() -> None:
    assert merged(
        "<p>Das KI berät Kitas und Schulen.</p>", "<p>Das KI berät Kitas, Schulen und Vereine.</p>"
    ).startswith("<p>Das KI berät ")
    assert compare_words("Ziele und Wege", "Ziele und neue Wege") == "Ziele und <ins>neue </ins>Wege"
    # Written anew: the old as a whole before the new.
    assert merged("<p>Eins zwei drei</p>", "<p>Ganz anders hier</p>") == (
        '<p data-change="del"><del>Eins zwei drei</del></p><p data-change="ins"><ins>Ganz anders hier</ins></p>'
    )


def test_column_and_row_of_a_table_are_told_from_changed_cells() -> None:
    old = (
        "<table><tbody><tr><th>Kommune</th><th>Plätze</th></tr><tr><td>Musterstadt</td><td>12</td></tr></tbody></table>"
    )
    new = (
        "<table><tbody><tr><th>Kommune</th><th>Träger</th><th>Plätze</th></tr>"
        "<tr><td>Musterstadt</td><td>AWO</td><td>14</td></tr><tr><td>Beispielheim</td><td>DRK</td><td>9</td></tr>"
        "</tbody></table>"
    )
    assert merged(old, new) == (
        '<table><tbody><tr><th>Kommune</th><th data-change="ins"><ins>Träger</ins></th><th>Plätze</th></tr>'
        '<tr><td>Musterstadt</td><td data-change="ins"><ins>AWO</ins></td><td><del>12</del><ins>14</ins></td></tr>'
        '<tr data-change="ins"><td><ins>Beispielheim</ins></td><td data-change="ins"><ins>DRK</ins></td>'
        "<td><ins>9</ins></td></tr></tbody></table>"
    )


def test_what_nobody_sees_is_no_change() -> None:
    table = (
        '<table><thead><tr><th scope="col">A</th><th scope="col">B</th></tr></thead>'
        '<tbody><tr><th scope="row">1</th><td></td></tr></tbody></table>'
    )
    same_table = (
        "<table><tbody><tr><th><p>A</p></th><th><p>B</p></th></tr>"
        "<tr><th><p>1</p></th><td><p></p></td></tr></tbody></table>"
    )
    link = '<p><a href="https://kreis.de" rel="noopener nofollow">Kreis</a></p>'
    for old, new in ((table, same_table), (link, link.replace(' rel="noopener nofollow"', ""))):
        assert [piece.kind for piece in compare_texts(old, new)] == ["same"]


def test_changed_cell_is_all_that_is_marked_in_a_table_with_another_head() -> None:
    old = '<table><thead><tr><th scope="col">Ort</th></tr></thead><tbody><tr><td>Stadt Ahaus</td></tr></tbody></table>'
    new = "<table><tbody><tr><th><p>Ort</p></th></tr><tr><td><p>Stadt Borken</p></td></tr></tbody></table>"
    assert merged(old, new) == (
        "<table><tbody><tr><th>Ort</th></tr><tr><td>Stadt <del>Ahaus</del><ins>Borken</ins></td></tr></tbody></table>"
    )


def test_footnote_picture_and_language_are_compared() -> None:
    arabic = '<span lang="ar" dir="rtl">كتاب</span>'
    old = f'<p>Nach dem Erlass<span class="fn">Erlass vom 25.06.2012</span> heißt es {arabic}.</p>'
    new = old.replace("25.06.2012", "01.01.2022").replace("<p>Nach", "<p>Auch nach")
    both = merged(old, new)
    assert '<span class="fn">Erlass vom <del>25.06.2012</del><ins>01.01.2022</ins></span>' in both
    assert '<span dir="rtl" lang="ar">كتاب</span>' in both
    shown = [
        f'<figure><img src="/konzepte/bilder/{UUID[:-1]}{n}/" alt="Bild {n}"><figcaption>Plätze</figcaption></figure>'
        for n in (1, 2)
    ]
    assert merged(*shown) == (
        f'<figure><del><img alt="Bild 1" src="/konzepte/bilder/{UUID[:-1]}1/"></del>'
        f'<ins><img alt="Bild 2" src="/konzepte/bilder/{UUID[:-1]}2/"></ins><figcaption>Plätze</figcaption></figure>'
    )


# Versions


@pytest.fixture
def two(db: None, centre: Centre) -> tuple[ConceptVersion, ConceptVersion]:
    """Between them a section was rewritten, one renamed, one moved, one deleted, one added."""
    old = make_concept("Zusammen leben")
    first = make_section(old, "Ausgangslage", body="<p>Der Kreis wächst seit Jahren.</p>")
    make_section(old, "Menschen", parent=first)
    moves = make_section(old, "Sprache", parent=first, body="<p>Deutsch lernen.</p>")
    gone = make_section(old, "Weg damit", body="<p>Überholt.</p>")
    make_section(old, "Ausblick", body=f"<p>Mehr dazu in <a href='#section:{moves.uuid}'>Kapitel</a>.</p>")
    make_section(old, "Schluss")
    freeze(old)
    new = changes.copy_version(old)
    sections = {section.title: section for section in new.sections.all()}
    sections["Ausgangslage"].body = "<p>Der Kreis wächst seit vielen Jahren.</p>"
    sections["Ausgangslage"].save()
    sections["Menschen"].title = "Menschen im Kreis"
    sections["Menschen"].save()
    changes.delete_section(Section.objects.get(version=new, uuid=gone.uuid))
    changes.add_section(new, parent=None, title="Neu hier", body="<p>Frisch.</p>")
    changes.move_section(sections["Sprache"], parent=new.sections.get(title="Neu hier"), position=0)
    return old, new


def test_sections_are_found_again(two: tuple[ConceptVersion, ConceptVersion]) -> None:
    found = compare(*two)
    assert [(change.number, change.title, change.kinds) for change in found.changes] == [
        ("1", "Ausgangslage", ["changed"]),
        ("1.1", "Menschen im Kreis", ["renamed"]),
        ("2", "Weg damit", ["removed"]),
        ("4", "Neu hier", ["new"]),
        ("4.1", "Sprache", ["moved"]),
    ]
    assert found.counts == {"changed": 2, "new": 1, "removed": 1, "moved": 1, "untouched": 2}
    assert change_words(found.changes[-1]) == "verschoben von 1.2 nach 4.1"
    assert change_counts(found.counts) == "2 Abschnitte geändert, 1 neu, 1 gestrichen, 1 verschoben, 2 unverändert"
    folds = [group for group in found.groups() if isinstance(group, Fold)]
    assert [[each.title for each in fold.sections] for fold in folds] == [
        ["Deckblatt und Handlungsfelder"],
        ["Ausblick", "Schluss"],
    ]
    assert [each.former_number for each in folds[1].sections] == ["3", "4"]


def test_section_that_only_took_another_number_has_not_moved(two: tuple[ConceptVersion, ConceptVersion]) -> None:
    _old, new = two
    changes.move_section(new.sections.get(title="Neu hier"), parent=None, position=0)
    moved = [change.title for change in compare(*two).changes if change.is_moved]
    assert moved == ["Sprache"]


def test_section_with_a_new_uuid_is_found_by_its_title(two: tuple[ConceptVersion, ConceptVersion]) -> None:
    _old, new = two
    Section.objects.filter(version=new, title="Schluss").update(uuid=uuid4())
    assert "Schluss" not in [change.title for change in compare(*two).changes]


def test_reference_is_numbered_as_its_side_numbers_it(two: tuple[ConceptVersion, ConceptVersion]) -> None:
    old, new = two
    target = old.sections.get(title="Sprache").uuid
    last = new.sections.get(title="Ausblick")
    last.body = f"<p>Mehr dazu in <a href='#section:{target}'>Kapitel</a>. Das ist alles.</p>"
    last.save()
    found = compare(old, new)
    [change] = [change for change in found.changes if change.title == "Ausblick"]
    html = Shown(found).change(change)
    assert f'<a href="#abschnitt-{target}" class="xref">Kapitel\u00a04.1</a>' in html.replace("&nbsp;", "\u00a0")
    [(left, right)] = Shown(found).rows(change)
    assert "1.2" in left
    assert "4.1" in right


def test_reference_is_one_piece_whatever_number_its_words_have_kept(centre: Centre) -> None:
    old = make_concept()
    chapter, preface = make_section(old, "Sprache"), make_section(old, "Vorwort", is_numbered=False)
    make_section(old, "Ausblick", body=_siehe(chapter, "Kapitel 9.2", preface, "„Vorwort“", "die Sprache"))
    freeze(old)
    new = changes.copy_version(old)
    changes.move_section(new.sections.get(title="Ausblick"), parent=None, position=0)
    section = new.sections.get(title="Ausblick")

    def compared(chapters: str, prefaces: str, words: str) -> Shown:
        section.body = _siehe(chapter, chapters, preface, prefaces, words)
        section.save()
        return Shown(compare(old, new))

    assert compared("Kapitel", "Kapitel", "die Sprache").comparison.entries[1].pieces[0].kind == "same"
    shown = compared("Kapitel", "Kapitel", "die Sprachen")
    text = strip_tags(shown.change(shown.comparison.entries[1])).replace("\u00a0", " ")
    assert text == (
        "Siehe Kapitel 2, „Vorwort“ und gestrichen: die Sprache (Kapitel 1) (Ende) "
        "eingefügt: die Sprachen (Kapitel 2) (Ende) ."
    )


def _siehe(chapter: Section, chapters: str, preface: Section, prefaces: str, words: str) -> str:
    links = [(chapter, chapters), (preface, prefaces), (chapter, words)]
    first, second, third = (f'<a href="#section:{section.uuid}">{text}</a>' for section, text in links)
    return f"<p>Siehe {first}, {second} und {third}.</p>"


def test_marks_are_told_in_words(two: tuple[ConceptVersion, ConceptVersion]) -> None:
    found = compare(*two)
    [change] = [change for change in found.changes if change.title == "Ausgangslage"]
    assert Shown(found).change(change) == (
        '<p>Der Kreis wächst seit <ins><span class="kern-sr-only">eingefügt: </span>vielen '
        '<span class="kern-sr-only"> (Ende) </span></ins>Jahren.</p>'
    )


def test_cover_and_measures_are_compared(two: tuple[ConceptVersion, ConceptVersion]) -> None:
    old, new = two
    area = changes.add_action_area(new, title="Bildung", strand="bildung")
    make_measure("Willkommensmappe", action_area=area.uuid, status="selected")
    new.subtitle, new.shows_measures = "Fortschreibung", True
    new.save()
    found = compare(old, new)
    cover, measures = found.changes[0], found.changes[-1]
    assert [cover.anchor, measures.anchor] == ["deckblatt", "massnahmen"]
    assert "<ins>Fortschreibung</ins>" in "".join(piece.html for piece in cover.pieces)
    assert "Bildung (Säule Integration durch Bildung)" in "".join(piece.html for piece in cover.pieces)
    assert "Nr. 1 Willkommensmappe" in "".join(piece.html for piece in measures.pieces)


def test_comparing_asks_the_database_as_often_for_many_sections(
    two: tuple[ConceptVersion, ConceptVersion], django_assert_num_queries: Any
) -> None:
    old, new = two
    for number in range(30):
        make_section(new, f"Abschnitt {number}")
    with django_assert_num_queries(6):
        list(compare(old, new).groups())
