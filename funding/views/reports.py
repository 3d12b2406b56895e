"""Verwendungsnachweise: state, due date, files. All of it for the head alone."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Model
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views import View
from django.views.decorators.http import require_POST, require_safe

from funding import lifecycle
from funding.forms.attachments import AttachmentForm
from funding.forms.records import UseReportForm
from funding.models import Grant, ReportAttachment, UseOfFundsReport
from funding.permissions import MANAGE
from funding.views.access import ManageMixin
from funding.views.money import GRANTS
from funding.views.records import RecordAdd, RecordDelete, RecordEdit
from kiportal.common.forms import ReasonForm
from kiportal.common.views.steps import Step, StepView
from kiportal.common.widgets import DateInput
from offers import history

TITLES = {
    "submit": "Eingereicht",
    "request_changes": "Rückfrage der Behörde",
    "accept": "Geprüft",
    "reopen": "Wieder geöffnet",
}


class _NoteForm(ReasonForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = "Notiz für den Verlauf"


class SubmitForm(_NoteForm):
    submitted_on = forms.DateField(label="Eingereicht am", widget=DateInput())
    field_order = ["submitted_on", "reason"]


class AcceptForm(_NoteForm):
    accepted_on = forms.DateField(label="Geprüft am", widget=DateInput())
    field_order = ["accepted_on", "reason"]


class QuestionForm(ReasonForm):
    due_on = forms.DateField(label="Antwort fällig am", widget=DateInput())
    field_order = ["due_on", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = "Was will die Behörde wissen?"


class ReportDetail(StepView):
    permission_required = MANAGE
    template_name = "funding/report_detail.html"
    context_object_name = "report"
    queryset = UseOfFundsReport.objects.select_related("grant__programme")
    transitions = lifecycle.USE_REPORT
    steps = (
        Step(
            "submit",
            "Als eingereicht eintragen",
            "send",
            lifecycle.submit,
            "Danach kommen keine Erinnerungen mehr.",
            "„{}“ ist als eingereicht eingetragen.",
            form_class=SubmitForm,
        ),
        Step(
            "request_changes",
            "Rückfrage eintragen",
            "question",
            lifecycle.request_changes,
            "Die Behörde hat eine Frage. Für die Antwort gilt ein eigener Termin.",
            "Die Rückfrage zu „{}“ ist eingetragen.",
            needs_reason=True,
            form_class=QuestionForm,
        ),
        Step(
            "accept",
            "Als geprüft eintragen",
            "check",
            lifecycle.accept,
            "Die Behörde hat den Nachweis geprüft.",
            "„{}“ ist als geprüft eingetragen.",
            form_class=AcceptForm,
        ),
        Step(
            "reopen",
            "Wieder öffnen",
            "undo",
            lifecycle.reopen,
            "Für Einträge, die ein Versehen waren.",
            "„{}“ ist wieder offen.",
            needs_reason=True,
        ),
    )

    def get_history(self) -> Sequence[Any]:
        return history.timeline(self.object, titles=TITLES)

    def step_initial(self, step: Step) -> dict[str, Any]:
        today = timezone.localdate()
        return {"submitted_on": today, "accepted_on": today}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            attachments=self.object.attachments.all(),
            year=self.object.ends_on.year,
            today=timezone.localdate(),
            **kwargs,
        )


class ReportAdd(RecordAdd):
    model, form_class, part = UseOfFundsReport, UseReportForm, GRANTS
    noun, title = "Der Verwendungsnachweis", "Verwendungsnachweis anlegen"
    note = "30 und 7 Tage vor dem Termin und am Tag selbst bekommt die Leitung eine Erinnerung per E-Mail."

    def new(self, request: HttpRequest, **arguments: Any) -> Model:
        return UseOfFundsReport(grant=get_object_or_404(Grant, pk=arguments["grant_pk"]))

    def back_url(self, record: UseOfFundsReport) -> str:
        return record.get_absolute_url() if record.pk else record.grant.get_absolute_url()


class ReportEdit(RecordEdit):
    model, form_class, part, noun = UseOfFundsReport, UseReportForm, GRANTS, "Der Verwendungsnachweis"
    note = ReportAdd.note


class ReportDelete(RecordDelete):
    model, part, noun = UseOfFundsReport, GRANTS, "Der Verwendungsnachweis"

    def refused(self, record: UseOfFundsReport) -> str:
        if record.status != UseOfFundsReport.Status.OPEN:
            return "Der Nachweis ist nicht mehr offen. Öffnen Sie ihn wieder, wenn er ein Versehen war."
        return "Löschen Sie zuerst die Anlagen." if record.attachments.exists() else ""

    def after_url(self, record: UseOfFundsReport) -> str:
        return record.grant.get_absolute_url()


# Files


class AttachmentAdd(ManageMixin, View):
    def get(self, request: HttpRequest, report_pk: int) -> HttpResponse:
        use_report = get_object_or_404(UseOfFundsReport, pk=report_pk)
        return _page(request, use_report, AttachmentForm(use_report=use_report))

    def post(self, request: HttpRequest, report_pk: int) -> HttpResponse:
        use_report = get_object_or_404(UseOfFundsReport, pk=report_pk)
        form = AttachmentForm(request.POST, request.FILES, use_report=use_report)
        if not form.is_valid():
            return _page(request, use_report, form)
        form.save()
        messages.success(request, "Die Anlage ist gespeichert.")
        return redirect(use_report)


def _page(request: HttpRequest, use_report: UseOfFundsReport, form: AttachmentForm) -> HttpResponse:
    context = {
        "form": form,
        "title": "Anlage hochladen",
        "back_url": use_report.get_absolute_url(),
        "part_name": GRANTS[0],
        "part_label": GRANTS[1],
    }
    return render(request, "funding/record_form.html", context)


@require_safe
@permission_required(MANAGE, raise_exception=True)
def attachment_file(request: HttpRequest, uuid: UUID) -> FileResponse:
    """Always a download under a name of ours, never a page of this site, and kept by no cache."""
    attachment = get_object_or_404(ReportAttachment, uuid=uuid)
    try:
        content = attachment.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    extension = str(attachment.file.name).rpartition(".")[2]
    answer = FileResponse(
        content, as_attachment=True, filename=f"anlage-{attachment.pk}.{extension}", content_type=attachment.media_type
    )
    patch_cache_control(answer, private=True, no_store=True)
    return answer


@require_POST
@permission_required(MANAGE, raise_exception=True)
def attachment_delete(request: HttpRequest, uuid: UUID) -> HttpResponse:
    attachment = get_object_or_404(ReportAttachment.objects.select_related("use_report"), uuid=uuid)
    name = str(attachment.file.name)
    with transaction.atomic():
        attachment.delete()
        transaction.on_commit(lambda: default_storage.delete(name))
    messages.success(request, f"Die Anlage „{attachment}“ ist gelöscht.")
    return redirect(attachment.use_report)
