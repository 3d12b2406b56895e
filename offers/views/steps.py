"""Detail pages of the workspace whose record can take steps: GET shows them, a POST of `verb` takes one.

What was typed is never lost: a refused step comes back with its text, and when somebody else was faster the page says
who did what and shows the text again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.generic import DetailView

from actors.models import Organisation
from kiportal.common.transitions import SomebodyWasFaster, Table, TransitionError, possible
from kiportal.common.views.acting import acting_user
from offers.forms.decisions import ReasonForm
from offers.history import timeline
from offers.models import Offer


@dataclass(frozen=True)
class Step:
    verb: str
    label: str
    icon: str
    function: Callable[..., Any]  # the lifecycle's verb: (record, by=, reason=)
    explanation: str
    done: str
    needs_reason: bool = False


class StepView(PermissionRequiredMixin, DetailView):
    raise_exception = True
    transitions: Table
    steps: tuple[Step, ...]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        refused: ReasonForm | None = kwargs.pop("refused", None)
        verbs = possible(self.transitions, self.object, acting_user(self.request))
        steps = []
        for step in self.steps:
            if step.verb in verbs:
                is_refused = refused is not None and refused.prefix == step.verb
                steps.append((step, refused if is_refused else self.reason_form(step)))
        return super().get_context_data(steps=steps, history=timeline(self.object), **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        step = next((step for step in self.steps if step.verb == request.POST.get("verb")), None)
        if step is None:
            raise BadRequest("unknown verb")
        form, status = self.reason_form(step, request.POST), 200
        if form.is_valid():
            try:
                step.function(self.object, by=request.user, reason=form.cleaned_data["reason"])
            except SomebodyWasFaster:
                return somebody_was_faster(request, self.object, form.cleaned_data["reason"])
            except TransitionError as error:
                form.add_error(None, str(error))
                status = error.status
            else:
                messages.success(request, step.done.format(self.object))
                return redirect(self.get_success_url(step))
        return self.render_to_response(self.get_context_data(refused=form), status=status)

    def reason_form(self, step: Step, data: Any = None) -> ReasonForm:
        return ReasonForm(data, required=step.needs_reason, prefix=step.verb)

    def get_success_url(self, step: Step) -> str:
        return self.request.path


def workspace_url(record: Offer | Organisation) -> str:
    name = "staff_offer_detail" if isinstance(record, Offer) else "staff_organisation_detail"
    return reverse(f"offers:{name}", args=[record.pk])


def somebody_was_faster(
    request: HttpRequest, record: Offer | Organisation, typed: str, *, next_url: str = ""
) -> HttpResponse:
    """The friendly 409: the record as it is now, the last step, and the text that was typed."""
    record.refresh_from_db()
    context = {
        "record": record,
        "record_url": workspace_url(record),
        "last": next(iter(timeline(record)), None),
        "typed": typed,
        "next_url": next_url,
    }
    return render(request, "offers/staff_faster.html", context, status=409)
