"""German sorting, path parts, and one fold for Python and the database."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiportal.common.text import fold, slugify, sort_key

# Every letter and mark of the Latin, Greek and Cyrillic scripts as European languages write them.
EUROPEAN = [
    chr(point)
    for first, last in ((0x00A1, 0x024F), (0x0300, 0x036F), (0x0370, 0x03FF), (0x0400, 0x052F), (0x1E00, 0x1FFF))
    for point in range(first, last + 1)
    if chr(point).isprintable()
]


def in_database(texts: list[str]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT kiportal_fold(t) FROM unnest(%s::text[]) WITH ORDINALITY AS u(t, n) ORDER BY n", [texts])
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Öffnung", "oeffnung"),
        ("OEFFNUNG", "oeffnung"),
        ("Straße", "strasse"),
        ("STRAẞE", "strasse"),
        ("Cafe\u0301", "cafe"),
        ("u\u0308ber", "ueber"),
        ("Łódź", "lodz"),
        ("İstanbul", "istanbul"),
        ("Ağrı", "agri"),
        ("Køge", "koge"),
        ("Ærø", "aero"),
        ("ΟΔΟΣ", "οδοσ"),
        ("Ёлка", "елка"),
        ("ﬁt №1", "fit no1"),
        ("\u212aelvin, \u212bngström", "kelvin, angstroem"),
        ("„Café“ – Größe", "„cafe“ – groesse"),
    ],
)
def test_fold_spells_out_umlauts_and_drops_accents(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.django_db
def test_fold_is_the_same_in_the_database_with_and_without_its_short_cut() -> None:
    texts = ["Öffnung", "STRAẞE", "\u212aelvin", "İstanbul", "\u212bngström", "„Größe“ – 1", "u\u0308ber", "ﬁt", ""]
    assert in_database(texts) == [fold(text) for text in texts]


@pytest.mark.django_db
def test_fold_is_the_same_in_the_database_for_every_european_letter() -> None:
    assert in_database(EUROPEAN) == [fold(letter) for letter in EUROPEAN]


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.sampled_from([*EUROPEAN, *"abcABC xyz-19.,"]), max_size=12), min_size=1, max_size=40))
def test_fold_is_the_same_in_the_database_for_every_word(texts: list[str]) -> None:
    assert in_database(texts) == [fold(text) for text in texts]


@given(st.text())
def test_fold_of_a_folded_text_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_sort_key_orders_as_din_5007_does() -> None:
    ordered = ["Äpfel", "Apfelbaum", "Ärzte", "Łodz", "Ökumene", "Olpe", "Strasse", "Straßen", "Straßenfest", "Zypern"]
    backwards = ordered[::-1]
    assert sorted(backwards, key=sort_key) == ordered


def test_sort_key_takes_umlauts_for_their_letters() -> None:
    assert sort_key("Größe") == sort_key("Grosse")


def test_sort_key_orders_numbers_by_value() -> None:
    assert sorted(["Gruppe 10", "Gruppe 9", "Gruppe 1"], key=sort_key) == ["Gruppe 1", "Gruppe 9", "Gruppe 10"]


def test_sort_key_ignores_quotes_and_dashes() -> None:
    assert sort_key("„Griffbereit“ – Gruppe") == sort_key("Griffbereit Gruppe")


@given(st.text())
def test_sort_key_fits_its_column(text: str) -> None:
    assert len(sort_key(text)) <= 255


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Öffnung am Fluß", "oeffnung-am-fluss"),
        ("Sprachcafé – für Frauen!", "sprachcafe-fuer-frauen"),
        ("Äußerst Üblich", "aeusserst-ueblich"),
        ("Dom Łódź", "dom-lodz"),
        ("!!!", ""),
        ("a" * 79 + " b", "a" * 79),
    ],
)
def test_slugify_makes_a_path_part_without_umlauts(text: str, slug: str) -> None:
    assert slugify(text) == slug


@given(st.text())
def test_slugify_gives_ascii_that_a_path_can_hold(text: str) -> None:
    slug = slugify(text)
    assert len(slug) <= 80
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_")
