"""The public summary: written and published by the head, read by everybody."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.generic import ListView

from funding import lifecycle
from funding.forms.records import SummaryForm
from funding.models import FundingSummary
from funding.overview import summary
from funding.permissions import MANAGE
from funding.views.access import ManageMixin, tabs
from funding.views.records import RecordAdd, RecordDelete, RecordEdit
from kiportal.common.views.steps import Step, StepView
from offers import history

PART = ("funding:summary_list", "Öffentliche Übersicht")
TITLES = {"publish": "Veröffentlicht", "withdraw": "Von der öffentlichen Seite genommen"}


@require_safe
@login_not_required
def public_summary(request: HttpRequest) -> HttpResponse:
    """The newest year first, older ones below; nothing to see before the head has published one."""
    published = list(FundingSummary.objects.visible_to_public())
    if not published:
        raise Http404
    context = {"entries": [(entry, summary.shown(entry.figures)) for entry in published]}
    return render(request, "funding/public_summary.html", context)


class SummaryList(ManageMixin, ListView):
    template_name = "funding/summary_list.html"
    context_object_name = "summaries"
    queryset = FundingSummary.objects.all()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(tabs=tabs(self.request, "summary_list"), **kwargs)


class SummaryDetail(StepView):
    """What would be published now, what is published, and the button between them."""

    permission_required = MANAGE
    template_name = "funding/summary_detail.html"
    context_object_name = "summary"
    queryset = FundingSummary.objects.all()
    transitions = lifecycle.SUMMARY
    steps = (
        Step(
            "publish",
            "Mit den Zahlen von heute veröffentlichen",
            "globe",
            lifecycle.publish,
            "Alle können Stellen und Summen dieses Jahres lesen, ab sofort. Namen stehen nicht darin.",
            "„{}“ ist veröffentlicht.",
        ),
        Step(
            "withdraw",
            "Von der öffentlichen Seite nehmen",
            "lock",
            lifecycle.withdraw,
            "Die Zahlen dieses Jahres verschwinden von der öffentlichen Seite.",
            "„{}“ ist nicht mehr öffentlich.",
        ),
    )

    def get_history(self) -> Sequence[Any]:
        return history.timeline(self.object, titles=TITLES)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        figures = summary.public_figures(self.object.year)
        published = summary.shown(self.object.figures) if self.object.published_at else None
        return super().get_context_data(
            preview=summary.shown(figures),
            published=published,
            is_up_to_date=published is not None and _without_day(figures) == _without_day(self.object.figures),
            **kwargs,
        )


def _without_day(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in figures.items() if name != "as_of"}


class SummaryAdd(RecordAdd):
    model, form_class, part = FundingSummary, SummaryForm, PART
    noun, title = "Die Übersicht", "Öffentliche Übersicht anlegen"
    note = "Öffentlich wird sie erst, wenn Sie sie auf der nächsten Seite veröffentlichen."

    def new(self, request: HttpRequest, **arguments: Any) -> FundingSummary:
        return FundingSummary(year=timezone.localdate().year)

    def back_url(self, record: FundingSummary) -> str:
        return record.get_absolute_url() if record.pk else reverse("funding:summary_list")


class SummaryEdit(RecordEdit):
    model, form_class, part, noun = FundingSummary, SummaryForm, PART, "Die Übersicht"


class SummaryDelete(RecordDelete):
    model, part, noun = FundingSummary, PART, "Die Übersicht"

    def refused(self, record: FundingSummary) -> str:
        if record.status == FundingSummary.Status.PUBLISHED:
            return "Die Übersicht ist öffentlich. Nehmen Sie sie zuerst von der öffentlichen Seite."
        return ""

    def after_url(self, record: FundingSummary) -> str:
        return reverse("funding:summary_list")
