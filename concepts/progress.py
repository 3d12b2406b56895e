"""How far measures are, computed from their steps and states. `HOW` says it in words wherever a number stands."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from concepts.models import FocusPeriod, Indicator, IndicatorValue, Measure, Selection

_S = Measure.Status
# What counts: what was chosen, is under way, or is done. The rest waits in the pool, or was given up.
COUNTED = (_S.SELECTED, _S.RUNNING, _S.DONE)

HOW = _(
    "So ist der Fortschritt gerechnet: Es zählen alle ausgewählten, laufenden und abgeschlossenen Maßnahmen, jede "
    "gleich viel. Eine abgeschlossene Maßnahme zählt 100 Prozent. Bei den anderen zählt, welcher Teil ihrer Schritte "
    "erledigt ist; ohne Schritte sind es 0 Prozent."
)


@dataclass(frozen=True)
class Standing:
    """How far one measure is: now, or as its period ended."""

    status: str
    steps_done: int
    steps: int

    @property
    def label(self) -> str:
        return str(_S(self.status).label)

    @property
    def share(self) -> int:
        """In per cent."""
        if self.status == _S.DONE:
            return 100
        return round(100 * self.steps_done / self.steps) if self.steps else 0

    @property
    def counts(self) -> bool:
        return self.status in COUNTED

    def as_json(self) -> dict[str, Any]:
        return {"status": self.status, "steps_done": self.steps_done, "steps": self.steps}

    # For `status_badge`
    def get_status_display(self) -> str:
        return self.label


def standing(measure: Measure) -> Standing:
    """Asks for the measure's steps, which lists prefetch."""
    steps = list(measure.steps.all())
    return Standing(measure.status, sum(step.done_on is not None for step in steps), len(steps))


def standing_in(selection: Selection) -> Standing:
    """Of a period that has ended: as it was then."""
    if selection.period.status == FocusPeriod.Status.ENDED and selection.outcome:
        return Standing(**selection.outcome)
    return standing(selection.measure)


@dataclass(frozen=True)
class Progress:
    """Of a focus, a Handlungsfeld or a period."""

    done: int
    running: int
    selected: int
    others: int
    share: int

    @property
    def total(self) -> int:
        return self.done + self.running + self.selected

    @property
    def sentence(self) -> str:
        """In words: what stands beside the bar."""
        if not self.total:
            return str(_("Noch keine Maßnahme ausgewählt."))
        told = ngettext(
            "%(done)s von %(total)s Maßnahme abgeschlossen",
            "%(done)s von %(total)s Maßnahmen abgeschlossen",
            self.total,
        ) % {"done": self.done, "total": self.total}
        running = _("%(number)s in Umsetzung") % {"number": self.running} if self.running else ""
        return ", ".join(filter(None, [told, running]))


def of(standings: Iterable[Standing]) -> Progress:
    found = list(standings)
    counted = [each for each in found if each.counts]
    return Progress(
        done=sum(each.status == _S.DONE for each in counted),
        running=sum(each.status == _S.RUNNING for each in counted),
        selected=sum(each.status == _S.SELECTED for each in counted),
        others=len(found) - len(counted),
        share=round(sum(each.share for each in counted) / len(counted)) if counted else 0,
    )


def figure(value: Decimal | None) -> str:
    """A counted number as people write it: 12, 12,5 or 1.200."""
    if value is None:
        return ""
    shown = value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
    return str(number_format(shown, use_l10n=True, force_grouping=True))


def target(indicator: Indicator) -> str:
    """What an indicator shall come to: "40", "höchstens 21", or "" without a target."""
    if indicator.target is None:
        return ""
    number = figure(indicator.target)
    return f"höchstens {number}" if indicator.less_is_better else number


def reached(
    indicator: Indicator, last: IndicatorValue | None, *, unit: str = "", fill: Callable[..., str] = str.format
) -> str:
    """How the last count stands to the target, as a sentence; a page may `fill` it with a unit of its own."""
    if last is None:
        return str(_("Noch kein Wert."))
    if indicator.target is None:
        return ""
    if indicator.less_is_better:
        over = last.value - indicator.target
        if over <= 0:
            return str(_("Ziel erreicht."))
        return fill(str(_("Noch {number} {unit} über dem Ziel.")), number=figure(over), unit=unit or indicator.unit)
    if not indicator.target:
        return ""
    return str(_("%(share)s Prozent des Ziels erreicht.")) % {"share": round(100 * last.value / indicator.target)}
