"""Papers on measures: order one, see how far its PDF is, fetch it. What was made stays and does not change."""

from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from concepts import lifecycle, papers
from concepts.filters import MeasureFilters
from concepts.forms.papers import PaperForm
from concepts.models import Measure, MeasurePaper
from concepts.views.measures import PERMISSION
from kiportal.common.models import Job
from kiportal.common.transitions import TransitionError
from kiportal.common.views.acting import acting_user

_required = permission_required(PERMISSION, raise_exception=True)
PAGE_LENGTH = 20
Kind = MeasurePaper.Kind


@require_http_methods(["GET", "HEAD", "POST"])
@_required
def paper_list(request: HttpRequest) -> HttpResponse:
    """The papers that were made, and the form for another one; with a query, of the measures that it finds."""
    form = PaperForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            return redirect(_order(request, form))
        except TransitionError as error:
            form.add_error(None, str(error))
    made = MeasurePaper.objects.select_related("created_by").defer("content")
    page = Paginator(made, PAGE_LENGTH).get_page(request.GET.get("seite"))
    context = {"form": form, "page_obj": page, "filters": _filters(request).named}
    return render(request, "concepts/paper_list.html", context)


def _filters(request: HttpRequest) -> MeasureFilters:
    return MeasureFilters(request.GET or None, Measure.objects.for_papers().in_order())


def _order(request: HttpRequest, form: PaperForm) -> MeasurePaper:
    kind, period, focus = (form.cleaned_data[name] for name in ("kind", "period", "focus"))
    filters = _filters(request)
    if kind == Kind.POOL:
        title, content = "Arbeitspapier: Maßnahmen", papers.pool(filters.qs, filters.named)
    elif kind == Kind.LIST:
        title, content = "Liste der Maßnahmen", papers.table(filters.qs, filters.named)
    elif kind == Kind.STATUS:
        committee, meets_on = form.meeting
        title = f"Sachstand: {period}"
        content = papers.status(period, on=timezone.localdate(), committee=committee, meets_on=meets_on)
    elif kind == Kind.FOCUS:
        title, content = f"Arbeitsschwerpunkt: {focus}", papers.one_focus(focus)
    else:
        title, content = f"Fortschrittsbericht: {period}", papers.report(period)
    return lifecycle.order_paper(
        kind, title, content, as_of=timezone.localdate(), by=acting_user(request), period=form.of_period
    )


@require_safe
@_required
@vary_on_headers("HX-Request")
def paper_detail(request: HttpRequest, key: UUID) -> HttpResponse:
    """How far the PDF is, then the PDF. htmx asks for the state alone, and loads the page when it is there."""
    paper = get_object_or_404(MeasurePaper.objects.defer("content"), pk=key)
    job, is_there = lifecycle.job_of(paper), papers.is_stored(paper)
    context = {"paper": paper, "job": job, "is_there": is_there}
    if request.headers.get("HX-Request"):
        answer = render(request, "concepts/_paper_state.html", context)
        if is_there or job is None or job.state == Job.State.FAILED:
            answer["HX-Refresh"] = "true"
        return answer
    return render(request, "concepts/paper_detail.html", context)


@require_safe
@_required
def paper_file(request: HttpRequest, key: UUID) -> FileResponse:
    paper = get_object_or_404(MeasurePaper.objects.defer("content"), pk=key)
    if not papers.is_stored(paper):
        raise Http404
    filename = f"{paper.kind}-{paper.as_of:%Y-%m-%d}.pdf"
    answer = FileResponse(paper.file.open("rb"), content_type="application/pdf", filename=filename)
    patch_cache_control(answer, private=True, no_store=True)
    return answer
