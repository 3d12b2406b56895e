"""The editor: a section of a draft, its place in the tree, its preview.

Scripts save and move with `Accept: application/json`: they get what changed, and the page stays as it is.
"""

from typing import Any

import pghistory
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views import View

from actors.models import Language
from concepts import changes, drafting, numbers, rendering
from concepts.bibliography import Bibliography
from concepts.forms.images import ImageForm
from concepts.forms.sections import MoveForm, NewSectionForm, SectionForm
from concepts.forms.sources import PREFIX, SourceForm
from concepts.history import fold_sitting
from concepts.models import ConceptVersion, Section, Source
from concepts.outline import Outline
from concepts.rendering import Footnotes
from concepts.review import findings
from concepts.views.staff_concepts import ConceptEditorMixin
from concepts.views.staff_versions import VERSIONS, detail_url, typed_in, version_is_closed
from kiportal.common.forms import StaleSave
from kiportal.common.transitions import SomebodyWasFaster, TransitionError
from kiportal.common.views.acting import acting_user
from kiportal.common.views.conflicts import conflict

# Seconds after the last key until the editor saves by itself
AUTOSAVE = 4
SECTIONS = Section.objects.select_related("version__concept")


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "") == "application/json"


class StaffSectionEdit(ConceptEditorMixin, View):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        section = get_object_or_404(SECTIONS, pk=pk)
        if not section.version.is_draft:
            return version_is_closed(request, section.version)
        return editor_page(request, section, SectionForm(instance=section))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        section = get_object_or_404(SECTIONS, pk=pk)
        form = SectionForm(request.POST, instance=section)
        if not form.is_valid():
            if wants_json(request):
                return JsonResponse({"errors": form.errors}, status=400)
            section.refresh_from_db(fields=["title"])
            return editor_page(request, section, form)
        try:
            self._save(request, form)
        except StaleSave as stale:
            if wants_json(request):
                return JsonResponse({"reason": "stale"}, status=409)
            return self._two_texts(request, form, stale)
        except SomebodyWasFaster:
            if wants_json(request):
                return JsonResponse({"reason": "closed"}, status=409)
            return version_is_closed(request, section.version, typed_in(form))
        if wants_json(request):
            saved_at = date_format(timezone.localtime(section.updated_at), "H:i")
            return JsonResponse({"saved_at": saved_at, "lock_version": section.lock_version})
        messages.success(request, f"„{section}“ ist gespeichert.")
        return redirect(request.path)

    def _save(self, request: HttpRequest, form: SectionForm) -> None:
        """What the editor saves by itself leaves one entry of a sitting in the field history."""
        if "X-Autosave" not in request.headers:
            form.save()
            return
        with pghistory.context(autosave=True), transaction.atomic():
            fold_sitting(form.save(), acting_user(request))

    def _two_texts(self, request: HttpRequest, form: SectionForm, stale: StaleSave) -> HttpResponse:
        """Both texts as they read, and the editor with all its buttons to make one of them."""
        section = form.instance
        version = section.version
        context = {
            "section": section,
            "version": version,
            "outline": Outline.of(version),
            "source_form": _source_form(version),
        }
        template = "concepts/staff_section_conflict.html"
        return conflict(request, form, stale, back_url=request.path, template=template, context=context)


def editor_page(request: HttpRequest, section: Section, form: SectionForm) -> HttpResponse:
    """Tree, text, and what belongs to the section. What costs more queries comes with `StaffSectionAside`."""
    version = section.version
    outline = Outline.of(version)
    nodes = list(outline)
    node = outline.by_pk[section.pk]
    place = nodes.index(node)
    context = {
        "version": version,
        "section": section,
        "node": node,
        "outline": outline,
        "current": section.pk,
        "before": nodes[place - 1] if place else None,
        "after": nodes[place + 1] if place + 1 < len(nodes) else None,
        "action_areas": list(section.action_areas.all()),
        "form": form,
        "source_form": _source_form(version),
        "autosave": AUTOSAVE,
    }
    return render(request, "concepts/staff_section_edit.html", context)


def _source_form(version: ConceptVersion) -> SourceForm:
    """The fields of the dialog in which a source is cited."""
    return SourceForm(instance=Source(version=version), prefix=PREFIX, auto_id="dialog_%s")


