"""A draft out of a Word file: upload, look at what it becomes and what gets lost, take it over, take that back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.vary import vary_on_headers

from concepts import rendering
from concepts.forms.word import TakeForm, WordForm
from concepts.models import ConceptVersion, WordImport
from concepts.outline import Node, Outline
from concepts.rendering import Footnotes
from concepts.views.staff_concepts import ConceptEditorMixin
from concepts.views.staff_versions import VERSIONS, detail_url, version_is_closed
from concepts.word import taking
from concepts.word.notes import KINDS
from concepts.word.reading import sections
from concepts.word.writing import render_version_word
from kiportal.common.jobs import JobRefused
from kiportal.common.models import Job
from kiportal.common.transitions import SomebodyWasFaster, TransitionError
from kiportal.common.views.acting import acting_user

WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
IMPORTS = WordImport.objects.select_related("version__concept", "created_by")

_TITLES = {
    "lost": ("Nicht übernommen", "danger", "Das steht in der Datei, aber nicht im Entwurf."),
    "todo": ("Bitte nacharbeiten", "warning", "Ohne das lässt sich die Fassung später nicht abschließen."),
    "changed": ("Verändert", "info", "Das sieht im Entwurf anders aus als in der Datei."),
    "comment": (
        "Kommentare",
        "info",
        "Kommentare werden nie Teil des Textes, auf Wunsch aber interne Notizen. Diese Liste bleibt 30 Tage.",
    ),
}


class StaffWordDraft(ConceptEditorMixin, View):
    """The Word file of a draft, made of the text as it is now. Finished versions have a stored one."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
        version = get_object_or_404(VERSIONS, pk=pk)
        if not version.is_draft:
            raise Http404
        try:
            content = render_version_word(version)
        except JobRefused as refusal:
            messages.error(request, str(refusal))
            return redirect(detail_url(version))
        answer = HttpResponse(content, content_type=WORD_TYPE)
        name = f"{version.concept.slug}-entwurf-{timezone.localdate():%Y-%m-%d}.docx"
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        patch_cache_control(answer, private=True, no_store=True)
        return answer


class StaffWordAdd(ConceptEditorMixin, View):
    """The form for a file, and the files that were read lately."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = get_object_or_404(VERSIONS, pk=pk)
        if not version.is_draft:
            return version_is_closed(request, version)
        return self._page(request, version, WordForm(version=version))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = get_object_or_404(VERSIONS, pk=pk)
        if not version.is_draft:
            return version_is_closed(request, version)
        form = WordForm(request.POST, request.FILES, version=version)
        if not form.is_valid():
            return self._page(request, version, form)
        try:
            return redirect(taking.keep(form.found, form.content, by=acting_user(request)))
        except SomebodyWasFaster:
            return version_is_closed(request, version)

    def _page(self, request: HttpRequest, version: ConceptVersion, form: WordForm) -> HttpResponse:
        lately = version.word_imports.select_related("created_by").defer("parts", "notes", "before")[:10]
        context = {"version": version, "form": form, "imports": lately, "back_url": detail_url(version)}
        return render(request, "concepts/staff_word_add.html", context)


@method_decorator(vary_on_headers("HX-Request"), name="dispatch")
class StaffWordImport(ConceptEditorMixin, View):
    """How far reading is, then the preview, then what was done. htmx asks for the state while the job is unfinished."""

    def get(self, request: HttpRequest, key: UUID) -> HttpResponse:
        found = get_object_or_404(IMPORTS, pk=key)
        job = taking.job_of(found)
        if request.headers.get("HX-Request"):
            answer = render(request, "concepts/_word_state.html", {"word": found, "job": job})
            if found.read_at or job is None or job.state == Job.State.FAILED:
                answer["HX-Refresh"] = "true"
            return answer
        return _page(request, found, job=job)

    def post(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Take the file over."""
        found = get_object_or_404(IMPORTS, pk=key)
        form = _take_form(found, request.POST)
        if not form.is_valid():
            return _page(request, found, form=form)
        try:
            comments = form.cleaned_data.get("comments", False)
            taking.take(found, form.cleaned_data["way"], by=acting_user(request), comments=comments)
        except TransitionError as error:
            found.refresh_from_db()
            if not found.version.is_draft:
                return version_is_closed(request, found.version)
            return _page(request, found, problem=str(error), status=error.status)
        messages.success(request, f"„{found}“ ist übernommen.")
        return redirect(found)


