"""Changing what is public as somebody who may not simply do it: the form, and what becomes of what was sent."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.http import HttpRequest, QueryDict

from kiportal.common.models import ChangeProposal, StatusChange
from kiportal.common.transitions import TransitionError
from kiportal.common.views.conflicts import Difference
from offers.forms.overlay import OverlayForm
from offers.views.differences import differences


@dataclass(frozen=True)
class Attempt[Form: OverlayForm]:
    """The form to show, or what was done, as the word that the views give it."""

    form: Form
    done: str = ""
    status: int = 200
    differences: list[Difference] | None = None


def attempt[Form: OverlayForm](
    request: HttpRequest,
    *,
    lock: Callable[[], object],
    build: Callable[[QueryDict | None], Form],
    store: Callable[[Form], str],
) -> Attempt[Form]:
    """Show the form on a GET; on a POST store what was sent, or give the form back with what stands against it.

    `lock` keeps others from the record, `build` makes the form over the record as it is stored now, `store` writes and
    says what was done; nothing, when it found an error.
    """
    if request.method != "POST":
        return Attempt(build(None))
    try:
        with transaction.atomic():
            lock()
            form, done = build(request.POST), ""
            if form.is_valid() and not form.is_stale:
                done = store(form)
    except TransitionError as error:
        form = build(request.POST)
        form.add_error(None, str(error))
        return Attempt(form, status=error.status)
    if done or form.errors or not form.is_stale:
        return Attempt(form, done)
    differing = differences(form)
    return Attempt(build(_renewed(request.POST, build(None))), status=409, differences=differing)


def _renewed(data: Any, fresh: OverlayForm) -> QueryDict:
    """The form again, so that it can be sent over what others changed meanwhile."""
    data = data.copy()
    data["read"] = fresh.state_shown
    return data


def words_of_last(record: Any, verb: str) -> str:
    """What the centre wrote with the step that is the last one of the record; empty when another came after it."""
    last = StatusChange.objects.for_target(record).last()
    return last.reason if last is not None and last.verb == verb else ""


def question_about(proposal: ChangeProposal | None) -> str:
    """What the centre asks about a proposal, while it waits for the answer."""
    return questions_about([proposal]).get(proposal.pk, "") if proposal else ""


def questions_about(proposals: Iterable[ChangeProposal]) -> dict[int, str]:
    """The same for many at once, by the key of the proposal."""
    asked = [proposal.pk for proposal in proposals if proposal.status == ChangeProposal.Status.CHANGES_REQUESTED]
    if not asked:
        return {}
    target_type = ContentType.objects.get_for_model(ChangeProposal)
    steps = StatusChange.objects.filter(target_type=target_type, target_id__in=asked, verb="question_proposal")
    return {step.target_id: step.reason for step in steps.order_by("at", "pk")}
