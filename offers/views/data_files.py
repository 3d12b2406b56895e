"""Tables that go out: templates, exports of the workspace's lists, the public list."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, permission_required
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db.models.expressions import RawSQL
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from kiportal.common.jobs import enqueue
from kiportal.common.models import Job
from kiportal.common.views.acting import acting_user
from offers import counting
from offers.filters import OfferFilters
from offers.models import Offer
from offers.models.imports import Table
from offers.resources import RESOURCES, PublicOfferResource, TableResource
from offers.resources.exporting import AT_ONCE, file_name, stored_name
from offers.resources.writing import CSV_TYPE, EXCEL_TYPE, csv_lines, excel_file, template
from offers.staff_filters import listed

EXPORT = "offers.write_export"
_PERMISSIONS = {Table.OFFERS: "offers.view_offer", Table.ORGANISATIONS: "actors.change_organisation"}
_LISTS = {Table.OFFERS: "offers:staff_offer_list", Table.ORGANISATIONS: "offers:staff_organisation_list"}


@require_GET
@permission_required("offers.run_dataimport", raise_exception=True)
def data_template(request: HttpRequest, kind: str) -> HttpResponseBase:
    """An empty table with our headings and lists of what may stand in them."""
    resource = RESOURCES[_known(kind)]()
    name = f"vorlage-{kind}.xlsx"
    return _file(template(resource, str(Table(kind).label)), name)


@require_http_methods(["GET", "HEAD", "POST"])
def data_export(request: HttpRequest, kind: str, extension: str) -> HttpResponseBase:
    """A list of the workspace with its filters. An Excel file of many rows is ordered by a POST and made by a job."""
    if not request.user.has_perm(_PERMISSIONS[_known(kind)]):
        raise PermissionDenied
    if extension not in {"csv", "xlsx"}:
        raise Http404
    query = request.GET.urlencode()
    records = RESOURCES[kind]().rows().filter(pk__in=listed(kind, query)).order_by("sort_key", "pk")
    if extension == "xlsx" and (number := records.count()) > AT_ONCE:
        if request.method == "POST":
            title = f"Excel-Datei: {number} {Table(kind).label}"
            job = enqueue("offers.write_export", kind, query, title=title, by=acting_user(request))
            return redirect("offers:data_export_state", pk=job.pk)
        back_url = f"{reverse(_LISTS[Table(kind)])}?{query}"
        context = {"number": number, "kind": Table(kind).label, "back_url": back_url}
        return render(request, "offers/data_export.html", context)
    return _table(RESOURCES[kind](), records, kind, extension)


@require_GET
def data_export_state(request: HttpRequest, pk: UUID) -> HttpResponse:
    job = _export(request, pk)
    kind = job.arguments[0]
    context = {"job": job, "kind": Table(kind).label, "list_url": reverse(_LISTS[Table(kind)])}
    if request.headers.get("HX-Request"):
        answer = render(request, "offers/_export_state.html", context)
        if job.state in {Job.State.DONE, Job.State.FAILED}:
            answer["HX-Refresh"] = "true"
        return answer
    context["is_there"] = job.state == Job.State.DONE and default_storage.exists(stored_name(pk))
    return render(request, "offers/data_export_state.html", context)


@require_GET
def data_export_file(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    job = _export(request, pk)
    if job.state != Job.State.DONE or not default_storage.exists(stored_name(pk)):
        messages.info(request, "Diese Datei ist nicht mehr da. Bitte erstellen Sie sie neu.")
        return redirect("offers:data_export_state", pk=pk)
    return _file(default_storage.open(stored_name(pk)), file_name(job.arguments[0], "xlsx"))


def _export(request: HttpRequest, pk: UUID) -> Job:
    """The job of an export, for those who may see its list."""
    if not any(request.user.has_perm(permission) for permission in _PERMISSIONS.values()):
        raise PermissionDenied
    job = get_object_or_404(Job, pk=pk, kind=EXPORT)
    if not request.user.has_perm(_PERMISSIONS[Table(job.arguments[0])]):
        raise PermissionDenied
    return job


@login_not_required
@require_GET
def offer_export(request: HttpRequest, extension: str) -> HttpResponseBase:
    """The public list with its filters, only with what is public; strangers order no jobs, so large lists are CSV."""
    if extension not in {"csv", "xlsx"}:
        raise Http404
    today = timezone.localdate()
    filters = OfferFilters(request.GET, Offer.objects.visible_to_public(today))
    if extension == "xlsx" and filters.hits.number > AT_ONCE:
        return redirect(f"{reverse('offers:offer_export', args=['csv'])}{filters.query()}")
    resource = PublicOfferResource()
    keys = RawSQL("SELECT unnest(%s::int[])", [counting.keys_of(filters.bits())])
    records = resource.rows().visible_to_public(today).filter(pk__in=keys)
    records = filters.sort(records) if filters.hits.is_ranked else records.order_by("sort_key", "pk")
    answer = _table(resource, records, Table.OFFERS, extension)
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _table(resource: TableResource, records: Any, kind: str, extension: str) -> HttpResponseBase:
    if extension == "xlsx":
        return _file(excel_file(resource, records, str(Table(kind).label)), file_name(kind, "xlsx"))
    answer = StreamingHttpResponse(csv_lines(resource, records), content_type=CSV_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{file_name(kind, "csv")}"'
    return answer


def _file(file: Any, name: str) -> FileResponse:
    return FileResponse(file, as_attachment=True, filename=name, content_type=EXCEL_TYPE)


def _known(kind: str) -> Table:
    if kind not in Table.values:
        raise Http404
    return Table(kind)
