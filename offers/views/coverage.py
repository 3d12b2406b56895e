"""/arbeitsplatz/abdeckung/: how many offers there are for whom, where, about what – and where there are none."""

import csv
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.db.models.expressions import RawSQL
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_POST, require_safe

from kiportal.common.jobs import enqueue
from kiportal.common.models import Job
from kiportal.common.views.acting import acting_user
from offers import counting, coverage, vain
from offers.coverage import needs, pdf, sheet, snapshots, workbook
from offers.coverage_filters import REACHES, CoverageFilters
from offers.models import CoverageSnapshot, Offer
from offers.resources.guard import guarded
from offers.resources.writing import CSV_TYPE
from offers.review import queue

PERMISSION = "offers.view_coveragesnapshot"
PAGE_LENGTH = 30
PDF_JOB = "offers.render_coverage"


def sheet_of(filters: CoverageFilters) -> sheet.Sheet:
    """The table that an address asks for."""
    axes = (filters.row, filters.column)
    rows, columns = (filters.narrowed.get(name, []) for name in axes)

    def counted(day: coverage.Day) -> coverage.Matrix:
        return coverage.matrix(day, filters.bits_beside(day), *axes, rows=rows, columns=columns)

    days = [day for day in filters.kept_days if day]
    found = CoverageSnapshot.objects.in_bulk(days, field_name="taken_on") if days else {}
    then = {day: snapshots.kept(snapshot, filters.index.vocabulary) for day, snapshot in found.items()}
    on, before = filters.kept_days
    shown, earlier = (then.get(day) if day else None for day in (on, before))
    return sheet.build(
        filters.index,
        counted(shown or filters.index),
        needs.count(*axes, filters.narrowed),
        filters.options,
        axes=axes,
        as_of=on if on and shown else filters.on,
        is_today=shown is None,
        was=counted(earlier) if earlier else None,
        compared_on=before if earlier else None,
        vanished=earlier.vanished(*axes) if earlier else (),
        filters=filters.named,
        missed=vain.most_missed([slug for slug in filters.narrowed.get("kommune", []) if slug != coverage.WITHOUT]),
    )


@require_safe
@permission_required(PERMISSION, raise_exception=True)
def coverage_table(request: HttpRequest) -> HttpResponse:
    filters = CoverageFilters(request.GET)
    shown = sheet_of(filters)
    is_list = filters.one("ansicht") == "flecken"
    tabs = [
        {"label": "Tabelle", "url": filters.query(ansicht=""), "current": not is_list, "count": None},
        {
            "label": "Liste der weißen Flecken",
            "url": filters.query(ansicht="flecken"),
            "current": is_list,
            "count": shown.gap_count,
        },
    ]
    context = {
        "filters": filters,
        "notices": filters.notices,
        "sheet": shown,
        "tabs": tabs,
        "is_list": is_list,
        "query": filters.query(),
        "charts": _charts(filters, shown),
        "missed_days": vain.MISSED_DAYS,
        "kept_today": timezone.localdate().isoformat() in filters.snapshots,
    }
    return render(request, "offers/coverage_table.html", context)


def _charts(filters: CoverageFilters, shown: sheet.Sheet) -> list[tuple[str, list[tuple[str, int, str]], str]]:
    """(title, rows, unit): offers and white spots by row."""
    rows = [(row, f"{filters.detail_url}{filters.within(**{filters.row: row.value})}") for row in shown.rows]
    plural = coverage.PLURALS[filters.row]
    return [
        (f"Angebote: {plural}", [(row.label, row.total.now.offers, link) for row, link in rows], "Angebote"),
        (
            f"Weiße Flecken: {plural}",
            [(row.label, len(row.gaps), link) for row, link in rows if row.value != coverage.WITHOUT],
            "weiße Flecken",
        ),
    ]


@require_safe
@permission_required(PERMISSION, raise_exception=True)
def coverage_detail(request: HttpRequest) -> HttpResponse:
    """What stands behind a number: its offers, and the needs that name the same place, topic and so on."""
    filters = CoverageFilters(request.GET)
    bits = filters.bits()
    nearby = coverage.local(filters.index)
    reached = {"": bits, "vor-ort": bits & nearby, "kreisweit": bits & ~nearby}
    reach = filters.one("reichweite")
    offers = (
        Offer.objects.filter(pk__in=RawSQL("SELECT unnest(%s::int[])", [counting.keys_of(reached[reach])]))
        .select_related("provider")
        .prefetch_related("municipalities")
        .order_by("sort_key", "pk")
    )
    page = Paginator(offers, PAGE_LENGTH).get_page(request.GET.get("seite"))
    tabs = [
        {
            "label": label,
            "url": filters.query(reichweite=name),
            "current": name == reach,
            "count": reached[name].bit_count(),
        }
        for name, label in REACHES.items()
    ]
    wanted = needs.reported(filters.narrowed)
    context = {
        "filters": filters,
        "notices": [*filters.notices, *_of_another_day(filters)],
        "page_obj": page,
        "rows": [(offer, queue.places(offer)) for offer in page],
        "tabs": tabs,
        "needs": wanted.select_related(*needs.FIELDS.values()).order_by("-received_at", "-pk"),
        # Filters that a need cannot answer
        "unasked": [label for name, label in _labels(filters) if name not in needs.FIELDS],
        "record_url": f"{reverse('offers:need_record')}?{_prefilled(filters)}",
        "title": " · ".join(values for _label, values in filters.named) or "Alle Angebote",
    }
    return render(request, "offers/coverage_detail.html", context)


