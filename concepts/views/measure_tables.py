"""Measures as a table: out as Excel or CSV, in again with a preview. All of a file is taken over, or nothing."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.http.response import FileResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from concepts.filters import MeasureFilters
from concepts.forms.tables import TableForm
from concepts.models import MeasureTable
from concepts.resources import MeasureResource, taking
from concepts.resources.preview import preview
from concepts.views.measures import PERMISSION
from kiportal.common.models import Job
from kiportal.common.transitions import SomebodyWasFaster, TransitionError
from kiportal.common.views.acting import acting_user
from offers.resources.writing import CSV_TYPE, EXCEL_TYPE, csv_lines, excel_file, template

_required = permission_required(PERMISSION, raise_exception=True)
TITLE = "Maßnahmen"
ROWS_PER_PAGE = 50


@require_safe
@_required
def measure_export(request: HttpRequest, extension: str) -> HttpResponseBase:
    """What the list shows for its filters."""
    resource = MeasureResource()
    records = MeasureFilters(request.GET or None, resource.rows().in_order()).qs
    name = f"massnahmen-{timezone.localdate():%Y-%m-%d}.{extension}"
    answer: HttpResponseBase
    if extension == "csv":
        answer = StreamingHttpResponse(csv_lines(resource, records), content_type=CSV_TYPE)
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
    elif extension == "xlsx":
        answer = FileResponse(
            excel_file(resource, records, TITLE), as_attachment=True, filename=name, content_type=EXCEL_TYPE
        )
    else:
        raise Http404
    patch_cache_control(answer, private=True, no_store=True)
    return answer


@require_safe
@_required
def measure_template(request: HttpRequest) -> FileResponse:
    """An empty table with our headings and lists of what may stand in them."""
    file = template(MeasureResource(), TITLE)
    return FileResponse(file, as_attachment=True, filename="vorlage-massnahmen.xlsx", content_type=EXCEL_TYPE)


@require_http_methods(["GET", "HEAD", "POST"])
@_required
def measure_table_list(request: HttpRequest) -> HttpResponse:
    """The form for a file, and the files that were read lately."""
    form = TableForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return redirect(taking.keep(form.table, by=acting_user(request)))
    tables = MeasureTable.objects.select_related("created_by").defer("rows")[:20]
    return render(request, "concepts/measure_table_list.html", {"form": form, "tables": tables})


@require_safe
@_required
def measure_table(request: HttpRequest, key: UUID) -> HttpResponse:
    return _page(request, get_object_or_404(MeasureTable, pk=key))


def _page(request: HttpRequest, table: MeasureTable, *, problem: str = "", status: int = 200) -> HttpResponse:
    job = None if table.taken_at else taking.job_of(table)
    is_at_work = job is not None and job.state in {Job.State.QUEUED, Job.State.RUNNING}
    context: dict[str, Any] = {"table": table, "problem": problem, "job": job if is_at_work else None}
    if job is not None and job.state == Job.State.FAILED and not problem:
        context["problem"] = job.error
    if table.taken_at is None and not is_at_work:
        shown = preview(table.headers, table.rows)
        # What has to be mended stands on top.
        rows = sorted(shown.rows, key=lambda row: not row.problems)
        context |= {
            "shown": shown,
            "page_obj": Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("seite")),
            "can_take": not shown.count("fehler") and shown.count("neu") + shown.count("geaendert"),
        }
    return render(request, "concepts/measure_table.html", context, status=status)


@require_POST
@_required
def measure_table_take(request: HttpRequest, key: UUID) -> HttpResponse:
    table = get_object_or_404(MeasureTable, pk=key)
    by, seen = acting_user(request), request.POST.get("gesehen", "")
    try:
        if table.taken_at is None and len(table.rows) > taking.AT_ONCE:
            taking.order(table, by=by, seen=seen)
            return redirect(table)
        counts = taking.take(table, by=by, seen=seen)
    except SomebodyWasFaster as faster:
        return _page(request, table, problem=str(faster), status=409)
    except TransitionError as error:
        return _page(request, table, problem=str(error), status=400)
    messages.success(request, f"Übernommen: {counts['neu']} neue und {counts['geaendert']} geänderte Maßnahmen.")
    return redirect("concepts:measure_list")


@require_POST
@_required
def measure_table_discard(request: HttpRequest, key: UUID) -> HttpResponse:
    table = get_object_or_404(MeasureTable, pk=key)
    job = taking.job_of(table)
    if table.taken_at is None and job is not None and job.state in {Job.State.QUEUED, Job.State.RUNNING}:
        messages.error(request, f"„{table}“ wird gerade übernommen und lässt sich nicht mehr verwerfen.")
        return redirect(table)
    table.delete()
    messages.success(request, f"„{table}“ ist verworfen.")
    return redirect("concepts:measure_table_list")
