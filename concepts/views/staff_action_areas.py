"""Handlungsfelder of a version. In a frozen version only their topics change."""

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views import View

from concepts import changes
from concepts.forms.sections import ActionAreaForm, TopicsForm
from concepts.models import ActionArea, ConceptVersion
from concepts.views.staff_concepts import ConceptEditorMixin
from concepts.views.staff_versions import VERSIONS, detail_url, typed_in, version_is_closed
from kiportal.common.forms import StaleSave
from kiportal.common.transitions import SomebodyWasFaster, TransitionError
from kiportal.common.views.conflicts import conflict

AREAS = ActionArea.objects.select_related("version__concept")


class StaffActionAreaAdd(ConceptEditorMixin, View):
    def get(self, request: HttpRequest, version_pk: int) -> HttpResponse:
        version = get_object_or_404(VERSIONS, pk=version_pk)
        if not version.is_draft:
            return version_is_closed(request, version)
        return _form_page(request, version, ActionAreaForm(instance=ActionArea(version=version)))

    def post(self, request: HttpRequest, version_pk: int) -> HttpResponse:
        version = get_object_or_404(VERSIONS, pk=version_pk)
        form = ActionAreaForm(request.POST, instance=ActionArea(version=version))
        if not form.is_valid():
            return _form_page(request, version, form) if version.is_draft else version_is_closed(request, version)
        values = {name: form.cleaned_data[name] for name in ("title", "strand", "section")}
        if key := form.cleaned_data["key"]:
            values["uuid"] = key
        try:
            area = changes.add_action_area(version, topics=form.cleaned_data["topics"], **values)
        except SomebodyWasFaster:
            return version_is_closed(request, version, typed_in(form))
        except IntegrityError:
            area = get_object_or_404(version.action_areas, uuid=key)
        messages.success(request, f"Das Handlungsfeld „{area}“ ist angelegt.")
        return redirect(f"{detail_url(version)}#handlungsfelder")


class StaffActionAreaEdit(ConceptEditorMixin, View):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        area = get_object_or_404(AREAS, pk=pk)
        form = ActionAreaForm(instance=area) if area.version.is_draft else TopicsForm(instance=area)
        return _form_page(request, area.version, form)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        area = get_object_or_404(AREAS, pk=pk)
        version = area.version
        form: ActionAreaForm | TopicsForm
        if version.is_draft:
            form = ActionAreaForm(request.POST, instance=area)
        elif "title" in request.POST:  # opened while it was a draft
            return version_is_closed(request, version, typed_in(_checked(request, area)))
        else:
            form = TopicsForm(request.POST, instance=area)
        if not form.is_valid():
            return _form_page(request, version, form)
        try:
            form.save()
        except StaleSave as stale:
            return conflict(request, form, stale, back_url=detail_url(version))  # type: ignore[arg-type]
        except SomebodyWasFaster:
            return version_is_closed(request, version, typed_in(form))
        messages.success(request, f"Das Handlungsfeld „{area}“ ist gespeichert.")
        return redirect(f"{detail_url(version)}#handlungsfelder")


class StaffActionAreaMove(ConceptEditorMixin, View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        area = get_object_or_404(AREAS, pk=pk)
        try:
            changes.move_action_area(area, -1 if request.POST.get("direction") == "up" else 1)
        except TransitionError:
            return version_is_closed(request, area.version)
        return redirect(f"{detail_url(area.version)}#handlungsfelder")


class StaffActionAreaDelete(ConceptEditorMixin, View):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        area = get_object_or_404(AREAS, pk=pk)
        if not area.version.is_draft:
            return version_is_closed(request, area.version)
        return render(request, "concepts/staff_action_area_delete.html", {"area": area, "version": area.version})

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        area = get_object_or_404(AREAS, pk=pk)
        try:
            changes.delete_action_area(area)
        except SomebodyWasFaster:
            return version_is_closed(request, area.version)
        messages.success(request, f"Das Handlungsfeld „{area}“ ist gelöscht.")
        return redirect(f"{detail_url(area.version)}#handlungsfelder")


def _checked(request: HttpRequest, area: ActionArea) -> ActionAreaForm:
    form = ActionAreaForm(request.POST, instance=area)
    form.is_valid()
    return form


def _form_page(request: HttpRequest, version: ConceptVersion, form: ActionAreaForm | TopicsForm) -> HttpResponse:
    area = form.instance if form.instance.pk else None
    context = {"form": form, "version": version, "area": area, "back_url": detail_url(version)}
    return render(request, "concepts/staff_action_area_form.html", context)
