"""Sources of a version: the list with where each is cited; and the same form for the editor's dialog."""

from collections.abc import Collection
from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views import View

from concepts import changes
from concepts.bibliography import Entry
from concepts.forms.sources import PREFIX, SourceForm
from concepts.models import ConceptVersion, Source
from concepts.outline import Node, Outline
from concepts.views.staff_concepts import ConceptEditorMixin
from concepts.views.staff_sections import wants_json
from concepts.views.staff_versions import VERSIONS, typed_in, version_is_closed
from kiportal.common.forms import StaleSave
from kiportal.common.transitions import SomebodyWasFaster, TransitionError
from kiportal.common.views.conflicts import conflict

SOURCES = Source.objects.select_related("version__concept")


class StaffSourceList(ConceptEditorMixin, View):
    """As the list of the version is sorted; of a closed version to read."""

    def get(self, request: HttpRequest, version_pk: int) -> HttpResponse:
        version = get_object_or_404(VERSIONS, pk=version_pk)
        outline = Outline.of(version)
        bibliography = outline.bibliography
        rows = [
            (entry, _nodes(outline, bibliography.citing.get(entry.source.uuid, ()))) for entry in bibliography.entries
        ]
        return render(request, "concepts/staff_source_list.html", {"version": version, "rows": rows})


class StaffSourceAdd(ConceptEditorMixin, View):
    """Scripts send `Accept: application/json` and the fields with the prefix of the dialog."""

    def get(self, request: HttpRequest, version_pk: int) -> HttpResponse:
        version = get_object_or_404(VERSIONS, pk=version_pk)
        if not version.is_draft:
            return version_is_closed(request, version)
        return _form_page(request, version, SourceForm(instance=Source(version=version)))

    def post(self, request: HttpRequest, version_pk: int) -> HttpResponse:
        version = get_object_or_404(VERSIONS, pk=version_pk)
        prefix = PREFIX if wants_json(request) else None
        form = SourceForm(request.POST, instance=Source(version=version), prefix=prefix)
        if not form.is_valid():
            if wants_json(request):
                errors = {form.add_prefix(name): sentences for name, sentences in form.errors.items()}
                return JsonResponse({"errors": errors}, status=400)
            return _form_page(request, version, form) if version.is_draft else version_is_closed(request, version)
        values = {name: form.cleaned_data[name] for name in SourceForm.Meta.fields}
        if key := form.cleaned_data["key"]:
            values["uuid"] = key
        try:
            source = changes.add_source(version, **values)
        except SomebodyWasFaster as error:
            if wants_json(request):
                return JsonResponse({"errors": {form.add_prefix("title"): [str(error)]}}, status=400)
            return version_is_closed(request, version, typed_in(form))
        except IntegrityError:
            source = get_object_or_404(version.sources, uuid=key)
        if wants_json(request):
            return JsonResponse({"uuid": str(source.uuid), "label": Entry(source).label}, status=201)
        messages.success(request, f"Die Quelle „{source}“ ist angelegt. Im Editor können Sie sie zitieren.")
        return redirect(_list_url(version))


class StaffSourceEdit(ConceptEditorMixin, View):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        source = get_object_or_404(SOURCES, pk=pk)
        if not source.version.is_draft:
            return version_is_closed(request, source.version)
        return _form_page(request, source.version, SourceForm(instance=source))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        source = get_object_or_404(SOURCES, pk=pk)
        form = SourceForm(request.POST, instance=source)
        if not form.is_valid():
            return _form_page(request, source.version, form)
        try:
            form.save()
        except StaleSave as stale:
            return conflict(request, form, stale, back_url=_list_url(source.version))
        except SomebodyWasFaster:
            return version_is_closed(request, source.version, typed_in(form))
        messages.success(request, f"Die Quelle „{source}“ ist gespeichert.")
        return redirect(_list_url(source.version))


class StaffSourceDelete(ConceptEditorMixin, View):
    """GET asks, or says where the source is cited: then it stays."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        source = get_object_or_404(SOURCES, pk=pk)
        if not source.version.is_draft:
            return version_is_closed(request, source.version)
        return _delete_page(request, source)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        source = get_object_or_404(SOURCES, pk=pk)
        try:
            changes.delete_source(source)
        except SomebodyWasFaster:
            return version_is_closed(request, source.version)
        except TransitionError as error:
            return _delete_page(request, source, status=error.status)
        messages.success(request, f"Die Quelle „{source}“ ist gelöscht.")
        return redirect(_list_url(source.version))


def _nodes(outline: Outline, keys: Collection[int]) -> list[Node]:
    """These sections in reading order."""
    return [node for node in outline if node.section.pk in keys]


def _list_url(version: ConceptVersion) -> str:
    return reverse("concepts:staff_source_list", args=[version.pk])


def _delete_page(request: HttpRequest, source: Source, *, status: int = 200) -> HttpResponse:
    outline = Outline.of(source.version)
    bibliography = outline.bibliography
    context: dict[str, Any] = {
        "source": source,
        "version": source.version,
        "entry": bibliography.by_uuid[source.uuid],
        "citing": _nodes(outline, bibliography.citing.get(source.uuid, ())),
        "back_url": _list_url(source.version),
    }
    return render(request, "concepts/staff_source_delete.html", context, status=status)


def _form_page(request: HttpRequest, version: ConceptVersion, form: SourceForm) -> HttpResponse:
    context = {"form": form, "version": version, "back_url": _list_url(version)}
    return render(request, "concepts/staff_source_form.html", context)
