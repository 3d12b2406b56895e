"""Grants with their drawdowns, costs and contributions by year, programmes with their rates, heard bodies."""

from typing import Any

from django.db import transaction
from django.db.models import Model, Prefetch, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views import View
from django.views.generic import DetailView, ListView

from funding.calculation.rounding import ZERO
from funding.forms.base import RecordForm
from funding.forms.choosing import TimeForm
from funding.forms.records import (
    CostForm,
    DrawdownForm,
    GrantForm,
    HeardBodyForm,
    InKindForm,
    ProgrammeForm,
    RateForm,
)
from funding.models import Cost, Drawdown, FundingProgramme, FundingRate, Grant, HeardBody, InKindContribution
from funding.overview import sheet
from funding.overview.reading import book
from funding.views.access import ManageMixin, tabs
from funding.views.records import RecordAdd, RecordDelete, RecordEdit
from kiportal.common.slugs import free_slug

GRANTS = ("funding:grant_list", "Zuwendungen")
COSTS = ("funding:cost_list", "Ausgaben und Sachleistungen")
PROGRAMMES = ("funding:programme_list", "Fördersätze")


class GrantList(ManageMixin, ListView):
    template_name = "funding/grant_list.html"
    context_object_name = "grants"

    def get_queryset(self) -> Any:
        return Grant.objects.select_related("programme").annotate(drawn=Sum("drawdowns__amount"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(tabs=tabs(self.request, "grant_list"), **kwargs)


class GrantDetail(ManageMixin, DetailView):
    template_name = "funding/grant_detail.html"
    context_object_name = "grant"
    queryset = Grant.objects.select_related("programme")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        drawdowns = list(self.object.drawdowns.all())
        return super().get_context_data(
            drawdowns=drawdowns,
            drawn=sum((entry.amount for entry in drawdowns), ZERO),
            reports=self.object.reports.all(),
            positions=self.object.positions.all(),
            today=timezone.localdate(),
            **kwargs,
        )


class GrantAdd(RecordAdd):
    model, form_class, part = Grant, GrantForm, GRANTS
    noun, title = "Die Zuwendung", "Zuwendung eintragen"

    def new(self, request: HttpRequest, **arguments: Any) -> Model:
        first = FundingProgramme.objects.first()
        return Grant(programme=first, authority=first.authority) if first else Grant()

    def back_url(self, record: Grant) -> str:
        return record.get_absolute_url() if record.pk else reverse("funding:grant_list")


class GrantEdit(RecordEdit):
    model, form_class, part, noun = Grant, GrantForm, GRANTS, "Die Zuwendung"


class GrantDelete(RecordDelete):
    model, part, noun = Grant, GRANTS, "Die Zuwendung"

    def refused(self, record: Grant) -> str:
        if record.drawdowns.exists() or record.reports.exists():
            return "Zu diesem Bescheid gibt es Mittelabrufe oder Nachweise. Löschen Sie zuerst diese."
        return ""

    def after_url(self, record: Grant) -> str:
        return reverse("funding:grant_list")


class DrawdownAdd(RecordAdd):
    model, form_class, part = Drawdown, DrawdownForm, GRANTS
    noun, title = "Der Mittelabruf", "Mittelabruf eintragen"

    def new(self, request: HttpRequest, **arguments: Any) -> Model:
        return Drawdown(grant=get_object_or_404(Grant, pk=arguments["grant_pk"]), requested_on=timezone.localdate())


class DrawdownEdit(RecordEdit):
    model, form_class, part, noun = Drawdown, DrawdownForm, GRANTS, "Der Mittelabruf"


class DrawdownDelete(RecordDelete):
    model, part, noun = Drawdown, GRANTS, "Der Mittelabruf"


# Costs and contributions


class CostList(ManageMixin, View):
    """What was spent and given in a year."""

    def get(self, request: HttpRequest) -> HttpResponse:
        form = TimeForm(request.GET)
        number = form.time.year
        context = {
            "year": number,
            "years": [number - 1, number + 1],
            "costs": Cost.objects.filter(year=number).select_related("grant"),
            "money": sheet.money_of(book(), sheet.Time(sheet.year(number))),
            "tabs": tabs(request, "cost_list"),
        }
        return render(request, "funding/cost_list.html", context)


def _year(request: HttpRequest) -> int:
    return TimeForm(request.GET).time.year


class CostAdd(RecordAdd):
    model, form_class, part = Cost, CostForm, COSTS
    noun, title = "Die Ausgabe", "Ausgabe eintragen"

    def new(self, request: HttpRequest, **arguments: Any) -> Model:
        return Cost(year=_year(request))


class CostEdit(RecordEdit):
    model, form_class, part, noun = Cost, CostForm, COSTS, "Die Ausgabe"


class CostDelete(RecordDelete):
    model, part, noun = Cost, COSTS, "Die Ausgabe"


class InKindAdd(RecordAdd):
    model, form_class, part = InKindContribution, InKindForm, COSTS
    noun, title = "Die Sachleistung", "Sachleistung eintragen"

    def new(self, request: HttpRequest, **arguments: Any) -> Model:
        return InKindContribution(year=_year(request))


class InKindEdit(RecordEdit):
    model, form_class, part, noun = InKindContribution, InKindForm, COSTS, "Die Sachleistung"


class InKindDelete(RecordDelete):
    model, part, noun = InKindContribution, COSTS, "Die Sachleistung"


# Programmes and rates


class ProgrammeList(ManageMixin, ListView):
    template_name = "funding/programme_list.html"
    context_object_name = "programmes"
    queryset = FundingProgramme.objects.select_related("funder_note").prefetch_related(
        Prefetch("rates", FundingRate.objects.in_order(), to_attr="ordered_rates")
    )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(tabs=tabs(self.request, "programme_list"), **kwargs)


class ProgrammeAdd(RecordAdd):
    model, form_class, part = FundingProgramme, ProgrammeForm, PROGRAMMES
    noun, title = "Das Programm", "Förderprogramm anlegen"

    def save(self, form: RecordForm) -> None:
        records = FundingProgramme.objects.all()
        form.instance.slug = free_slug(records, form.instance.name, fallback="programm")
        with transaction.atomic():
            form.save()


class ProgrammeEdit(RecordEdit):
    model, form_class, part, noun = FundingProgramme, ProgrammeForm, PROGRAMMES, "Das Programm"


class ProgrammeDelete(RecordDelete):
    model, part, noun = FundingProgramme, PROGRAMMES, "Das Programm"

    def refused(self, record: FundingProgramme) -> str:
        if record.rates.exists() or record.positions.exists() or record.grants.exists():
            return "Zu diesem Programm gibt es Fördersätze, Stellen oder Zuwendungen. Löschen Sie zuerst diese."
        return ""


class RateAdd(RecordAdd):
    model, form_class, part = FundingRate, RateForm, PROGRAMMES
    noun, title = "Der Fördersatz", "Fördersatz eintragen"
    note = "Bisherige Sätze bleiben: Tragen Sie bei ihnen ein Ende ein, damit frühere Jahre richtig gerechnet werden."

    def new(self, request: HttpRequest, **arguments: Any) -> Model:
        return FundingRate(programme=get_object_or_404(FundingProgramme, pk=arguments["programme_pk"]))


class RateEdit(RecordEdit):
    model, form_class, part, noun = FundingRate, RateForm, PROGRAMMES, "Der Fördersatz"


class RateDelete(RecordDelete):
    model, part, noun = FundingRate, PROGRAMMES, "Der Fördersatz"


# Heard bodies


class HeardBodyList(ManageMixin, ListView):
    template_name = "funding/heard_body_list.html"
    context_object_name = "bodies"
    queryset = HeardBody.objects.all()


class HeardBodyEdit(RecordEdit):
    model, form_class, noun = HeardBody, HeardBodyForm, "Die Anhörung"
    part = ("funding:heard_body_list", "Gehörte Stellen")
