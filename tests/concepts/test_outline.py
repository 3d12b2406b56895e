"""Numbers and places, as readers count them."""

import pytest

from concepts.models import ConceptVersion
from concepts.outline import Outline
from tests.concepts.factories import make_concept, make_section

pytestmark = pytest.mark.django_db


@pytest.fixture
def version() -> ConceptVersion:
    version = make_concept()
    make_section(version, "Vorwort", is_numbered=False)
    first = make_section(version, "Ausgangslage")
    make_section(version, "Zahlen", parent=first)
    law = make_section(version, "Recht", parent=first)
    make_section(version, "Landesrecht", parent=law)
    make_section(version, "Ziele")
    appendix = make_section(version, "Anhang", is_numbered=False)
    make_section(version, "Tabellen", parent=appendix)
    return version


def test_outline_numbers_sections_and_leaves_out_what_has_none(version: ConceptVersion) -> None:
    assert [(node.number, node.section.title, node.depth) for node in Outline.of(version)] == [
        ("", "Vorwort", 1),
        ("1", "Ausgangslage", 1),
        ("1.1", "Zahlen", 2),
        ("1.2", "Recht", 2),
        ("1.2.1", "Landesrecht", 3),
        ("2", "Ziele", 1),
        ("", "Anhang", 1),
        ("", "Tabellen", 2),
    ]


def test_outline_knows_chapter_and_neighbours(version: ConceptVersion) -> None:
    outline = Outline.of(version)
    nodes = {node.section.title: node for node in outline}
    before, after = outline.neighbours(nodes["Ausgangslage"])
    assert nodes["Landesrecht"].chapter is nodes["Ausgangslage"]
    assert before is nodes["Vorwort"]
    assert after is nodes["Ziele"]
    assert outline.neighbours(nodes["Vorwort"])[0] is None
    assert outline.neighbours(nodes["Anhang"])[1] is None
    assert (nodes["Ausgangslage"].height, nodes["Ziele"].height) == (3, 1)


def test_outline_is_one_query_without_the_texts(
    version: ConceptVersion, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    with django_assert_num_queries(1) as queries:  # type: ignore[operator]
        list(Outline.of(version))
    assert '"body"' not in queries.captured_queries[0]["sql"]