class StaffSectionAside(ConceptEditorMixin, View):
    """What stands beside the text: findings, sources, pictures, versions, and the choices of the editor's dialogs."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        section = get_object_or_404(SECTIONS.defer("body"), pk=pk)
        version = section.version
        bibliography = Bibliography.of(version)
        context = {
            "section": section,
            "version": version,
            "findings": [
                finding for finding in findings(version) if finding.node and finding.node.section.pk == section.pk
            ],
            "images": version.concept.images.all(),
            "sources": bibliography.entries,
            "cited": bibliography.cited_in([section.pk]),
            "earlier": version.concept.versions.exclude(pk=version.pk),
            "languages": Language.objects.exclude(slug__startswith="de"),
            "image_form": ImageForm(concept=version.concept, prefix="bild"),
        }
        return render(request, "concepts/_section_aside.html", context)


class StaffSectionAdd(ConceptEditorMixin, View):
    """A section as the last one of the version, or below the section that `unter` names."""

    def get(self, request: HttpRequest, version_pk: int) -> HttpResponse:
        version = get_object_or_404(VERSIONS, pk=version_pk)
        if not version.is_draft:
            return version_is_closed(request, version)
        return self._page(request, version, NewSectionForm())

    def post(self, request: HttpRequest, version_pk: int) -> HttpResponse:
        version = get_object_or_404(VERSIONS, pk=version_pk)
        form = NewSectionForm(request.POST)
        if not form.is_valid():
            return self._page(request, version, form) if version.is_draft else version_is_closed(request, version)
        values = form.cleaned_data
        key = values.pop("key")
        try:
            template = values.pop("template", None)
            section = drafting.add_section(
                version, parent=self._parent(request, version), template=template, uuid=key, **values
            )
        except SomebodyWasFaster:
            return version_is_closed(request, version, typed_in(form))
        except TransitionError as error:
            form.add_error(None, str(error))
            return self._page(request, version, form)
        except IntegrityError:
            section = get_object_or_404(version.sections, uuid=key)
        messages.success(request, f"Der Abschnitt „{section}“ ist eingefügt.")
        return redirect("concepts:staff_section_edit", section.pk)

    def _parent(self, request: HttpRequest, version: ConceptVersion) -> Section | None:
        above = request.GET.get("unter", "")
        return get_object_or_404(version.sections, pk=above) if above.isdecimal() else None

    def _page(self, request: HttpRequest, version: ConceptVersion, form: NewSectionForm) -> HttpResponse:
        parent = self._parent(request, version)
        back_url = reverse("concepts:staff_section_edit", args=[parent.pk]) if parent else detail_url(version)
        context = {"version": version, "parent": parent, "form": form, "back_url": back_url}
        return render(request, "concepts/staff_section_form.html", context)


class StaffSectionMove(ConceptEditorMixin, View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        section = get_object_or_404(SECTIONS.defer("body"), pk=pk)
        form = MoveForm(request.POST, version=section.version)
        sentence, status = "", 200
        if not form.is_valid():
            sentence, status = "Diesen Platz gibt es nicht mehr. Bitte laden Sie die Seite neu.", 400
        else:
            try:
                _move(section, form.cleaned_data)
            except TransitionError as error:
                sentence, status = str(error), error.status
        if wants_json(request):
            return self._answer(request, section, sentence, status)
        if status == 409:
            return version_is_closed(request, section.version)
        if sentence:
            messages.error(request, sentence)
        return redirect(self._back_url(request, section))

    def _answer(self, request: HttpRequest, section: Section, sentence: str, status: int) -> JsonResponse:
        """The tree as it is now, whoever else has moved something meanwhile, and what a screen reader says."""
        outline = Outline.of(section.version)
        current = request.POST.get("offen", "")
        context = {
            "outline": outline,
            "version": section.version,
            "current": int(current) if current.isdecimal() else None,
        }
        if not sentence:
            sentence = f"Verschoben: {outline.by_pk[section.pk].heading}"
        tree = render_to_string("concepts/_tree.html", context, request)
        return JsonResponse({"tree": tree, "sentence": sentence}, status=status)

    def _back_url(self, request: HttpRequest, section: Section) -> str:
        open_section = request.POST.get("offen", "")
        if open_section.isdecimal() and section.version.sections.filter(pk=open_section).exists():
            return reverse("concepts:staff_section_edit", args=[open_section])
        return detail_url(section.version)


def _move(section: Section, to: dict[str, Any]) -> None:
    if to["direction"]:
        changes.step_section(section, to["direction"])
    else:
        changes.move_section(section, parent=to["parent"], position=to["position"])


class StaffSectionDelete(ConceptEditorMixin, View):
    """GET asks and says how much goes with it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        section = get_object_or_404(SECTIONS, pk=pk)
        if not section.version.is_draft:
            return version_is_closed(request, section.version)
        outline = Outline.of(section.version)
        node = outline.by_pk[section.pk]
        gone = {each.section.pk: each.section.uuid for each in node}
        others = section.version.sections.referring_to(gone.values()).exclude(pk__in=gone.keys()).for_tree()
        context = {
            "section": section,
            "version": section.version,
            "node": node,
            "below": len(gone) - 1,
            "referring": [outline.by_pk[other.pk] for other in others],
        }
        return render(request, "concepts/staff_section_delete.html", context)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        section = get_object_or_404(SECTIONS, pk=pk)
        try:
            number = changes.delete_section(section)
        except SomebodyWasFaster:
            return version_is_closed(request, section.version)
        more = f" und {number - 1} Abschnitte darunter sind" if number > 2 else " und der Abschnitt darunter sind"
        messages.success(request, f"„{section}“{more if number > 1 else ' ist'} gelöscht.")
        return redirect(detail_url(section.version))


class StaffSectionPreview(ConceptEditorMixin, View):
    """The stored text as the public page shows it. References lead to previews of their sections."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        section = get_object_or_404(SECTIONS, pk=pk)
        outline = Outline.of(section.version, with_texts=True)
        node = outline.by_pk[section.pk]
        footnotes = Footnotes()
        sources_url = reverse("concepts:staff_source_list", args=[section.version_id])
        medium = rendering.page(
            lambda other: reverse("concepts:staff_section_preview", args=[other.section.pk]),
            footnotes,
            entry=lambda source: f"{sources_url}#{source.anchor}",
        )
        text = rendering.render(node, outline, medium)
        context = {
            "section": section,
            "version": section.version,
            "node": node,
            "text": text,
            "numbers": numbers.shown(section),
            "footnotes": footnotes,
        }
        return render(request, "concepts/staff_section_preview.html", context)
