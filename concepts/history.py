"""The Verlauf of a version, a measure or a focus period, as staff read it."""

from collections.abc import Sequence

from concepts.models import ConceptVersion, FocusPeriod, Measure
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
