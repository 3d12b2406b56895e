"""What helps writing: notes on a section, who is at work, templates. Nothing of it leaves the workspace."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views import View

from concepts import drafting
from concepts.forms.drafting import NoteForm, TemplateForm
from concepts.models import Section, SectionNote, SectionTemplate
from concepts.views.staff_concepts import ConceptEditorMixin
from kiportal.common.forms import StaleSave
from kiportal.common.views.acting import acting_user
from kiportal.common.views.conflicts import conflict

SECTIONS = Section.objects.select_related("version__concept").defer("body")


class StaffSectionSign(ConceptEditorMixin, View):
    """A page that is open and used says so; the answer is who else works on this version."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> JsonResponse:
        section = get_object_or_404(SECTIONS, pk=pk)
        others = drafting.sign(section, acting_user(request), timezone.now()) if section.version.is_draft else []
        answer = [
            {
                "section": other.section_id,
                "name": other.user.get_full_name(),
                "since": date_format(timezone.localtime(other.since), "H:i"),
            }
            for other in others
        ]
        return JsonResponse({"others": answer})


class StaffNoteList(ConceptEditorMixin, View):
    """The notes on a section: a page of its own, and with htmx the part beside the text."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return notes_page(request, get_object_or_404(SECTIONS, pk=pk))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A note, or with `answer_to` the answer to one."""
        section = get_object_or_404(SECTIONS, pk=pk)
        number = request.POST.get("answer_to", "")
        notes = section.notes.filter(answer_to=None)
        answered = get_object_or_404(notes, pk=number) if number.isdecimal() else None
        form = NoteForm(request.POST)
        if not form.is_valid():
            return notes_page(request, section, form, answered)
        form.instance.section, form.instance.by, form.instance.answer_to = section, acting_user(request), answered
        form.save()
        return _back(request, section)


class StaffNoteMark(ConceptEditorMixin, View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        notes = SectionNote.objects.filter(answer_to=None).select_related("section__version__concept")
        note = get_object_or_404(notes, pk=pk)
        drafting.mark_note(note)
        return _back(request, note.section)


def notes_page(
    request: HttpRequest, section: Section, form: NoteForm | None = None, answered: SectionNote | None = None
) -> HttpResponse:
    context = {
        "section": section,
        "version": section.version,
        "notes": section.notes.threads(),
        "form": form or NoteForm(),
        "answered": answered,
    }
    template = "concepts/_section_notes.html" if request.headers.get("HX-Request") else "concepts/section_notes.html"
    return render(request, template, context)


def _back(request: HttpRequest, section: Section) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return notes_page(request, section)
    return redirect("concepts:staff_note_list", section.pk)


class StaffTemplateList(ConceptEditorMixin, View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "concepts/template_list.html", {"templates": SectionTemplate.objects.all()})


class StaffTemplateEdit(ConceptEditorMixin, View):
    """A new template, or one that is there; what was made of it before stays as it is."""

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        return self._page(request, TemplateForm(instance=self._template(pk)))

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        form = TemplateForm(request.POST, instance=self._template(pk))
        if not form.is_valid():
            return self._page(request, form)
        try:
            form.save()
        except StaleSave as stale:
            return conflict(request, form, stale, back_url=reverse("concepts:staff_template_list"))
        messages.success(request, f"Die Vorlage „{form.instance}“ ist gespeichert.")
        return redirect("concepts:staff_template_list")

    def _template(self, pk: int | None) -> SectionTemplate | None:
        return get_object_or_404(SectionTemplate, pk=pk) if pk else None

    def _page(self, request: HttpRequest, form: TemplateForm) -> HttpResponse:
        back_url = reverse("concepts:staff_template_list")
        return render(request, "concepts/template_form.html", {"form": form, "back_url": back_url})


class StaffTemplateDelete(ConceptEditorMixin, View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        template = get_object_or_404(SectionTemplate, pk=pk)
        template.delete()
        messages.success(request, f"Die Vorlage „{template}“ ist gelöscht. Abschnitte, die es gibt, bleiben.")
        return redirect("concepts:staff_template_list")
