"""What is printed of measures: the Arbeitspapier, a list, the Sachstand, a focus, the report on a period.

A paper keeps what it says as values (`MeasurePaper.content`), so its PDF is the same whenever it is made. It goes to
councils and Kommunen: internal notes, contacts and how a measure is paid for do not stand in it, and no person does.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from hashlib import sha256
from itertools import accumulate
from operator import itemgetter
from textwrap import shorten
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.template.loader import render_to_string
from django.utils.formats import date_format, number_format

from concepts import progress
from concepts.areas import Areas
from concepts.models import FocusPeriod, Indicator, Measure, MeasurePaper, Selection, WorkFocus
from concepts.progress import Progress, Standing
from concepts.querysets import AT_WORK_STATUSES
from concepts.review import names_of_persons
from kiportal.common.models import Centre
from kiportal.common.pdf import documents
from kiportal.common.pdf.documents import Document, OnProgress

Kind = MeasurePaper.Kind
# The Sachstand is one page. What the rows of its table may take of it, what a focus, a row and a line of it take
# (paper.css), in millimetres, and how many letters stand in a line: where the attempts to fill the page begin.
_ROOM, _FOCUS, _ROW, _LINE = 180.0, 11.7, 1.9, 3.9
_LETTERS = {"title": 36, "lately": 56}
# So many letters of what was reported are printed. With few of them steps are counted and not named, with the fewest
# nothing is said of what was counted.
_LENGTHS = (600, 400, 270, 215, 160, 108, 54, 50)
_FEW = 108
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


def status(period: FocusPeriod, *, on: date, committee: str = "", meets_on: date | None = None) -> dict[str, Any]:
    """The Sachstand: how far each focus and each of its measures is, and what was last said of it, on one page."""
    until = on if period.is_open else period.ended_on or on
    focuses = _focuses(period)
    rows = [(focus.title, each) for focus, selections in focuses for each in selections]
    rows.sort(key=lambda row: (_ORDER.get(progress.standing_in(row[1]).status, 3), row[1].measure.number))
    told = [
        {"number": each.measure.number, "title": each.measure.title, "focus": title}
        | _how_far(progress.standing_in(each))
        | _lately(each, until)
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


def render_html(paper: MeasurePaper, most: int | None = None, letters: int = _LENGTHS[0]) -> str:
    """Return the document that WeasyPrint prints.

    Of a Sachstand with the first `most` measures, and with so many `letters` of what was reported on each.
    """
    stand = f"Stand: {date_format(paper.as_of, 'd.m.Y')}"
    created = datetime.combine(paper.as_of, time(12), UTC)
    context = paper.content | {"paper": paper, "title": paper.title, "stand": stand, "created": created.isoformat()}
    if paper.kind == Kind.STATUS:
        rows = paper.content["rows"][:most]
        groups = {focus["title"]: focus | {"rows": []} for focus in paper.content["focuses"]}
        for row in rows:
            groups[row["focus"]]["rows"].append(row | {"said": _said(row, letters)})
        context |= {"groups": list(groups.values()), "more": len(paper.content["rows"]) - len(rows)}
    return render_to_string(f"concepts/papers/{paper.kind}.html", context)


def render_pdf(paper: MeasurePaper, *, on_progress: OnProgress | None = None) -> Document:
    """Return the PDF; raises JobRefused with a sentence when it cannot be made.

    The Sachstand is one page, whatever the fonts make of it: less is printed of what was reported, and measures that
    still do not fit are counted in a sentence.
    """
    identifier = UUID(paper.digest[:32]).bytes
    attempts = _attempts(paper.content) if paper.kind == Kind.STATUS else [{}]
    for attempt in attempts:
        html = render_html(paper, **attempt)
        document = documents.render(html, identifier=identifier, on_progress=on_progress)
        if document.pages == 1:
            break
    return document


def _attempts(content: dict[str, Any]) -> Iterator[dict[str, int]]:
    """What may fit on the page, from what probably does to a page without any measure."""
    rows = content["rows"]
    room = _ROOM - _FOCUS * len(content["focuses"])
    for letters in _LENGTHS:
        if sum(_height(row, letters) for row in rows) <= room:
            yield {"most": len(rows), "letters": letters}
    heights = list(accumulate(_height(row, letters) for row in rows))
    for most in range(sum(height <= room for height in heights), -1, -1):
        yield {"most": most, "letters": letters}


def _height(row: dict[str, Any], letters: int) -> float:
    title = -(-len(f"Nr. 000 {row['title']}") // _LETTERS["title"])
    lately = sum(-(-len(line) // _LETTERS["lately"]) for line in _said(row, letters).values())
    return _ROW + _LINE * max(title, lately, 2)


def _said(row: dict[str, Any], letters: int) -> dict[str, str]:
    """What is printed of a measure beside its state: {"note": ..., "count": ..., "late": ...} where there is any."""
    note, late = row.get("note"), row.get("late", [])
    said = {}
    if note:
        said["note"] = shorten(f"{note['day']}: {note['text']}", letters, placeholder=" …")
    if row.get("count") and letters > _LENGTHS[-1]:
        said["count"] = row["count"]
    if late and letters <= _FEW:
        said["late"] = f"{len(late)} {'Schritte' if late[1:] else 'Schritt'}, seit dem {late[0]['due']}"
    elif late:
        more = f" und {len(late) - 1} weitere" if late[1:] else ""
        said["late"] = f"{shorten(late[0]['text'], 60, placeholder=' …')} (bis {late[0]['due']}){more}"
    return said


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


def _lately(selection: Selection, until: date) -> dict[str, Any]:
    """What was last said and counted of a measure, and which of its steps were overdue on that day."""
    measure = selection.measure
    notes = [note for note in measure.notes.all() if note.is_public and note.reported_on <= until]
    counts = [
        (value.counted_on, indicator, value.value)
        for indicator in measure.indicators.all()
        for value in indicator.values.all()
        if value.counted_on <= until
    ]
    is_at_work = progress.standing_in(selection).status in AT_WORK_STATUSES
    return {
        "note": {"day": _day(notes[0].reported_on), "text": notes[0].text} if notes else {},
        "count": _counted(*max(counts, key=itemgetter(0))[1:]) if counts else "",
        "late": [
            {"text": step.text, "due": _day(step.due_on)}
            for step in sorted(measure.steps.all(), key=lambda step: step.due_on or until)
            if is_at_work and step.due_on and step.due_on < until and (step.done_on is None or step.done_on > until)
        ],
    }


def _counted(indicator: Indicator, value: Decimal) -> str:
    """ "Wartezeit: 26 Tage (Ziel höchstens 21)"."""
    target = progress.target(indicator)
    return f"{indicator.name}: {progress.figure(value)} {indicator.unit}" + (f" (Ziel {target})" if target else "")


def _told(measure: Measure, *, during: FocusPeriod | None = None) -> dict[str, Any]:
    """`during` a period all is told that was said in it, otherwise what was said last. Nothing later than its end."""
    last = (during.ended_on if during is not None and not during.is_open else None) or date.max
    partners = [str(partner) for partner in measure.partners.all()]
    chosen = next((each for each in measure.selections.all() if each.period.is_open), None)
    notes = [note for note in measure.notes.all() if note.is_public and note.reported_on <= last]
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
            {
                "text": step.text,
                "due": _day(step.due_on),
                "done": _day(step.done_on) if step.done_on and step.done_on <= last else "",
            }
            for step in measure.steps.all()
        ],
        "indicators": [_indicator(indicator, last) for indicator in measure.indicators.all()],
        "notes": [{"day": _day(note.reported_on), "text": note.text} for note in reversed(notes)],
    }


def _indicator(indicator: Indicator, last: date) -> dict[str, Any]:
    """With bars of the last counts until a day and of the target; widths in per cent of the longest."""
    values = [each for each in indicator.values.all() if each.counted_on <= last]
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
