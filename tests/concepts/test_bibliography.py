"""Sources as German bibliographies write them: short in the text, whole in the list, in German order."""

from datetime import date
from typing import Any

import pytest

from concepts.bibliography import Bibliography, Entry, name_in_text
from concepts.models import Source
from kiportal.common.text import sort_key


def source(number: int = 1, **values: Any) -> Source:
    return Source(pk=number, **({"title": "Bericht"} | values))


def bibliography(*sources: Source, cited: bool = True) -> Bibliography:
    return Bibliography(sources, {each.uuid: {1} for each in sources} if cited else {})


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"author": "Krämer, Julia"}, "Krämer"),
        ({"author": "von der Heide, Anna; Yılmaz, Emre"}, "von der Heide/Yılmaz"),
        ({"author": "Krämer, Julia; Yılmaz, Emre; Öz, Ali"}, "Krämer u. a."),
        ({"author": "Krämer, Julia (Hrsg.)"}, "Krämer"),
        (
            {"author": "Ministerium für Arbeit, Gesundheit und Soziales"},
            "Ministerium für Arbeit, Gesundheit und Soziales",
        ),
        ({"author": "Information und Technik Nordrhein-Westfalen", "short_name": "IT.NRW"}, "IT.NRW"),
        ({"title": "Wie Kinder mehrsprachig aufwachsen und lernen"}, "Wie Kinder mehrsprachig aufwachsen und …"),
    ],
)
def test_name_in_the_text(values: dict[str, str], name: str) -> None:
    assert name_in_text(source(**values)) == name


@pytest.mark.parametrize(
    ("values", "label", "entry"),
    [
        (
            {"short_name": "IT.NRW", "author": "Information und Technik", "title": "Bevölkerung", "year": "2024"}
            | {"published_in": "Düsseldorf", "url": "https://www.it.nrw/x", "accessed_on": date(2026, 3, 1)},
            "IT.NRW 2024",
            (
                "IT.NRW – Information und Technik (2024): Bevölkerung. Düsseldorf. https://www.it.nrw/x "
                "(abgerufen am 01.03.2026)"
            ),
        ),
        (
            {"short_name": "TIntG", "title": "Teilhabe- und Integrationsgesetz", "year": "14.02.2012"}
            | {"published_in": "GV. NRW. S. 97"},
            "TIntG 2012",
            "TIntG (14.02.2012): Teilhabe- und Integrationsgesetz. GV. NRW. S. 97.",
        ),
        (
            {"author": "Kreis Borken", "title": "Was nun?", "year": "o. J."},
            "Kreis Borken o. J.",
            "Kreis Borken (o. J.): Was nun?",
        ),
        ({"title": "Bericht zur Lage", "year": "2023"}, "Bericht zur Lage 2023", "Bericht zur Lage (2023)."),
        ({"author": "Krämer, Julia"}, "Krämer", "Krämer, Julia: Bericht."),
    ],
)
def test_entry_begins_with_what_the_text_calls_it(values: dict[str, Any], label: str, entry: str) -> None:
    found = Entry(source(**values))
    assert (found.label, found.plain) == (label, entry)


def test_entry_is_text_but_for_its_address() -> None:
    found = Entry(source(title="A & <b>", url="https://example.org/?a=1&b=2"))
    assert found.html == (
        'A &amp; &lt;b&gt;. <a href="https://example.org/?a=1&amp;b=2">https://example.org/?a=1&amp;b=2</a>'
    )


def test_letters_part_what_would_be_called_alike() -> None:
    alike = [source(1, author="Krämer, Julia", year="2022"), source(2, author="Krämer, Jan", year="05.05.2022")]
    other = source(3, author="Krämer, Julia", year="2023")
    assert [entry.label for entry in bibliography(*alike, other).entries] == [
        *("Krämer 2022a", "Krämer 2022b", "Krämer 2023")
    ]
    assert bibliography(*alike).entries[1].plain == "Krämer, Jan (2022b, 05.05.2022): Bericht."
    assert [entry.label for entry in bibliography(*alike, cited=False).entries] == ["Krämer 2022", "Krämer 2022"]


@pytest.mark.parametrize(("year", "label"), [("", "Krämer o. J. b"), ("o. J.", "Krämer o. J. b")])
def test_letters_without_a_year(year: str, label: str) -> None:
    alike = [source(number, author="Krämer, Julia", year=year) for number in (1, 2)]
    assert bibliography(*alike).entries[1].label == label


def test_more_alike_than_letters_still_differ() -> None:
    entries = bibliography(*(source(number, author="BAMF", year="2024") for number in range(60))).entries
    assert len({entry.label for entry in entries}) == 60


def test_names_sort_as_germans_do() -> None:
    names = ["TIntG", "Öz, Ali", "Arbeit", "Straße", "Zoo", "Ämter", "IT.NRW"]
    found = sorted((source(author=name) for name in names), key=lambda each: sort_key(each.sort_name()))
    assert [each.author for each in found] == ["Ämter", "Arbeit", "IT.NRW", "Öz, Ali", "Straße", "TIntG", "Zoo"]
