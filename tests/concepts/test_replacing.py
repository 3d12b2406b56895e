"""Search and replace in a draft: what is found, what is written, and what is refused."""

import re
from html import escape, unescape
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from concepts.models import ConceptVersion, Section, SectionNote
from concepts.replacing import Text, hits, pattern, replaced
from kiportal.common.models import User
from kiportal.common.richtext import DOCUMENT, sanitise
from tests.concepts.factories import freeze, make_concept, make_section

ALL = set(range(1000))
PICTURE = f"/konzepte/bilder/{uuid4()}/"


def written(body: str, word: str, new: str, **how: bool) -> str:
    return replaced("", body, pattern(word, **how), new, ALL)[1]


def test_a_word_that_is_half_bold_takes_the_mark_of_its_first_letter() -> None:
    assert (
        written("<p>Der <strong>Sprach</strong>kurs</p>", "Sprachkurs", "Treff") == "<p>Der <strong>Treff</strong></p>"
    )
    assert written("<p>Der Sprach<em>kurs hier</em></p>", "Sprachkurs", "Treff") == "<p>Der Treff<em> hier</em></p>"


def test_a_mark_without_a_letter_left_is_gone() -> None:
    assert (
        written('<p>A <a href="https://x.de" rel="noopener nofollow"><em>weg</em></a>.</p>', "weg", "") == "<p>A .</p>"
    )


def test_addresses_and_tags_are_never_touched() -> None:
    body = '<p><a href="https://kurs.de/p" rel="noopener nofollow">Kurs</a> p strong</p>'
    assert written(body, "kurs", "Treff") == body.replace(">Kurs<", ">Treff<")
    assert written(body, "p", "q", exact=True) == body.replace(" p strong", " q strong")


def test_hits_name_their_kind_and_nothing_runs_across_blocks() -> None:
    body = (
        '<p>Kurs<span class="fn">Kurs 2</span></p><table><caption>Kurs</caption><tbody><tr><td><p>Kurs</p></td></tr>'
        f'</tbody></table><figure><img src="{PICTURE}" alt="Kurs"><figcaption>Kurs</figcaption></figure><p>Ku<br>rs</p>'
    )
    found = hits("Kurs", body, pattern("Kurs"))
    assert [hit.kind for hit in found] == [
        *("Überschrift", "", "Fußnote", "Überschrift einer Tabelle", "Tabelle", "Alternativtext", "Bildunterschrift")
    ]
    assert [hit.number for hit in found] == list(range(7))
    assert 'alt="&quot;neu&quot;"' in written(body, "Kurs", '"neu"')


def test_whole_words_and_case() -> None:
    body = "<p>Kurs Kurse kurs</p>"
    assert written(body, "kurs", "X") == "<p>X Xe X</p>"
    assert written(body, "kurs", "X", whole=True) == "<p>X Kurse X</p>"
    assert written(body, "kurs", "X", whole=True, exact=True) == "<p>Kurs Kurse X</p>"


LETTERS = st.text(alphabet="abAB<>&\"' ä.\\1", max_size=8)
MARK = st.sampled_from(["{}", "<strong>{}</strong>", "<em>{}</em>", "<em>a<strong>{}</strong></em>", "<sub>{}</sub>"])
RUN = st.builds(lambda mark, text: mark.format(escape(text, quote=False)), MARK, LETTERS)
PARAGRAPH = st.lists(RUN, max_size=5).map("".join)
BLOCK = st.one_of(
    PARAGRAPH.map("<p>{}</p>".format),
    PARAGRAPH.map("<ul><li><p>{}</p></li></ul>".format),
    PARAGRAPH.map("<table><caption>ab</caption><tbody><tr><td><p>{}</p></td></tr></tbody></table>".format),
    LETTERS.map(lambda text: f'<figure><img src="{PICTURE}" alt="{escape(text)}"><figcaption>b</figcaption></figure>'),
)
BODY = st.lists(BLOCK, min_size=1, max_size=4).map(lambda blocks: sanitise("<p>fest</p>" + "".join(blocks), DOCUMENT))

# The first draw builds all strategies, which takes seconds on a busy machine.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def visible(body: str) -> list[str]:
    """The texts of paragraphs, captions and pictures, read without the code under test."""
    found = re.findall(r'<p>(.*?)</p>|<(?:fig)?caption>(.*?)</(?:fig)?caption>|\salt="([^"]*)"', body, re.DOTALL)
    return [unescape(strip_tags("".join(each))) for each in found]


def skeleton(body: str) -> list[str]:
    """The tags of a text that are no inline marks, without alternative texts."""
    tags = re.findall(r'<(?:[^">]|"[^"]*")*>', body)
    return [re.sub(r'alt="[^"]*"', "", tag) for tag in tags if not re.match(r"</?(strong|em|sub)>", tag)]


@UNHURRIED
@given(BODY, st.text(alphabet="abAB<&ä.", min_size=1, max_size=3), LETTERS)
def test_replacing_changes_exactly_what_is_read(body: str, word: str, new: str) -> None:
    after = written(body, word, new, exact=True)
    assert visible(after) == [text.replace(word, new) for text in visible(body)]
    assert sanitise(after, DOCUMENT) == after
    assert skeleton(after) == skeleton(body)


@UNHURRIED
@given(BODY)
def test_a_text_is_read_and_written_without_change(body: str) -> None:
    marks = r"<(strong|em|sub)></\1>"
    less = re.sub(marks, "", re.sub(marks, "", body))
    assert Text(body).html == less


# The page


