"""Needs from within: staff write one down, and say where in the tables of coverage one belongs."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from kiportal.common.forms import StaleSave
from kiportal.common.views.acting import acting_user
from kiportal.common.views.conflicts import conflict
from offers import lifecycle
from offers.coverage.needs import FIELDS
from offers.forms.needs import NeedAssignForm, NeedRecordForm
from offers.models import Need

PERMISSION = "offers.answer_need"


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PERMISSION, raise_exception=True)
def need_record(request: HttpRequest) -> HttpResponse:
    """Comes filled in with the cell from which one came."""
    if request.method == "POST":
        form = NeedRecordForm(request.POST)
        if form.is_valid():
            said = {name: form.cleaned_data[name] for name in form.Meta.fields}
            need = lifecycle.record_need(form.cleaned_data["key"], by=acting_user(request), **said)
            messages.success(request, f"Der Bedarf {need} ist vorgemerkt und zählt in den Tabellen mit.")
            return redirect(need)
    else:
        form = NeedRecordForm(initial=_from_cell(request))
    return render(request, "offers/need_record.html", {"form": form})


def _from_cell(request: HttpRequest) -> dict[str, int]:
    """The rows that the address names; unknown ones are left out."""
    found = {}
    for parameter, field in FIELDS.items():
        model: Any = Need._meta.get_field(field).related_model
        if (
            key := model._default_manager.filter(slug=request.GET.get(parameter, ""))
            .values_list("pk", flat=True)
            .first()
        ):
            found[field] = key
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PERMISSION, raise_exception=True)
def need_assign(request: HttpRequest, pk: int) -> HttpResponse:
    need = get_object_or_404(Need, pk=pk)
    form = NeedAssignForm(request.POST if request.method == "POST" else None, instance=need)
    if form.is_bound and form.is_valid():
        try:
            form.save()
        except StaleSave as stale:
            return conflict(request, form, stale, back_url=need.get_absolute_url())
        messages.success(request, f"Die Zuordnung von {need} ist gespeichert.")
        return redirect(need)
    context = {"form": form, "need": need, "back_url": need.get_absolute_url()}
    return render(request, "offers/need_assign.html", context)
