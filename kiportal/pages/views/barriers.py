""" "Barriere melden" for everybody, and answering it in the workspace."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, permission_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from django.views.generic import FormView, ListView

from kiportal.common.models import StatusChange, User
from kiportal.common.transitions import TransitionError, possible
from kiportal.pages import lifecycle
from kiportal.pages.forms import BarrierAnswerForm, BarrierReportForm, own_path
from kiportal.pages.models import BarrierReport

PERMISSION = "pages.answer_barrierreport"
VERBS = {
    "send_interim": (lifecycle.send_interim, "Die Zwischennachricht ist gespeichert."),
    "answer": (lifecycle.answer, "Die Antwort ist gespeichert. Die Meldung ist damit erledigt."),
}
VERB_TITLES = {"send_interim": "Zwischennachricht", "answer": "Antwort"}


@method_decorator(login_not_required, name="dispatch")
class BarrierReportCreate(FormView):
    template_name = "pages/barrier_report.html"
    form_class = BarrierReportForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"request": self.request}

    def get_initial(self) -> dict[str, Any]:
        return {"page": own_path(self.request.GET.get("seite", ""))}

    def form_valid(self, form: BarrierReportForm) -> HttpResponse:
        data = form.cleaned_data
        report = lifecycle.receive(
            data["key"],
            page=data["page"],
            description=data["description"],
            name=data["name"],
            email=data["email"],
            language=get_language() or "de",
        )
        return redirect("pages:barrier_thanks", key=report.key)

    def form_invalid(self, form: BarrierReportForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=429 if form.too_many else 200)


@require_safe
@login_not_required
def thanks(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    report = get_object_or_404(BarrierReport, key=key)
    return render(request, "pages/barrier_thanks.html", {"report": report, "path": page_url(report)})


@method_decorator(permission_required(PERMISSION, raise_exception=True), name="dispatch")
class BarrierReportList(ListView):
    template_name = "pages/barrier_list.html"
    context_object_name = "reports"
    paginate_by = 30
    page_kwarg = "seite"

    @property
    def shows_answered(self) -> bool:
        return self.request.GET.get("stand") == "beantwortet"

    def get_queryset(self) -> Any:
        reports = BarrierReport.objects.all()
        return reports.answered() if self.shows_answered else reports.unanswered()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tabs = [
            {"label": "Zu beantworten", "url": self.request.path, "current": not self.shows_answered},
            {"label": "Beantwortet", "url": "?stand=beantwortet", "current": self.shows_answered},
        ]
        return super().get_context_data(**kwargs) | {"tabs": tabs, "shows_answered": self.shows_answered}


@permission_required(PERMISSION, raise_exception=True)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a report; POST sends the interim message or the answer, whichever button was pressed."""
    assert isinstance(request.user, User)  # noqa: S101  (permission_required)
    report = get_object_or_404(BarrierReport, pk=pk)
    form, status = BarrierAnswerForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        try:
            return _act(request, report, request.user, form.cleaned_data["text"])
        except TransitionError as error:  # somebody was faster: the words stay in the form
            form.add_error(None, str(error))
            status = error.status
            report.refresh_from_db()
    context = {
        "report": report,
        "form": form,
        "verbs": possible(lifecycle.BARRIER_REPORT, report, request.user),
        "path": page_url(report),
        "history": [
            {"when": change.at, "title": VERB_TITLES[change.verb], "text": change.reason, "by": change.by_user}
            for change in StatusChange.objects.for_target(report).select_related("by_user")
        ],
    }
    return render(request, "pages/barrier_detail.html", context, status=status)


def page_url(report: BarrierReport) -> str:
    """The address to look at, if it is one of ours and needs no secret."""
    path = own_path(report.page)
    return "" if "<" in path else path


def _act(request: HttpRequest, report: BarrierReport, by: User, text: str) -> HttpResponseRedirect:
    try:
        verb, message = VERBS[request.POST.get("verb", "")]
    except KeyError as error:
        raise BadRequest("unknown verb") from error
    verb(report, by=by, text=text)
    messages.success(request, message if not report.email else f"{message} Die E-Mail geht gleich hinaus.")
    return redirect(report)
