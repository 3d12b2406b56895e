"""What is printed of measures: the Arbeitspapier, a list, the Sachstand, a focus, the report on a period.

A paper keeps what it says as values (`MeasurePaper.content`), so its PDF is the same whenever it is made. It goes to
councils and Kommunen: internal notes, contacts and how a measure is paid for do not stand in it, and no person does.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.template.loader import render_to_string
from django.utils.formats import date_format, number_format

from concepts import progress
from concepts.areas import Areas
from concepts.models import FocusPeriod, Indicator, Measure, MeasurePaper, Selection, WorkFocus
from concepts.progress import Progress, Standing
from concepts.review import names_of_persons
from kiportal.common.models import Centre
from kiportal.common.pdf import documents
from kiportal.common.pdf.documents import Document, OnProgress

Kind = MeasurePaper.Kind
# The Sachstand is one page. What its tables may take of it, what a line and a row take (paper.css), in millimetres, and
# how many letters stand in a line: with how many measures the first attempt is made.
_ROOM, _LINE, _ROW = 140.0, 3.9, 1.8
_LETTERS = {"title": 40, "focus": 28, "share": 42}
# So many counts of an indicator are drawn.
_BARS = 6
_ORDER = {"running": 0, "done": 1, "selected": 2}


def pool(measures: Iterable[Measure], filters: Sequence[tuple[str, str]] = ()) -> dict[str, Any]:
    """The Arbeitspapier: measures by Handlungsfeld, whatever their state."""
    areas = Areas.known()
    rows = sorted(measures, key=lambda measure: (areas.place(measure.action_area), measure.number))
    groups: list[dict[str, Any]] = []
    for measure in rows:
        title = areas.title(measure.action_area)
        if not groups or groups[-1]["title"] != title:
            area = areas.get(measure.action_area)
            groups.append({"title": title, "strand": area.strand if area else "", "measures": []})
        groups[-1]["measures"].append(_told(measure))
    return _frame() | {"groups": groups, "total": len(rows), "filters": [list(pair) for pair in filters]}


def table(measures: Iterable[Measure], filters: Sequence[tuple[str, str]] = ()) -> dict[str, Any]:
    """The list: a line for each measure, in the order of their numbers."""
    areas = Areas.known()
    rows = [_told(measure) | {"area": areas.title(measure.action_area)} for measure in measures]
    named = ("number", "title", "goal", "area", "lead", "delegated_to", "time", "focus_title", "status")
    kept = [{name: row[name] for name in (*named, "steps_done", "steps_total")} for row in rows]
    return _frame() | {"rows": kept, "total": len(kept), "filters": [list(pair) for pair in filters]}


def status(period: FocusPeriod, *, committee: str = "", meets_on: date | None = None) -> dict[str, Any]:
    """The Sachstand: how far each focus and each of its measures is, on one page."""
    focuses = _focuses(period)
    rows = [(focus.title, each) for focus, selections in focuses for each in selections]
    rows.sort(key=lambda row: (_ORDER.get(progress.standing_in(row[1]).status, 3), row[1].measure.number))
    told = [
        {"number": each.measure.number, "title": each.measure.title, "focus": title}
        | _how_far(progress.standing_in(each))
        for title, each in rows
    ]
    return (
        _frame()
        | _of_period(period, [each for _title, each in rows])
        | {
            "committee": committee,
            "meets_on": _day(meets_on),
            "focuses": [
                {"title": focus.title} | _progress(progress.of(progress.standing_in(each) for each in selections))
                for focus, selections in focuses
            ],
            "rows": told,
        }
    )


def report(period: FocusPeriod) -> dict[str, Any]:
    """The Fortschrittsbericht: each measure with its goal, its steps, what was counted and what was said."""
    focuses = _focuses(period)
    return (
        _frame()
        | _of_period(period, [each for _focus, selections in focuses for each in selections])
        | {"focuses": [_of_focus(focus, selections) for focus, selections in focuses]}
    )


def one_focus(focus: WorkFocus) -> dict[str, Any]:
    """The Schwerpunktpapier: why this focus, who decided on it, what is done for it by when."""
    period = focus.period
    selections = next(found for each, found in _focuses(period) if each.pk == focus.pk)
    return _frame() | _of_period(period, selections) | {"focus": _of_focus(focus, selections)}


def _of_focus(focus: WorkFocus, selections: list[Selection]) -> dict[str, Any]:
    return {
        "title": focus.title,
        "subject": f"{'Thema' if focus.topic else 'Zielgruppe'}: {focus.subject}",
        "area": Areas.known().title(focus.action_area) if focus.action_area else "",
        "reason": focus.reason,
        "decision": focus.decision_note,
        "measures": [
            _told(each.measure, during=focus.period) | _how_far(progress.standing_in(each)) for each in selections
        ],
    } | _progress(progress.of(progress.standing_in(each) for each in selections))


def digest_of(kind: str, as_of: date, content: dict[str, Any]) -> str:
    """The same content on the same day is the same paper."""
    return sha256(json.dumps([kind, as_of.isoformat(), content], sort_keys=True).encode()).hexdigest()


def persons_in(content: dict[str, Any]) -> str:
    """The first name of a person that stands in the content, or ""."""
    names = names_of_persons()
    found = names.search(json.dumps(content, ensure_ascii=False)) if names else None
    return found[0] if found else ""


# Printing


def render_html(paper: MeasurePaper, most: int | None = None) -> str:
    """Return the document that WeasyPrint prints; of a Sachstand with the first `most` measures."""
    stand = f"Stand: {date_format(paper.as_of, 'd.m.Y')}"
    created = datetime.combine(paper.as_of, time(12), UTC)
    context = paper.content | {"paper": paper, "title": paper.title, "stand": stand, "created": created.isoformat()}
    if most is not None:
        rows = paper.content["rows"]
        context |= {"rows": rows[:most], "more": len(rows) - most}
    return render_to_string(f"concepts/papers/{paper.kind}.html", context)


def render_pdf(paper: MeasurePaper, *, on_progress: OnProgress | None = None) -> Document:
    """Return the PDF; raises JobRefused with a sentence when it cannot be made.

    The Sachstand is one page, whatever the fonts make of it: measures that do not fit are counted in a sentence.
    """
    identifier = UUID(paper.digest[:32]).bytes
    most = _fitting(paper.content) if paper.kind == Kind.STATUS else None
    while True:
        document = documents.render(render_html(paper, most), identifier=identifier, on_progress=on_progress)
        if not most or document.pages == 1:
            return document
        most -= 1


def _fitting(content: dict[str, Any]) -> int:
    """How many measures will probably fit on the page below the table of focuses."""
    room = _ROOM - sum(_height(title=each["title"], share="x" * 60) for each in content["focuses"])
    for number, row in enumerate(content["rows"]):
        room -= _height(title=f"Nr. 000 {row['title']}", focus=row["focus"])
        if room < 0:
            return number
    return len(content["rows"])


def _height(**cells: str) -> float:
    return _ROW + _LINE * max(-(-len(text) // _LETTERS[name]) for name, text in cells.items())


def store(paper: MeasurePaper, document: Document) -> None:
    paper.sha256, paper.pages, paper.size = document.sha256, document.pages, len(document.content)
    paper.file.save("papier.pdf", ContentFile(document.content), save=False)
    paper.save(update_fields=["sha256", "pages", "size", "file"])


def is_stored(paper: MeasurePaper) -> bool:
    """A restored database may be ahead of its files."""
    return bool(paper.file) and paper.file.storage.exists(str(paper.file.name))


# Values


def _frame() -> dict[str, Any]:
    centre = Centre.objects.current()
    return {"centre": str(centre), "accent": centre.accent, "how": str(progress.HOW)}


def _focuses(period: FocusPeriod) -> list[tuple[Any, list[Selection]]]:
    selections = list(period.selections.select_related("period", "focus").order_by("measure__number"))
    keys = [each.measure_id for each in selections]
    measures = {measure.pk: measure for measure in Measure.objects.filter(pk__in=keys).for_papers()}
    for each in selections:
        each.measure = measures[each.measure_id]
    return [
        (focus, [each for each in selections if each.focus_id == focus.pk])
        for focus in period.focuses.select_related("topic", "target_group", "period")
    ]


def _of_period(period: FocusPeriod, selections: Iterable[Selection]) -> dict[str, Any]:
    decided = ", ".join(filter(None, [period.decided_by, _day(period.decided_on)]))
    return {
        "period": period.title,
        "time": f"{_day(period.starts_on)} bis {_day(period.ends_on)}",
        "decision": decided + (f", Vorlage {period.paper_number}" if decided and period.paper_number else ""),
        "reason": period.reason,
        "summary": period.summary,
    } | _progress(progress.of(progress.standing_in(each) for each in selections))


def _progress(found: Progress) -> dict[str, Any]:
    return {
        "done": found.done,
        "running": found.running,
        "selected": found.selected,
        "others": found.others,
        "total": found.total,
        "share": found.share,
        "width": _width(found.share),
    }


def _how_far(standing: Standing) -> dict[str, Any]:
    return {
        "status": standing.label,
        "steps_done": standing.steps_done,
        "steps_total": standing.steps,
        "share": standing.share,
        "counts": standing.counts,
    }


def _told(measure: Measure, *, during: FocusPeriod | None = None) -> dict[str, Any]:
    """`during` a period all is told that was said in it, otherwise what was said last."""
    partners = [str(partner) for partner in measure.partners.all()]
    chosen = next((each for each in measure.selections.all() if each.period.is_open), None)
    notes = [note for note in measure.notes.all() if note.is_public]
    if during is not None:
        notes = [note for note in notes if during.starts_on <= note.reported_on <= during.ends_on] or notes[:1]
    else:
        notes = notes[:1]
    return _how_far(progress.standing(measure)) | {
        "number": measure.number,
        "title": measure.title,
        "origin": ": ".join(filter(None, [measure.get_origin_display(), measure.origin_note])),
        "situation": measure.situation,
        "goal": measure.goal,
        "description": measure.description,
        "groups": ", ".join(str(group) for group in measure.target_groups.all()),
        "places": ", ".join(str(place) for place in measure.municipalities.all()) or "ganzer Kreis",
        "lead": measure.public_lead,
        "partners": ", ".join(filter(None, [*partners, measure.other_partners])),
        "delegated_to": measure.delegated_to,
        "time": _time(measure),
        "cost": f"{number_format(measure.cost_amount, 2, use_l10n=True, force_grouping=True)} €"
        if measure.cost_amount is not None
        else "",
        "focus": f"{chosen.focus} ({chosen.period})" if chosen else "",
        "focus_title": str(chosen.focus) if chosen else "",
        "steps": [
            {"text": step.text, "due": _day(step.due_on), "done": _day(step.done_on)} for step in measure.steps.all()
        ],
        "indicators": [_indicator(indicator) for indicator in measure.indicators.all()],
        "notes": [{"day": _day(note.reported_on), "text": note.text} for note in reversed(notes)],
    }


def _indicator(indicator: Indicator) -> dict[str, Any]:
    """With bars of the last counts and of the target; widths in per cent of the longest."""
    values = list(indicator.values.all())
    shown = [(_day(each.counted_on), each.value) for each in values[-_BARS:]]
    if indicator.target is not None:
        by = f" bis {_day(indicator.target_on)}" if indicator.target_on else ""
        at_most = ": höchstens" if indicator.less_is_better else ""
        shown.append((f"Ziel{by}{at_most}", indicator.target))
    top = max([value for _label, value in shown], default=Decimal(0)) or Decimal(1)
    return {
        "name": indicator.name,
        "unit": indicator.unit,
        "target": progress.target(indicator),
        "reached": progress.reached(indicator, values[-1]) if values else "",
        "target_on": _day(indicator.target_on),
        "value": progress.figure(values[-1].value) if values else "",
        "counted_on": _day(values[-1].counted_on) if values else "",
        "bars": [
            {"label": label, "value": progress.figure(value), "width": _width(100 * max(value, Decimal(0)) / top)}
            for label, value in shown
        ],
    }


def _width(share: float | Decimal) -> int:
    """The class of a bar in bars.css: even per cents."""
    return 2 * round(share / 2)


def _day(day: date | None) -> str:
    return date_format(day, "d.m.Y") if day else ""


def _time(measure: Measure) -> str:
    begin, end = _day(measure.starts_on), _day(measure.ends_on)
    if begin and end:
        return f"{begin} bis {end}"
    return f"ab {begin}" if begin else f"bis {end}" if end else ""
