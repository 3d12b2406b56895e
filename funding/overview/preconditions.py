"""What the Förderrichtlinie asks for. Each is a sentence with its state: it warns, and never blocks (AC-K5)."""

from dataclasses import dataclass
from datetime import date

from dateutil.relativedelta import relativedelta
from django.urls import reverse

from concepts.models import Concept, ConceptVersion, FocusPeriod
from funding.models import Assignment, HeardBody

# Schwerpunkte are set anew every two years (call of 2026, DOMAIN 2.2).
FOCUS_YEARS = 2
# What has been superseded since was in force before: a year that is over is looked at as it was.
DECIDED = (ConceptVersion.Status.ADOPTED, ConceptVersion.Status.SUPERSEDED)


@dataclass(frozen=True)
class Precondition:
    title: str
    is_met: bool
    sentence: str
    url: str = ""


def preconditions(on: date) -> list[Precondition]:
    """As they stand on that day."""
    versions = list(
        ConceptVersion.objects.filter(status__in=DECIDED, adopted_on__lte=on)
        .select_related("concept")
        .order_by("-adopted_on", "pk")
    )
    return [_concept(versions, on), _focus(versions, on), _heard(on), _head(on)]


def current_focus(versions: list[ConceptVersion], on: date) -> ConceptVersion | None:
    """The focus in force on that day: the newest Schwerpunktpapier that was adopted within the last two years."""
    papers = (version for version in versions if version.concept.kind == Concept.Kind.FOCUS_PAPER)
    return next((paper for paper in papers if paper.adopted_on and _ends(paper.adopted_on) > on), None)


def _ends(adopted_on: date) -> date:
    return adopted_on + relativedelta(years=FOCUS_YEARS)


def _concept(versions: list[ConceptVersion], on: date) -> Precondition:
    title, url = "Beschlossenes Integrationskonzept", reverse("concepts:staff_concept_list")
    kind = Concept.Kind.INTEGRATION_CONCEPT
    found = next((version for version in versions if version.concept.kind == kind), None)
    if found is None or found.adopted_on is None:
        others = " Ein Schwerpunkt- oder Arbeitspapier genügt dafür nicht." if versions else ""
        return Precondition(title, False, f"Kein Integrationskonzept ist als beschlossen eingetragen.{others}", url)
    said = f"„{found.title}“, beschlossen am {found.adopted_on:%d.%m.%Y}, {_age(found.adopted_on, on)}."
    return Precondition(title, True, said, reverse("concepts:staff_version_detail", args=[found.pk]))


def _age(since: date, on: date) -> str:
    age = relativedelta(on, since)
    if age.years:
        return "1 Jahr alt" if age.years == 1 else f"{age.years} Jahre alt"
    return "1 Monat alt" if age.months == 1 else f"{age.months} Monate alt"


def _focus(versions: list[ConceptVersion], on: date) -> Precondition:
    """A period that was decided on; a centre that keeps none here may have a paper that says the same."""
    title, url = "Schwerpunkt für zwei Jahre", reverse("concepts:period_list")
    if (period := FocusPeriod.objects.visible_to_public().on(on).first()) is not None:
        said = f"„{period.title}“ vom {period.starts_on:%d.%m.%Y} bis {period.ends_on:%d.%m.%Y}."
        return Precondition(title, True, said, period.get_absolute_url())
    found = current_focus(versions, on)
    if found is None or found.adopted_on is None:
        said = "Weder eine beschlossene Schwerpunktperiode noch ein Schwerpunktpapier gilt an diesem Tag."
        return Precondition(title, False, said, url)
    said = f"„{found.title}“, beschlossen am {found.adopted_on:%d.%m.%Y}, gilt bis {_ends(found.adopted_on):%d.%m.%Y}."
    return Precondition(title, True, said, reverse("concepts:staff_version_detail", args=[found.pk]))


def _heard(on: date) -> Precondition:
    bodies = list(HeardBody.objects.all())
    missing = [str(body) for body in bodies if body.heard_on is None or body.heard_on > on]
    title, url = "Beteiligte Stellen gehört", reverse("funding:heard_body_list")
    if not bodies or missing:
        named = f"Noch offen: {'; '.join(missing)}." if missing else "Noch ist niemand eingetragen."
        return Precondition(title, False, named, url)
    last = max(body.heard_on for body in bodies if body.heard_on)
    return Precondition(title, True, f"Alle {len(bodies)} Stellen sind gehört, zuletzt am {last:%d.%m.%Y}.", url)


def _head(on: date) -> Precondition:
    """That somebody is named, not who."""
    named = Assignment.objects.filter(is_head=True, starts_on__lte=on).exclude(ends_on__lt=on).exists()
    said = "Eine Person ist eingetragen." if named else "Bei keiner Besetzung ist „leitet das Zentrum“ angehakt."
    return Precondition("Leitung benannt", named, said, reverse("funding:position_list"))
