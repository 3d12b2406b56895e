"""The board by state: where a measure can go from its column, and its moves. Columns are drawn in the order of work.

A move is a small form; scripts only let the mouse send it (static/js/measure-board.js).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from concepts import lifecycle
from concepts.models import Measure, WorkFocus
from concepts.views.paths import PERMISSION, page_before
from kiportal.common.models import User
from kiportal.common.transitions import TransitionError
from kiportal.common.views.acting import acting_user

if TYPE_CHECKING:
    from concepts.views.measures import Card

_S = Measure.Status
COLUMNS = (
    ("arbeitspapier", "Im Arbeitspapier", (_S.PROPOSED, _S.POSTPONED)),
    ("ausgewaehlt", "Ausgewählt", (_S.SELECTED,)),
    ("umsetzung", "In Umsetzung", (_S.RUNNING,)),
    ("abgeschlossen", "Abgeschlossen", (_S.DONE,)),
    ("verworfen", "Verworfen", (_S.DROPPED,)),
)
# verb: (column to which it leads, what the button says, what was done)
MOVES = {
    "start": ("umsetzung", "Umsetzung beginnen", lifecycle.start_measure),
    "finish": ("abgeschlossen", "Abschließen", lifecycle.finish_measure),
    "resume": ("umsetzung", "Wieder aufnehmen", lifecycle.resume_measure),
    "postpone": ("arbeitspapier", "Zurückstellen", lifecycle.postpone_measure),
    "take_up": ("arbeitspapier", "Wieder vorschlagen", lifecycle.take_up_measure),
}


@dataclass(frozen=True)
class Movable:
    """A card with what can be done with it here: moves as (verb, label, column), focuses to choose, dropping."""

    card: "Card"
    moves: list[tuple[str, str, str]]
    focuses: Sequence[WorkFocus]
    can_drop: bool


@dataclass(frozen=True)
class Column:
    key: str
    title: str
    cards: list[Movable]


def columns_of(cards: Sequence["Card"], by: User, focuses: Sequence[WorkFocus]) -> list[Column]:
    """All columns, also those without a card; the cards' selections are prefetched."""
    movable = [_movable(card, by, focuses) for card in cards]
    return [
        Column(key, title, [each for each in movable if each.card.measure.status in statuses])
        for key, title, statuses in COLUMNS
    ]


def _movable(card: "Card", by: User, focuses: Sequence[WorkFocus]) -> Movable:
    verbs = lifecycle.offered(card.measure, by)
    moves = [(verb, label, column) for verb, (column, label, _act) in MOVES.items() if verb in verbs]
    if card.measure.status == _S.PROPOSED:  # it lies in this column already
        moves = [move for move in moves if move[0] != "postpone"]
    return Movable(card, moves, focuses if "select" in verbs else [], "drop" in verbs)


@require_POST
@permission_required(PERMISSION, raise_exception=True)
def measure_move(request: HttpRequest, pk: int) -> HttpResponse:
    """One step that needs no further word, from the board by state; goes back to it."""
    measure = get_object_or_404(Measure, pk=pk)
    move = MOVES.get(request.POST.get("verb", ""))
    if move is None:
        messages.error(request, "Bitte wählen Sie, wohin die Maßnahme kommt.")
    else:
        try:
            move[2](measure, by=acting_user(request))
        except TransitionError as error:
            messages.error(request, f"„{measure}“: {error}")
        else:
            measure.refresh_from_db()
            messages.success(request, f"„{measure}“ ist jetzt „{measure.get_status_display()}“.")
    return redirect(page_before(request, reverse("concepts:measure_list")))
