"""A concept of any length, the same each time: paragraphs, lists, tables, footnotes, references to other sections."""

import random

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
        now = timezone.now()
        cover = {"county_name": "Musterkreis", "centre_name": "Kommunales Integrationszentrum", "funders": []}
        ConceptVersion.objects.filter(pk=version.pk).update(
            status=ConceptVersion.Status.FROZEN, as_of=now.date(), frozen_at=now, cover=cover
        )
    return ConceptVersion.objects.select_related("concept").get(pk=version.pk)


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