@pytest.fixture
def staff(client: Client, editor: User, centre: object) -> Client:
    client.force_login(editor)
    return client


@pytest.fixture
def version(db: None) -> ConceptVersion:
    version = make_concept()
    make_section(version, "Kurse", body="<p>Ein Kurs und noch ein Kurs.</p>")
    make_section(version, "Ziele", body="<p>Mehr Kurse.</p>")
    return version


def url(version: ConceptVersion) -> str:
    return reverse("concepts:staff_replace", args=[version.pk])


def bodies(version: ConceptVersion) -> list[tuple[str, str]]:
    return list(version.sections.order_by("sort_order").values_list("title", "body"))


def places(client: Client, version: ConceptVersion, word: str = "Kurs") -> list[str]:
    page = client.get(url(version), {"wort": word}).content.decode()
    return re.findall(r'name="stelle" value="([^"]*)" checked', page)


def test_chosen_hits_are_replaced_and_taken_back(staff: Client, version: ConceptVersion) -> None:
    before = bodies(version)
    chosen = places(staff, version)
    assert len(chosen) == 4
    answer = staff.post(url(version), {"wort": "Kurs", "neu": "Treff", "stelle": [chosen[1], chosen[3]]}, follow=True)
    assert "2 Stellen sind ersetzt, in 2 Abschnitten" in answer.content.decode()
    assert bodies(version) == [
        ("Kurse", "<p>Ein Treff und noch ein Kurs.</p>"),
        ("Ziele", "<p>Mehr Treffe.</p>"),
    ]
    undo = reverse("concepts:staff_replace_undo", args=[version.pk, answer.context["replacement"].key])
    assert undo in answer.content.decode()
    staff.post(undo)
    assert bodies(version) == before
    assert staff.post(undo).status_code == 409
    assert bodies(version) == before


def test_internal_notes_stay_when_a_word_is_replaced_and_taken_back(staff: Client, version: ConceptVersion) -> None:
    note = SectionNote.objects.create(section=version.sections.get(title="Ziele"), text="Welcher Kurs?")
    SectionNote.objects.create(section=note.section, text="Der im Mai.", answer_to=note)
    notes = list(SectionNote.objects.order_by("pk").values())
    data = {"wort": "Kurs", "neu": "Treff", "stelle": places(staff, version)}
    key = staff.post(url(version), data, follow=True).context["replacement"].key
    assert list(SectionNote.objects.order_by("pk").values()) == notes
    staff.post(reverse("concepts:staff_replace_undo", args=[version.pk, key]))
    assert list(SectionNote.objects.order_by("pk").values()) == notes


def test_undo_is_refused_when_somebody_has_worked_there(staff: Client, version: ConceptVersion) -> None:
    data = {"wort": "Kurs", "neu": "Treff", "stelle": places(staff, version)}
    key = staff.post(url(version), data, follow=True).context["replacement"].key
    section = version.sections.get(title="Ziele")
    Section.objects.filter(pk=section.pk).update(body="<p>Neu.</p>", lock_version=section.lock_version + 1)
    written = bodies(version)
    answer = staff.post(reverse("concepts:staff_replace_undo", args=[version.pk, key]))
    assert answer.status_code == 409
    assert "hat jemand an diesen Abschnitten" in answer.content.decode()
    assert bodies(version) == written


def test_a_section_that_changed_meanwhile_stops_all_and_keeps_what_was_typed(
    staff: Client, version: ConceptVersion
) -> None:
    chosen = places(staff, version)
    section = version.sections.get(title="Ziele")
    Section.objects.filter(pk=section.pk).update(body="<p>Kurs.</p>", lock_version=section.lock_version + 1)
    before = bodies(version)
    answer = staff.post(url(version), {"wort": "Kurs", "neu": "Treff", "stelle": chosen[1:]})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Seit der Suche hat sich geändert: „Ziele“" in page
    assert 'value="Treff"' in page
    assert re.findall(r'name="stelle" value="([^"]*)">', page) == [chosen[0]]
    assert bodies(version) == before


@pytest.mark.parametrize(
    ("new", "sentence"),
    [("x" * 200, "länger als 200 Zeichen"), ("", "wäre danach leer"), ("Kurse", "So bleibt der Text, wie er ist")],
)
def test_what_cannot_be_written_is_said(staff: Client, version: ConceptVersion, new: str, sentence: str) -> None:
    Section.objects.filter(title="Ziele").update(title="Kurse Kurse")
    before = bodies(version)
    answer = staff.post(url(version), {"wort": "Kurse", "neu": new, "stelle": places(staff, version, "Kurse")})
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert bodies(version) == before


def test_without_a_hit_or_a_choice_the_page_says_so(staff: Client, version: ConceptVersion) -> None:
    assert "Nichts gefunden" in staff.get(url(version), {"wort": "Zebra"}).content.decode()
    assert "Bitte geben Sie ein Wort ein" in staff.get(url(version), {"wort": " "}).content.decode()
    answer = staff.post(url(version), {"wort": "Kurs", "neu": "Treff"})
    assert "Bitte wählen Sie mindestens eine Fundstelle" in answer.content.decode()


def test_a_finished_version_refuses(staff: Client, version: ConceptVersion) -> None:
    chosen = places(staff, version)
    freeze(version)
    before = bodies(version)
    answer = staff.post(url(version), {"wort": "Kurs", "neu": "Treff", "stelle": chosen})
    assert answer.status_code == 409
    assert "Treff" in answer.content.decode()
    assert bodies(version) == before
