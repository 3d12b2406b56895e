"""The story of the demo's concepts: a version in force, its Fortschreibung at the committee, both as PDF."""

import re
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from html import escape
from typing import Any

import pgtrigger
from django.core.files.base import ContentFile
from django.utils import timezone

from concepts import changes, lifecycle
from concepts.models import Concept, ConceptImage, ConceptVersion
from kiportal.common import jobs
from kiportal.common.models import Job, User
from kiportal.pages import data
from kiportal.pages.data import chapters
from kiportal.pages.data.chapters import Chapter
from kiportal.pages.demo.history import happened
from kiportal.pages.demo.places import Places
from kiportal.pages.demo.registry import Registry

# Days before today on which a version was closed, laid before the Kreistag, decided, published.
FIRST = {"begun": 510, "frozen": 420, "forwarded": 405, "adopted": 385, "published": 380}
SECOND = {"begun": 75, "frozen": 21, "forwarded": 12}
THURSDAY, FRIDAY = 3, 4  # the Kreistag meets on Thursdays


def load(places: Places) -> None:
    if places.profile is not None:
        _Loader(places, places.profile).load()


def make_documents() -> list[str]:
    """Have the PDFs of finished versions made that lack one, and what each has against the one before it side by side.

    Returns what kept them from being made.
    """
    editor = User.objects.get(username="redaktion")
    found = []
    for version in ConceptVersion.objects.finished().filter(pdf=None).order_by("pk"):
        found += _made(lifecycle.render(version, by=editor))
    for version in ConceptVersion.objects.finished().order_by("pk") if not found else []:
        former = ConceptVersion.objects.followed_by(version).first()
        if former and (job := lifecycle.order_synopsis(former, version, by=editor)):
            found += _made(job)
    return found


def _made(job: Job) -> list[str]:
    jobs.run(job.pk)
    job.refresh_from_db()
    return [job.error] if job.state != Job.State.DONE else []


