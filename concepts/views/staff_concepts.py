"""Concepts in the workspace: list, creation, a concept with its versions."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views import View
from django.views.generic import DetailView, ListView

from concepts import changes
from concepts.forms.concepts import ConceptForm
from concepts.models import Concept, ConceptVersion
from kiportal.common.forms import StaleSave
from kiportal.common.views.conflicts import conflict


class ConceptEditorMixin(PermissionRequiredMixin):
    permission_required = "concepts.change_concept"
    raise_exception = True


class StaffConceptList(ConceptEditorMixin, ListView):
    template_name = "concepts/staff_concept_list.html"

    def get_queryset(self) -> QuerySet[Concept]:
        return Concept.objects.with_versions(ConceptVersion.objects.all())


class StaffConceptAdd(ConceptEditorMixin, View):
    permission_required = "concepts.add_concept"

    def get(self, request: HttpRequest) -> HttpResponse:
        return _form_page(request, ConceptForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = ConceptForm(request.POST)
        if not form.is_valid():
            return _form_page(request, form)
        version = changes.add_concept(form.instance)
        messages.success(request, f"„{version.concept}“ ist angelegt. Sie können jetzt den ersten Entwurf schreiben.")
        return redirect("concepts:staff_version_detail", version.pk)


class StaffConceptEdit(ConceptEditorMixin, View):
    """Name, kind and short description, as the public pages show them; versions keep the title of their cover."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return _form_page(request, ConceptForm(instance=get_object_or_404(Concept, pk=pk)))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        concept = get_object_or_404(Concept, pk=pk)
        form = ConceptForm(request.POST, instance=concept)
        if not form.is_valid():
            return _form_page(request, form)
        back_url = reverse("concepts:staff_concept_detail", args=[pk])
        try:
            form.save()
        except StaleSave as stale:
            return conflict(request, form, stale, back_url=back_url)
        messages.success(request, f"„{concept}“ ist gespeichert.")
        return redirect(back_url)


class StaffConceptDetail(ConceptEditorMixin, DetailView):
    template_name = "concepts/staff_concept_detail.html"
    context_object_name = "concept"
    queryset = Concept.objects.all()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        versions = list(self.object.versions.select_related("pdf").order_by("-number"))
        return super().get_context_data(
            versions=versions, has_draft=any(version.is_draft for version in versions), **kwargs
        )


def _form_page(request: HttpRequest, form: ConceptForm) -> HttpResponse:
    concept = form.instance if form.instance.pk else None
    if concept:
        back_url = reverse("concepts:staff_concept_detail", args=[concept.pk])
    else:
        back_url = reverse("concepts:staff_concept_list")
    context = {"form": form, "concept": concept, "back_url": back_url}
    return render(request, "concepts/staff_concept_form.html", context)