def _of_another_day(filters: CoverageFilters) -> list[str]:
    """Of an earlier day only numbers are known."""
    day = max((day for day in filters.kept_days if day), default=None) if filters.one("stand") else None
    if day is None:
        return []
    told = f"Die Zahl in der Tabelle ist die vom {day:%d.%m.%Y}."
    return [f"{told} Welche Angebote das waren, ist nicht aufgehoben: Hier stehen die von heute."]


def _labels(filters: CoverageFilters) -> list[tuple[str, str]]:
    return [(name, str(filters.filters[name].label)) for name in filters.narrowed]


def _prefilled(filters: CoverageFilters) -> str:
    """What a new need is already known to be about."""
    query = QueryDict(mutable=True)
    for dimension, values in filters.narrowed.items():
        if dimension in needs.FIELDS and len(values) == 1 and values[0] != coverage.WITHOUT:
            query[dimension] = values[0]
    return query.urlencode()


@require_POST
@permission_required("offers.add_coveragesnapshot", raise_exception=True)
def coverage_keep(request: HttpRequest) -> HttpResponse:
    """Keep today's numbers now, not only with the next day's first hour."""
    snapshots.take(timezone.localdate())
    messages.success(request, "Der heutige Stand ist festgehalten. Er lässt sich später zum Vergleich auswählen.")
    return redirect("offers:coverage_table")


@require_safe
@permission_required(PERMISSION, raise_exception=True)
def coverage_workbook(request: HttpRequest) -> HttpResponse:
    shown = sheet_of(CoverageFilters(request.GET))
    return _file(HttpResponse(workbook.write(shown), content_type=workbook.MEDIA_TYPE), shown, "xlsx")


@require_safe
@permission_required(PERMISSION, raise_exception=True)
def coverage_csv(request: HttpRequest) -> HttpResponse:
    """The numbers alone, for Excel in German and for programs."""
    shown = sheet_of(CoverageFilters(request.GET))
    answer = HttpResponse("\ufeff", content_type=CSV_TYPE)
    writer = csv.writer(answer, delimiter=";")
    for line in workbook.table(shown):
        writer.writerow(["" if value is None else guarded(str(value)) for value in line])
    return _file(answer, shown, "csv")


def _file(answer: HttpResponse, shown: sheet.Sheet, ending: str) -> HttpResponse:
    answer.headers["Content-Disposition"] = f'attachment; filename="abdeckung-{shown.as_of:%Y-%m-%d}.{ending}"'
    patch_cache_control(answer, private=True, no_store=True)
    return answer


@require_POST
@permission_required(PERMISSION, raise_exception=True)
def coverage_pdf_make(request: HttpRequest) -> HttpResponse:
    """Have the table that was shown printed; the same one asked for again is the same job."""
    shown = sheet_of(CoverageFilters(request.GET))
    printed = pdf.printable(shown)
    made = Job.objects.filter(kind=PDF_JOB, arguments=[printed]).exclude(state=Job.State.FAILED).first()
    if made is None or (made.state == Job.State.DONE and not default_storage.exists(pdf.name(made.pk))):
        made = enqueue("offers.render_coverage", printed, title=f"PDF: {shown.title}", by=acting_user(request))
    return redirect("offers:coverage_pdf", pk=made.pk)


@require_safe
@permission_required(PERMISSION, raise_exception=True)
def coverage_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far the PDF is, then the PDF. htmx asks for the state alone while it is being made."""
    job = get_object_or_404(Job, pk=pk, kind=PDF_JOB)
    is_there = job.state == Job.State.DONE and default_storage.exists(pdf.name(pk))
    template = "_coverage_pdf_state" if request.headers.get("HX-Request") else "coverage_pdf_progress"
    return render(request, f"offers/{template}.html", {"job": job, "is_there": is_there})


@require_safe
@permission_required(PERMISSION, raise_exception=True)
def coverage_pdf_file(request: HttpRequest, pk: UUID) -> FileResponse:
    job = get_object_or_404(Job, pk=pk, kind=PDF_JOB)
    if not default_storage.exists(pdf.name(pk)):
        raise Http404
    filename = f"abdeckung-{job.arguments[0]['day']}.pdf"
    answer = FileResponse(default_storage.open(pdf.name(pk)), content_type="application/pdf", filename=filename)
    patch_cache_control(answer, private=True, no_store=True)
    return answer