class _Loader:
    def __init__(self, places: Places, profile: dict[str, Any]) -> None:
        self.places = places
        self.profile = profile
        self.plan = data.read("demo/concept")
        self.now = timezone.now()
        self.today = timezone.localdate()
        self.editor = User.objects.get(username="redaktion")
        self.lead = User.objects.get(username="leitung")

    def load(self) -> None:
        for row in self.profile["concepts"]:
            draft = ConceptVersion.objects.select_related("concept").get(concept__slug=row["slug"], number=1)
            if row["kind"] == Concept.Kind.INTEGRATION_CONCEPT:
                self._tell_of_two_versions(draft, row)
            else:
                self._put_in_force(draft, as_of=date.fromisoformat(row["as_of"]))

    def _tell_of_two_versions(self, first: ConceptVersion, row: dict[str, Any]) -> None:
        self._write(first, row, edition=1)
        self._put_in_force(first, as_of=self._day(FIRST["frozen"]))

        with self._on(SECOND["begun"]):
            second = lifecycle.start_next_version(first, by=self.editor)
        self._write(second, row, edition=2)
        second.subtitle, second.changes_note = self.plan["subtitle"], self.plan["changes_note"]
        second.save()
        with self._on(SECOND["frozen"]):
            lifecycle.freeze(second, by=self.editor, as_of=self._day(SECOND["frozen"]))
        with self._on(SECOND["forwarded"]):
            self._forward(second, meets_on=self._next_session())
        self._date(second, SECOND)

    def _put_in_force(self, version: ConceptVersion, *, as_of: date) -> None:
        adopted_on = self._session_before(self._day(FIRST["adopted"]))
        with self._on(FIRST["frozen"]):
            lifecycle.freeze(version, by=self.editor, as_of=as_of)
        with self._on(FIRST["forwarded"]):
            self._forward(version, meets_on=adopted_on)
        with self._on(FIRST["adopted"]):
            lifecycle.adopt(version, by=self.lead, adopted_by="Kreistag", adopted_on=adopted_on)
        with self._on(FIRST["published"]):
            lifecycle.publish(version, by=self.lead)
        self._date(version, FIRST)

    def _forward(self, version: ConceptVersion, *, meets_on: date) -> None:
        paper_number = f"{meets_on:%j}/{meets_on:%Y}"
        lifecycle.forward(version, by=self.lead, committee="Kreistag", meets_on=meets_on, paper_number=paper_number)

    # Days

    def _day(self, days_ago: int) -> date:
        """That day, or the Friday before where it falls on a weekend."""
        day = self.today - timedelta(days=days_ago)
        return day - timedelta(days=max(0, day.weekday() - FRIDAY))

    def _moment(self, days_ago: int) -> datetime:
        return timezone.make_aware(datetime.combine(self._day(days_ago), time(10, 20)))

    def _on(self, days_ago: int) -> Any:
        return happened(self._moment(days_ago), self.now)

    def _session_before(self, day: date) -> date:
        return day - timedelta(days=(day.weekday() - THURSDAY) % 7)

    def _next_session(self) -> date:
        return self._session_before(self.today + timedelta(days=21))

    def _date(self, version: ConceptVersion, days: dict[str, int]) -> None:
        """Set the days that the steps above have written as today."""
        dates: dict[str, Any] = {
            "created_at": self._moment(days["begun"]),
            "updated_at": self._moment(days["frozen"]),
            "frozen_at": self._moment(days["frozen"]),
            "forwarded_on": self._day(days["forwarded"]),
        }
        if "published" in days:
            dates["published_on"] = self._day(days["published"])
        with pgtrigger.ignore("concepts.ConceptVersion:frozen_stays_frozen"):
            ConceptVersion.objects.filter(pk=version.pk).update(**dates)
        version.refresh_from_db()

    # Text

    def _write(self, version: ConceptVersion, row: dict[str, Any], *, edition: int) -> None:
        """The chapters with the sources they cite, seen on the web when the version was begun."""
        text = self._text(version.concept, row, edition=edition)
        chapters.write(version, text)
        there = set(version.sources.values_list("uuid", flat=True))
        seen_on = self._day((FIRST, SECOND)[edition - 1]["begun"])
        for key in sorted(chapters.cited(text)):
            values, uuid = self.plan["sources"][key], chapters.source_identity(version.concept.slug, key)
            if uuid not in there:
                accessed = {"accessed_on": seen_on} if "url" in values else {}
                changes.add_source(version, uuid=uuid, **accessed, **values)

    def _text(self, concept: Concept, row: dict[str, Any], *, edition: int) -> list[Chapter]:
        """The chapters of the profile between those that every Kreis has, and its Handlungsfelder in detail."""
        of_profile = chapters.parse(data.read_document(row["text"]), edition)
        place = [chapter.key for chapter in of_profile].index("handlungsfelder")
        self._add_themes(concept, of_profile[place], row, edition)
        own = {
            "@before": of_profile[:place],
            "@areas": of_profile[place : place + 1],
            "@after": of_profile[place + 1 :],
        }
        text: list[Chapter] = []
        for name in self.plan["chapters"][str(edition)]:
            text += own[name] if name in own else self._read(concept, f"chapters/{name}", edition)
        return text

    def _add_themes(self, concept: Concept, areas: Chapter, row: dict[str, Any], edition: int) -> None:
        by_key = {chapter.key: chapter for chapter in areas}
        for area in row["action_areas"]:
            for theme in self.plan["themes"][self.profile["slug"]][area["key"]]:
                by_key[area["section"]].children += self._read(concept, f"themes/{theme}", edition)

    def _read(self, concept: Concept, name: str, edition: int) -> list[Chapter]:
        source = self.places.fill(data.read_document(f"demo/concept/{name}"), self.places.seat, **self._words())
        registry = Registry(self._day((FIRST, SECOND)[edition - 1]["frozen"]))

        def fill_table(found: re.Match[str]) -> str:
            rows = (_row(cells) for cells in registry.rows(found["name"]))
            return f"{found[0].removesuffix('</tbody>')}{''.join(rows)}</tbody>"

        def fill_picture(found: re.Match[str]) -> str:
            picture = _picture(concept, registry.picture(found["name"]), found["alternative"])
            size = f'width="{picture.width}" height="{picture.height}"'
            return f'<img src="/konzepte/bilder/{picture.uuid}/" alt="{found["alternative"]}" {size}'

        source = re.sub(r'<table[^>]* data-rows="(?P<name>\w+)".*?</tbody>', fill_table, source, flags=re.DOTALL)
        source = re.sub(r'<img data-image="(?P<name>\w+)" alt="(?P<alternative>[^"]+)"', fill_picture, source)
        return chapters.parse(source, edition)

    def _words(self) -> dict[str, str]:
        """The years of the plan, {j1} being the first of the focus period, and the quarters of both decisions."""
        frozen = self._day(FIRST["frozen"])
        start = frozen.year + (frozen.month > 3)
        return {
            **{f"j{number}": str(start + number - 1) for number in range(1, 4)},
            "beschluss": _quarter(self._session_before(self._day(FIRST["adopted"]))),
            "beratung": _quarter(self._next_session()),
            "anzahl_kommunen": str(len(self.places.all)),
        }


def _quarter(day: date) -> str:
    return f"{(day.month + 2) // 3}. Quartal {day.year}"


def _row(cells: tuple[str, ...]) -> str:
    head, *others = (escape(cell) for cell in cells)
    return f'<tr><th scope="row">{head}</th>{"".join(f"<td>{cell}</td>" for cell in others)}</tr>'


def _picture(concept: Concept, png: bytes, alternative: str) -> ConceptImage:
    picture, _created = ConceptImage.objects.get_or_create(
        concept=concept,
        sha256=sha256(png).hexdigest(),
        defaults={
            "file": ContentFile(png, name="bild.png"),
            "alternative": alternative,
            "rights": "Eigene Darstellung des Kommunalen Integrationszentrums",
        },
    )
    return picture
