"""A version in the workspace: what it consists of, freezing, the steps of the centre's head, discarding a draft."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views import View

from concepts import changes, lifecycle, pdf
from concepts.forms.concepts import AdoptForm, ForwardForm, FreezeForm, VersionForm
from concepts.history import timeline
from concepts.models import ConceptVersion
from concepts.outline import Outline
from concepts.review import findings
from concepts.views.staff_concepts import ConceptEditorMixin
from kiportal.common.forms import StaleSave
from kiportal.common.models import Job
from kiportal.common.transitions import SomebodyWasFaster, TransitionError
from kiportal.common.views.acting import acting_user
from kiportal.common.views.conflicts import Difference, conflict, shown
from kiportal.common.views.steps import Step, StepView

VERSIONS = ConceptVersion.objects.select_related("concept")


class StaffVersionDetail(StepView):
    permission_required = "concepts.change_concept"
    template_name = "concepts/staff_version_detail.html"
    context_object_name = "version"
    queryset = VERSIONS.select_related("pdf", "word")
    transitions = lifecycle.VERSION
    steps = (
        Step(
            "forward",
            "Einem Gremium vorlegen",
            "send",
            lifecycle.forward,
            "Mitglieder des Kreistags können die Fassung danach lesen und herunterladen.",
            "„{}“ liegt dem Gremium vor.",
            form_class=ForwardForm,
        ),
        Step(
            "adopt",
            "Beschluss eintragen",
            "check",
            lifecycle.adopt,
            "Die Fassung gilt danach als beschlossen. Eine ältere beschlossene Fassung ist damit abgelöst.",
            "Der Beschluss zu „{}“ ist eingetragen.",
            form_class=AdoptForm,
        ),
        Step(
            "publish",
            "Veröffentlichen",
            "globe",
            lifecycle.publish,
            "Alle können die Fassung auf den öffentlichen Seiten lesen, ab sofort.",
            "„{}“ ist veröffentlicht.",
        ),
        Step(
            "withdraw",
            "Von den öffentlichen Seiten nehmen",
            "lock",
            lifecycle.withdraw,
            "Die Fassung verschwindet von den öffentlichen Seiten. Text und PDF bleiben gespeichert.",
            "„{}“ ist nicht mehr öffentlich.",
            needs_reason=True,
        ),
    )

    def get_history(self) -> Sequence[Any]:
        return timeline(self.object)

    def step_initial(self, step: Step) -> dict[str, Any]:
        """What was said when the version was forwarded is proposed for the decision."""
        if step.verb == "adopt":
            return {"adopted_by": self.object.committee, "paper_number": self.object.paper_number}
        return {}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        version = self.object
        former = ConceptVersion.objects.followed_by(version).first()
        context = super().get_context_data(
            outline=Outline.of(version),
            action_areas=version.action_areas.select_related("section").prefetch_related("topics"),
            findings=findings(version) if version.is_draft else [],
            job=None if hasattr(version, "pdf") else rendering_job(version),
            has_preview=version.is_draft and default_storage.exists(pdf.preview_name(version)),
            is_only_version=not version.concept.versions.exclude(pk=version.pk).exists(),
            draft=version.concept.versions.drafts().first(),
            former=former,
            compare_query=f"?alt={former.number}&neu={version.number}" if former else "",
            **kwargs,
        )
        # A step that would only be refused is not offered.
        pointless = "publish" if version.published_on else "withdraw"
        context["steps"] = [(step, form) for step, form in context["steps"] if step.verb != pointless]
        return context


def rendering_job(version: ConceptVersion) -> Job | None:
    """The last job that makes this version's PDF, or the preview of a draft."""
    kind = "concepts.render_preview" if version.is_draft else "concepts.render_version"
    return Job.objects.filter(kind=kind, arguments=[version.pk]).first()


