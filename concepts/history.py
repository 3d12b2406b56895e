"""The Verlauf of a version, as staff read it."""

from collections.abc import Sequence

from concepts.models import ConceptVersion
from offers import history

STEPS = {
    "freeze": "Abgeschlossen",
    "forward": "Einem Gremium vorgelegt",
    "adopt": "Beschlossen",
    "supersede": "Von einer neueren Fassung abgelöst",
    "publish": "Veröffentlicht",
    "withdraw": "Von den öffentlichen Seiten genommen",
}


def timeline(version: ConceptVersion) -> Sequence[history.Step]:
    return history.timeline(version, titles=STEPS)
