"""Detail pages of the workspace whose record can take steps: GET shows them, a POST of `verb` takes one.

What was typed is never lost: a refused step comes back with its text, and when somebody else was faster the page says
who did what and shows the text again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import BadRequest
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.generic import DetailView

from kiportal.common.forms import ReasonForm
from kiportal.common.transitions import SomebodyWasFaster, Table, TransitionError, possible
from kiportal.common.views.acting import acting_user
from kiportal.common.views.conflicts import shown


@dataclass(frozen=True)
class Step:
    verb: str
    label: str
    icon: str
    function: Callable[..., Any]  # the lifecycle's verb: (record, by=, and the fields of the form)
    explanation: str
    done: str
    needs_reason: bool = False
    form_class: type[ReasonForm] = ReasonForm


class StepView(PermissionRequiredMixin, DetailView):
    raise_exception = True
    transitions: Table
    steps: tuple[Step, ...]

    def get_history(self) -> Sequence[Any]:
        """The Verlauf of the record, newest first."""
        raise NotImplementedError

    def offered_verbs(self) -> list[str]:
        return possible(self.transitions, self.object, acting_user(self.request))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        refused: ReasonForm | None = kwargs.pop("refused", None)
        verbs = self.offered_verbs()
        steps = []
        for step in self.steps:
            is_refused = refused is not None and refused.prefix == step.verb
            if step.verb in verbs or is_refused:
                steps.append((step, refused if is_refused else self.step_form(step)))
        return super().get_context_data(steps=steps, history=self.get_history(), **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        step = next((step for step in self.steps if step.verb == request.POST.get("verb")), None)
        if step is None:
            raise BadRequest("unknown verb")
        form, status = self.step_form(step, request.POST), 200
        if form.is_valid():
            try:
                step.function(self.object, by=request.user, **form.cleaned_data)
            except SomebodyWasFaster:
                return self.somebody_was_faster(typed_text(form))
            except TransitionError as error:
                form.add_error(None, str(error))
                status = error.status
            else:
                messages.success(request, step.done.format(self.object))
                return redirect(self.get_success_url(step))
        return self.render_to_response(self.get_context_data(refused=form), status=status)

    def step_form(self, step: Step, data: Any = None) -> ReasonForm:
        return step.form_class(data, required=step.needs_reason, prefix=step.verb, initial=self.step_initial(step))

    def step_initial(self, step: Step) -> dict[str, Any]:
        return {}

    def somebody_was_faster(self, typed: str) -> HttpResponse:
        self.object.refresh_from_db()
        return faster_page(self.request, self.object, typed, record_url=self.request.path, history=self.get_history())

    def get_success_url(self, step: Step) -> str:
        return self.request.path


def typed_text(form: forms.Form) -> str:
    """What somebody typed, as text: a reason alone, or each field with its label."""
    typed = {name: shown(form.fields[name], value) for name, value in form.cleaned_data.items() if value}
    if typed.keys() <= {"reason"}:
        return typed.get("reason", "")
    return "\n".join(f"{form[name].label}: {text}" for name, text in typed.items())


def faster_page(
    request: HttpRequest,
    record: models.Model,
    typed: str,
    *,
    record_url: str,
    history: Sequence[Any],
    next_url: str = "",
) -> HttpResponse:
    """The friendly 409: the record as it is now, the last step, and the text that was typed."""
    context = {
        "record": record,
        "record_url": record_url,
        "last": next(iter(history), None),
        "typed": typed,
        "next_url": next_url,
    }
    return render(request, "common/faster.html", context, status=409)