class StaffVersionEdit(ConceptEditorMixin, View):
    """Cover and "Was ist neu?" of a draft."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = get_object_or_404(VERSIONS, pk=pk)
        if not version.is_draft:
            return version_is_closed(request, version)
        return self._page(request, VersionForm(instance=version))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = get_object_or_404(VERSIONS, pk=pk)
        form = VersionForm(request.POST, instance=version)
        if not form.is_valid():
            return self._page(request, form) if version.is_draft else version_is_closed(request, version)
        back_url = detail_url(version)
        try:
            form.save()
        except StaleSave as stale:
            return conflict(request, form, stale, back_url=back_url)
        except SomebodyWasFaster:
            return version_is_closed(request, version, typed_in(form))
        messages.success(request, "Die Angaben zur Fassung sind gespeichert.")
        return redirect(back_url)

    def _page(self, request: HttpRequest, form: VersionForm) -> HttpResponse:
        version = form.instance
        context = {"form": form, "version": version, "back_url": detail_url(version)}
        return render(request, "concepts/staff_version_form.html", context)


class StaffVersionFreeze(ConceptEditorMixin, View):
    """What is still missing, then the Stand: after this the content never changes again."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = get_object_or_404(VERSIONS, pk=pk)
        if not version.is_draft:
            return version_is_closed(request, version)
        return self._page(request, version)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = get_object_or_404(VERSIONS, pk=pk)
        if not version.is_draft:
            return version_is_closed(request, version)
        found = findings(version)
        has_hints = any(not finding.blocks for finding in found)
        form = FreezeForm(request.POST, version=version, has_hints=has_hints)
        if not form.is_valid() or any(finding.blocks for finding in found):
            return self._page(request, version, form)
        try:
            lifecycle.freeze(version, by=acting_user(request), as_of=form.cleaned_data["as_of"])
        except SomebodyWasFaster:
            return version_is_closed(request, version)
        except TransitionError as error:
            form.add_error(None, str(error))
            return self._page(request, version, form)
        messages.success(request, "Die Fassung ist abgeschlossen. Das PDF wird jetzt erstellt.")
        return redirect(detail_url(version))

    def _page(self, request: HttpRequest, version: ConceptVersion, form: FreezeForm | None = None) -> HttpResponse:
        found = findings(version)
        obstacles = [finding for finding in found if finding.blocks]
        hints = [finding for finding in found if not finding.blocks]
        form = form or FreezeForm(version=version, has_hints=bool(hints))
        context = {"version": version, "obstacles": obstacles, "hints": hints, "form": form}
        return render(request, "concepts/staff_version_freeze.html", context)


class StaffVersionNext(ConceptEditorMixin, View):
    """ "Fortschreiben": the next draft with the content of this version."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = get_object_or_404(VERSIONS, pk=pk)
        try:
            draft = lifecycle.start_next_version(version, by=acting_user(request))
        except TransitionError as error:
            messages.info(request, str(error))
            return redirect(detail_url(version.concept.versions.drafts().first() or version))
        messages.success(
            request,
            f"Fassung {draft.number} ist als Entwurf angelegt, mit Text, Handlungsfeldern, Quellen und Bildern von "
            f"Fassung {version.number}. „Was ist neu?“ ist noch leer.",
        )
        return redirect(detail_url(draft))


class StaffVersionPreview(ConceptEditorMixin, View):
    """A draft as PDF, marked as such on every page: POST has it made, GET opens what was made last."""

    def get(self, request: HttpRequest, pk: int) -> FileResponse:
        version = get_object_or_404(VERSIONS.drafts(), pk=pk)
        name = pdf.preview_name(version)
        if not default_storage.exists(name):
            raise Http404
        filename = f"{version.concept.slug}-entwurf.pdf"
        answer = FileResponse(default_storage.open(name), content_type="application/pdf", filename=filename)
        patch_cache_control(answer, private=True, no_store=True)
        return answer

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = get_object_or_404(VERSIONS, pk=pk)
        if not version.is_draft:
            return version_is_closed(request, version)
        lifecycle.preview(version, by=acting_user(request))
        messages.success(request, "Die Vorschau entsteht. Sie zeigt den Text, wie er jetzt gespeichert ist.")
        return redirect(detail_url(version))


class StaffVersionDiscard(ConceptEditorMixin, View):
    """Delete a draft; the only version of a concept takes the concept with it. GET asks."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = get_object_or_404(VERSIONS, pk=pk)
        if not version.is_draft:
            return version_is_closed(request, version)
        context = {
            "version": version,
            "sections": version.sections.count(),
            "is_only_version": not version.concept.versions.exclude(pk=pk).exists(),
        }
        return render(request, "concepts/staff_version_discard.html", context)

    @transaction.atomic
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = get_object_or_404(VERSIONS, pk=pk)
        try:
            concept_is_gone = changes.discard_draft(version)
        except SomebodyWasFaster:
            return version_is_closed(request, version)
        if concept_is_gone:
            messages.success(request, f"Der Entwurf ist verworfen und mit ihm das Konzept „{version.concept}“.")
            return redirect("concepts:staff_concept_list")
        messages.success(request, f"Der Entwurf von Fassung {version.number} ist verworfen.")
        return redirect("concepts:staff_concept_detail", version.concept_id)


def detail_url(version: ConceptVersion) -> str:
    return reverse("concepts:staff_version_detail", args=[version.pk])


def version_is_closed(request: HttpRequest, version: ConceptVersion, typed: Sequence[Difference] = ()) -> HttpResponse:
    """The friendly 409 for whoever wants to change what is frozen; `typed` is shown so that it is not lost."""
    version.refresh_from_db()
    context = {"version": version, "typed": typed, "last": next(iter(timeline(version)), None)}
    return render(request, "concepts/staff_version_closed.html", context, status=409)


def typed_in(form: Any) -> list[Difference]:
    """What somebody typed into a form, each field with its label and what the record held when it was opened."""
    return [
        Difference(str(form[name].label), "", shown(form.fields[name], form.cleaned_data[name]))
        for name in form.changed_data
        if name in form.cleaned_data and not form.fields[name].widget.is_hidden
    ]
