"""Changing a published entry, by a care link or by an account: the form, and what becomes of what was sent."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kiportal.common.models import ChangeProposal, StatusChange
from kiportal.common.richtext import to_text
from kiportal.common.transitions import By, TransitionError
from kiportal.common.views.conflicts import Difference
from offers import changes, lifecycle
from offers.forms.care import CareForm, Overlay
from offers.models import Offer
from offers.permissions import own_proposals
from offers.views.differences import differences

NOTHING_BUT_WORDS = gettext_lazy("Bitte ändern Sie auch etwas am Eintrag – oder schreiben Sie uns eine E-Mail.")
NOTHING = gettext_lazy("Sie haben an den Bildern noch nichts geändert.")


@dataclass(frozen=True)
class Attempt:
    """The form to show, or what was done: "vorschlagen", "uebernehmen", "zuruecknehmen", "unveraendert"."""

    form: Overlay
    done: str = ""
    status: int = 200
    differences: list[Difference] | None = None


def attempt(
    request: HttpRequest, offer: Offer, *, by: By, email: str, form_class: Callable[..., Overlay] = CareForm
) -> Attempt:
    """Show the form on a GET; on a POST store the change, or give the form back with what stands against it."""
    desk = _Desk(request, offer, by, email, form_class)
    if request.method != "POST":
        return Attempt(desk.form())
    try:
        form, done = desk.propose()
    except TransitionError as error:
        form = desk.form(request.POST)
        form.add_error(None, str(error))
        return Attempt(form, status=error.status)
    if done or form.errors or not form.is_stale:
        return Attempt(form, done)
    differing = differences(form)
    return Attempt(desk.form(request.POST, renew=True), status=409, differences=differing)


@dataclass(frozen=True)
class _Desk:
    request: HttpRequest
    offer: Offer
    by: By
    email: str
    form_class: Callable[..., Overlay]

    @transaction.atomic
    def propose(self) -> tuple[Overlay, str]:
        """Store the proposal and say what was done; nothing when the form has to be shown again."""
        stored = Offer.objects.select_for_update().get(pk=self.offer.pk)
        form = self.form(self.request.POST)
        if not form.is_valid() or form.is_stale:
            return form, ""
        own = own_proposals(self.by, stored).first()
        form.keep_files(by=self.by)
        proposed = changes.between(stored, form.cleaned_data, own.changes if own else None)
        message = form.cleaned_data["message"]
        if not proposed and not own:
            if message or not form.confirms_when_unchanged:
                name, sentence = ("message", NOTHING_BUT_WORDS) if message else (None, NOTHING)
                form.add_error(name, sentence)
                return form, ""
            lifecycle.confirm(stored, by=self.by, on=timezone.localdate())
            return form, "unveraendert"
        made = lifecycle.propose(stored, proposed, by=self.by, message=message, email=self.email)
        if made is None:
            return form, "zuruecknehmen"
        return form, "uebernehmen" if made.status == ChangeProposal.Status.ACCEPTED else "vorschlagen"

    def form(self, data: Any = None, *, renew: bool = False) -> Overlay:
        """The form over the entry as it is stored now; `renew` lets it be sent over what others changed meanwhile."""
        stored = Offer.objects.select_related("offer_type", "contact", "provider").get(pk=self.offer.pk)
        proposal = own_proposals(self.by, stored).first()
        if renew:
            data = data.copy()
            data["read"] = self.form_class(instance=stored, proposal=proposal).state_shown
        return self.form_class(data, instance=stored, proposal=proposal)


def open_question(proposal: ChangeProposal | None) -> str:
    """What the centre asks about a proposal, while it waits for the answer."""
    return open_questions([proposal]).get(proposal.pk, "") if proposal else ""


def open_questions(proposals: Iterable[ChangeProposal]) -> dict[int, str]:
    """The same for many at once, by the key of the proposal."""
    asked = [proposal.pk for proposal in proposals if proposal.status == ChangeProposal.Status.CHANGES_REQUESTED]
    if not asked:
        return {}
    target_type = ContentType.objects.get_for_model(ChangeProposal)
    steps = StatusChange.objects.filter(target_type=target_type, target_id__in=asked, verb="question_proposal")
    return {step.target_id: step.reason for step in steps.order_by("at", "pk")}


def in_words(proposal: ChangeProposal | None) -> list[tuple[str, str]]:
    """What a proposal asks for, as (label, new value)."""
    return (
        [(changes.label(name), _shown(name, change["new"])) for name, change in proposal.changes.items()]
        if proposal
        else []
    )


def _shown(name: str, value: Any) -> str:
    text = changes.shown(name, value)
    return (to_text(text) if changes.is_rich(name) else text) or _("(leer)")
