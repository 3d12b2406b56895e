"""The measures that a version keeps: copied into it as values when it is closed, without keys to any row."""

from typing import Any

from concepts import progress
from concepts.models import ConceptVersion, Measure


def of(version: ConceptVersion) -> list[dict[str, Any]]:
    """The measures that a version has: a draft those of today, a finished one those it was closed with."""
    if version.is_draft:
        return of_today(version)
    return version.measures if version.shows_measures else []


def of_today(version: ConceptVersion) -> list[dict[str, Any]]:
    """[{"area": ..., "measures": [{...}]}] of the version's Handlungsfelder; empty unless it shows measures.

    What is decided on with a concept was chosen. Proposals, what waits and what was given up stay in the Arbeitspapier,
    which only lists what could be done.
    """
    if not version.shows_measures:
        return []
    areas = list(version.action_areas.all())
    by_area: dict[Any, list[dict[str, Any]]] = {area.uuid: [] for area in areas}
    measures = Measure.objects.filter(action_area__in=by_area, is_public=True, status__in=progress.COUNTED)
    for measure in measures.with_progress().prefetch_related("indicators__values").in_order():
        by_area[measure.action_area].append(_kept(measure))
    return [{"area": area.title, "measures": by_area[area.uuid]} for area in areas if by_area[area.uuid]]


def _kept(measure: Measure) -> dict[str, Any]:
    now = progress.standing(measure)
    return {
        "number": measure.number,
        "title": measure.title,
        "goal": measure.goal,
        "lead": measure.delegated_to or measure.public_lead,
        "status": now.label,
        "steps": f"{now.steps_done} von {now.steps}" if now.steps else "",
        "indicators": [_indicator(indicator) for indicator in measure.indicators.all()],
    }


def _indicator(indicator: Any) -> dict[str, str]:
    last = list(indicator.values.all())[-1:]
    return {
        "name": indicator.name,
        "unit": indicator.unit,
        "target": progress.target(indicator),
        "value": progress.figure(last[0].value) if last else "",
        "counted_on": f"{last[0].counted_on:%d.%m.%Y}" if last else "",
    }


COLUMNS = ("Maßnahme", "Ziel", "Wer", "Stand")


def cells(measure: dict[str, Any]) -> tuple[str, str, str, str]:
    """What stands of a kept measure in a row of the table, by COLUMNS."""
    standing = [measure["status"]]
    if measure["steps"]:
        standing.append(f"Schritte: {measure['steps']}")
    for each in measure["indicators"]:
        if each["value"]:
            target = f" (Ziel {each['target']})" if each["target"] else ""
            standing.append(f"{each['name']}: {each['value']} {each['unit']}{target}")
    return (
        f"Nr. {measure['number']} {measure['title']}",
        measure["goal"] or "noch offen",
        measure["lead"] or "noch offen",
        "; ".join(standing),
    )


def words(kept: list[dict[str, Any]]) -> str:
    """All that is said in it, for checks."""
    return " ".join(
        f"{measure['title']} {measure['goal']} {measure['lead']} "
        + " ".join(f"{each['name']} {each['unit']}" for each in measure["indicators"])
        for group in kept
        for measure in group["measures"]
    )
