"""A concept of any length, the same each time: paragraphs, lists, tables, footnotes, references to other sections."""

import random
import re

from django.db import transaction
from django.utils import timezone

from concepts import changes
from concepts.models import Concept, ConceptVersion, Section

WORDS = """
das Kommunale Integrationszentrum stimmt seine Vorhaben mit den kreisangehörigen Städten und Gemeinden ab damit
Beratung Sprachförderung Bildungsübergänge Elternarbeit Ehrenamt Gesundheit Arbeitsmarkt Wohnen Teilhabe und
Antidiskriminierungsarbeit vor Ort zusammenwirken neu zugewanderte Menschen finden verlässliche Ansprechstellen
Fachkräfte Träger Wohlfahrtsverbände Schulaufsicht Integrationsräte Migrantenselbstorganisationen beteiligen sich
""".split()  # noqa: SIM905  (a text to read)


def frozen_concept(sections: int) -> ConceptVersion:
    """Return a new finished version; about 1.6 pages a section."""
    with transaction.atomic():
        version = draft_concept(sections)
        freeze(version)
    return ConceptVersion.objects.select_related("concept").get(pk=version.pk)


def freeze(version: ConceptVersion) -> None:
    now = timezone.now()
    cover = {"county_name": "Musterkreis", "centre_name": "Kommunales Integrationszentrum", "funders": []}
    ConceptVersion.objects.filter(pk=version.pk).update(
        status=ConceptVersion.Status.FROZEN, as_of=now.date(), frozen_at=now, cover=cover
    )
    version.refresh_from_db()


@transaction.atomic
def draft_concept(sections: int) -> ConceptVersion:
    """Return a new draft: chapters with nine sections each."""
    chance = random.Random(sections)  # noqa: S311  (the same text every time)
    version = changes.add_concept(Concept(title=f"Konzept mit {sections} Abschnitten"))
    chapter: Section | None = None
    for number in range(sections):
        parent = chapter if number % 10 else None
        other = f'<a href="#section:{chapter.uuid}">Kapitel</a>' if chapter else ""
        section = changes.add_section(
            version, parent=parent, title=_sentence(chance, 4).rstrip("."), body=_text(chance, other)
        )
        chapter = chapter if parent else section
    return version


def _text(chance: random.Random, reference: str) -> str:
    parts = [f"<p>{_sentences(chance, 5)} {reference}</p>" for _paragraph in range(4)]
    parts.append(f'<p>{_sentences(chance, 3)}<span class="fn">{_sentence(chance, 14)}</span></p>')
    if chance.random() < 0.5:
        parts.append("<ul>" + "".join(f"<li><p>{_sentence(chance, 12)}</p></li>" for _item in range(4)) + "</ul>")
    if chance.random() < 0.4:
        head = "<tr><th><p>Vorhaben</p></th><th><p>Federführung</p></th><th><p>Stand</p></th></tr>"
        row = "<tr>" + "<td><p>{}</p></td>" * 3 + "</tr>"
        rows = (row.format(*(_sentence(chance, words) for words in (9, 4, 6))) for _row in range(6))
        parts.append(f"<table><tbody>{head}{''.join(rows)}</tbody></table>")
    return "".join(parts)


def _sentences(chance: random.Random, number: int) -> str:
    return " ".join(_sentence(chance, chance.randint(9, 18)) for _sentence_number in range(number))


def _sentence(chance: random.Random, words: int) -> str:
    text = " ".join(chance.choice(WORDS) for _word in range(words))
    return f"{text[0].upper()}{text[1:]}."


def two_versions(draft: ConceptVersion) -> tuple[ConceptVersion, ConceptVersion]:
    """Freeze a draft and return it with its next version, in which half of the sections were worked on.

    Sentences are rewritten, added and taken out, rows of tables too; some sections are new, gone, moved or renamed.
    """
    freeze(draft)
    chance = random.Random(220)  # noqa: S311  (the same text every time)
    with transaction.atomic():
        new = changes.copy_version(draft)
        sections = list(new.sections.order_by("pk"))
        for section in chance.sample(sections, len(sections) // 2):
            section.body = _reworked(chance, section.body)
            section.save()
        leaves = [section for section in sections if section.parent_id]
        moved, gone, renamed = (leaves[start::30] for start in (0, 10, 20))
        chapters = [section for section in sections if not section.parent_id]
        for section in moved:
            changes.move_section(section, parent=chance.choice(chapters), position=2)
        for section in gone:
            changes.delete_section(section)
        for section in renamed:
            Section.objects.filter(pk=section.pk).update(title=_sentence(chance, 4).rstrip("."))
        for chapter in chapters[::3]:
            changes.add_section(new, parent=chapter, title=_sentence(chance, 4).rstrip("."), body=_text(chance, ""))
        freeze(new)
    return draft, new


def _reworked(chance: random.Random, body: str) -> str:
    """Every fifth sentence is another one, every tenth is new or gone; every fiftieth word is another one."""
    found = []
    for sentence in re.split(r"(?<=[.] )", body):
        fate = chance.random()
        if "<" in sentence or fate > 0.4:
            found.append(" ".join(_word(chance, word) for word in sentence.split(" ")))
        elif fate < 0.2:
            found.append(f"{_sentence(chance, 13)} ")
        elif fate < 0.3:
            found.append(f"{sentence}{_sentence(chance, 11)} ")
    return "".join(found)


def _word(chance: random.Random, word: str) -> str:
    return chance.choice(WORDS) if word.isalpha() and chance.random() < 0.02 else word