class StaffWordUndo(ConceptEditorMixin, View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, key: UUID) -> HttpResponse:
        found = get_object_or_404(IMPORTS, pk=key)
        try:
            taking.undo(found, by=acting_user(request))
        except TransitionError as error:
            found.version.refresh_from_db()
            if not found.version.is_draft:
                return version_is_closed(request, found.version)
            return _page(request, found, problem=str(error), status=error.status)
        messages.success(request, "Die Übernahme ist rückgängig gemacht. Der Entwurf ist, wie er vorher war.")
        return redirect(detail_url(found.version))


class StaffWordDiscard(ConceptEditorMixin, View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, key: UUID) -> HttpResponse:
        found = get_object_or_404(IMPORTS, pk=key)
        taking.discard(found)
        messages.success(request, f"„{found}“ ist verworfen. Am Entwurf hat sich nichts geändert.")
        return redirect("concepts:word_add", found.version_id)


class StaffWordPicture(ConceptEditorMixin, View):
    """A picture of a file that is not taken over yet, for its preview."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, key: UUID, uuid: UUID) -> FileResponse:
        found = get_object_or_404(WordImport.objects.only("pictures"), pk=key)
        name = next((row["name"] for row in found.pictures if row["uuid"] == str(uuid)), None)
        if name is None or not default_storage.exists(name):
            raise Http404
        answer = FileResponse(default_storage.open(name), as_attachment=True, filename=name.rpartition("/")[2])
        patch_cache_control(answer, private=True, no_store=True)
        return answer


def _page(request: HttpRequest, found: WordImport, **context: Any) -> HttpResponse:
    status = context.pop("status", 200)
    version = found.version
    context |= {"word": found, "version": version, "back_url": detail_url(version)}
    context.setdefault("job", taking.job_of(found))
    if found.read_at:
        notes = taking.notes_of(found)
        context["groups"] = [
            {"kind": kind, "title": _TITLES[kind][0], "look": _TITLES[kind][1], "why": _TITLES[kind][2], "notes": own}
            for kind in KINDS
            if (own := [note for note in notes if note.kind == kind])
        ]
        context["number"] = len(notes)
    if found.read_at and not found.taken_at:
        context.setdefault("form", _take_form(found))
        context |= _preview(found) | {"sections": len(found.parts), "present": version.sections.exists()}
    context["can_be_undone"] = bool(found.taken_at) and taking.can_be_undone(found)
    return render(request, "concepts/staff_word_import.html", context, status=status)


def _take_form(found: WordImport, data: Any = None) -> TakeForm:
    return TakeForm(
        data,
        sections=found.version.sections.count(),
        notes=taking.open_notes_that_go(found),
        comments=len(taking.comments_of(found)),
    )


def _preview(found: WordImport) -> dict[str, Any]:
    """The chapters with their sections, each with its text as the page would show it, and all footnotes."""
    outline = Outline(sections(taking.parts_of(found)), found.version)
    new = {row["uuid"] for row in found.pictures}
    footnotes = Footnotes()

    def image(uuid: UUID) -> str:
        if str(uuid) in new:
            return reverse("concepts:word_picture", args=[found.key, uuid])
        return reverse("concepts:image_file", args=[uuid])

    medium = rendering.Medium(lambda node: f"#{node.anchor}", image, footnotes, scrolling_tables=True, chapter_level=3)

    def shown(node: Node) -> dict[str, Any]:
        return {"node": node, "text": rendering.render(node, outline, medium)}

    chapters = [{"node": chapter, "parts": [shown(node) for node in chapter]} for chapter in outline.chapters]
    return {"chapters": chapters, "footnotes": footnotes}
