"""The Verlauf of a version, a measure or a focus period, as staff read it."""

from collections.abc import Sequence
from datetime import timedelta

from concepts.models import ConceptVersion, FocusPeriod, Measure, Section
from kiportal.common.models import User
from offers import history

STEPS = {
    "start_next": "Als Entwurf begonnen",
    "freeze": "Abgeschlossen",
    "forward": "Einem Gremium vorgelegt",
    "adopt": "Beschlossen",
    "supersede": "Von einer neueren Fassung abgelöst",
    "publish": "Veröffentlicht",
    "withdraw": "Von den öffentlichen Seiten genommen",
    # Measures
    "select": "Ausgewählt",
    "carry_over": "Geht in einer Periode oder danach weiter",
    "start": "Umsetzung begonnen",
    "finish": "Abgeschlossen",
    "resume": "Wieder aufgenommen",
    "postpone": "Zurückgestellt",
    "drop": "Verworfen",
    "take_up": "Wieder vorgeschlagen",
    # Focus periods
    "decide": "Beschlossen",
    "undecide": "Beschluss zurückgenommen",
    "end": "Beendet",
    "reopen": "Wieder geöffnet",
}


def timeline(record: ConceptVersion | Measure | FocusPeriod) -> Sequence[history.Step]:
    return history.timeline(record, titles=STEPS)


# A pause of this length ends a sitting.
SITTING = timedelta(minutes=30)


def fold_sitting(section: Section, by: User) -> None:
    """After an autosave: drop the autosave before it from the field history, when both are of one sitting.

    A sitting leaves one entry, its last one. What was saved by hand, or by somebody else, is never dropped. Call it in
    the transaction of the autosave, inside `pghistory.context(autosave=True)`.
    """
    events = Section.pgh_event_model.objects.filter(pgh_obj_id=section.pk)  # type: ignore[attr-defined]
    newest = events.order_by("-pgh_id").values_list("pgh_id", "pgh_created_at", "pgh_context__metadata")[:2]
    if len(newest) < 2:
        return
    (_now, now, _ours), (before, then, context) = newest
    said = context or {}
    if said.get("autosave") and said.get("user") == by.pk and now - then < SITTING:
        events.filter(pgh_id=before).delete()
