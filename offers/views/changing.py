"""Changing a published entry, by a care link or by an account: the form, and what becomes of what was sent."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy

from kiportal.common.models import ChangeProposal
from kiportal.common.transitions import By
from offers import changes, lifecycle
from offers.forms.care import CareForm
from offers.models import Offer
from offers.permissions import own_proposals
from offers.views import overlaying

NOTHING_BUT_WORDS = gettext_lazy("Bitte ändern Sie auch etwas am Eintrag – oder schreiben Sie uns eine E-Mail.")
NOTHING = gettext_lazy("Sie haben an den Bildern noch nichts geändert.")

# As the views of links and accounts know them.
in_words = changes.OFFER.in_words
open_question = overlaying.question_about
open_questions = overlaying.questions_about


def attempt(
    request: HttpRequest, offer: Offer, *, by: By, email: str, form_class: Callable[..., Any] = CareForm
) -> overlaying.Attempt[Any]:
    """What was done is "vorschlagen", "uebernehmen", "zuruecknehmen" or "unveraendert"."""

    def build(data: QueryDict | None) -> Any:
        stored = Offer.objects.select_related("offer_type", "contact", "provider").get(pk=offer.pk)
        form = form_class(data, instance=stored, proposal=own_proposals(by, stored).first())
        form.opened_part = request.GET.get("teil", "")
        return form

    return overlaying.attempt(
        request,
        lock=lambda: Offer.objects.select_for_update().get(pk=offer.pk),
        build=build,
        store=lambda form: _propose(offer, form, by, email),
    )


def _propose(offer: Offer, form: Any, by: By, email: str) -> str:
    """Store the proposal and say what was done; nothing when the form has to be shown again."""
    stored = Offer.objects.get(pk=offer.pk)
    own = own_proposals(by, stored).first()
    form.keep_files(by=by)
    proposed = changes.between(stored, form.cleaned_data, own.changes if own else None)
    message = form.cleaned_data["message"]
    if not proposed and not own:
        if message or not form.confirms_when_unchanged:
            name, sentence = ("message", NOTHING_BUT_WORDS) if message else (None, NOTHING)
            form.add_error(name, sentence)
            return ""
        lifecycle.confirm(stored, by=by, on=timezone.localdate())
        return "unveraendert"
    made = lifecycle.propose(stored, proposed, by=by, message=message, email=email)
    if made is None:
        return "zuruecknehmen"
    return "uebernehmen" if made.status == ChangeProposal.Status.ACCEPTED else "vorschlagen"
