"""/arbeitsplatz/foerderung/: the sheet, as page and as file, and what if."""

from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_POST, require_safe

from funding import pdf
from funding.calculation.periods import Period
from funding.forms.choosing import TimeForm, WhatIfForm
from funding.overview import figures as year_figures
from funding.overview import sheet
from funding.overview.comparing import by_richtlinie, what_if
from funding.overview.reading import book
from funding.permissions import MANAGE, VIEW, can_manage_funding
from funding.resources import csv_file, workbook
from funding.views.access import tabs
from kiportal.common.jobs import enqueue
from kiportal.common.models import Job
from kiportal.common.views.acting import acting_user

PDF_JOB = "funding.render_document"


@require_safe
@permission_required(VIEW, raise_exception=True)
def overview(request: HttpRequest) -> HttpResponse:
    form, today = TimeForm(request.GET), timezone.localdate()
    time, is_head = form.time, can_manage_funding(request.user)
    shown = sheet.build(time, today, with_money=is_head)
    context = {
        "form": form,
        "time": time,
        "sheet": shown,
        "money": shown.money,
        "compared": by_richtlinie(book(), time.day_for_checks(today), today) if is_head else [],
        "tabs": tabs(request, "sheet"),
        "query": request.GET.urlencode(),
        "today": today,
    }
    return render(request, "funding/sheet.html", context)


@require_safe
@permission_required(MANAGE, raise_exception=True)
def sheet_workbook(request: HttpRequest) -> HttpResponse:
    time, today = TimeForm(request.GET).time, timezone.localdate()
    shown = sheet.build(time, today, with_money=True)
    content = workbook.write(shown, by_richtlinie(book(), time.day_for_checks(today), today), today)
    return _file(content, workbook.MEDIA_TYPE, f"stellen-und-foerderung-{_name(time)}.xlsx")


@require_safe
@permission_required(MANAGE, raise_exception=True)
def figures_csv(request: HttpRequest) -> HttpResponse:
    time = TimeForm(request.GET).time
    found = year_figures.figures(time.year, timezone.localdate())
    return _file(csv_file.write(found).encode(), csv_file.MEDIA_TYPE, f"jahreszahlen-{time.year}.csv")


@require_safe
@permission_required(MANAGE, raise_exception=True)
def simulation(request: HttpRequest) -> HttpResponse:
    """What if posts or rates were others. All of it stands in the address, nothing is stored."""
    today = timezone.localdate()
    found, day = book(), Period(today, today)
    posts = [post for post in found.posts if day.overlap(post.first, post.last)]
    here = {post.programme for post in posts}
    rates = [rate for rate in found.rates if rate.programme in here and day.overlap(rate.first, rate.last)]
    form = WhatIfForm(request.GET, posts=posts, rates=rates)
    result = None
    if form.is_valid():
        result = what_if(
            found,
            today,
            shares=form.given("stelle-"),
            added=form.given("neu-"),
            amounts=form.given("betrag-"),
            limits=form.given("grenze-"),
        )
    return render(request, "funding/simulation.html", {"form": form, "result": result, "posts": posts})


# PDF, made by a job


@require_POST
@permission_required(MANAGE, raise_exception=True)
def document_make(request: HttpRequest, kind: str) -> HttpResponse:
    if kind not in set(pdf.Kind):
        raise Http404
    time = TimeForm(request.GET).time
    if kind == pdf.Kind.FIGURES:
        time = sheet.Time(sheet.year(time.year))
    title = pdf.title(pdf.Kind(kind), time)
    arguments = (kind, time.period.first.isoformat(), time.period.last.isoformat())
    job = enqueue("funding.render_document", *arguments, title=f"PDF: {title}", by=acting_user(request))
    return redirect("funding:document_state", pk=job.pk)


@require_safe
@permission_required(MANAGE, raise_exception=True)
def document_state(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far the PDF is, then the PDF. htmx asks for the state alone while it is being made."""
    job = get_object_or_404(Job, pk=pk, kind=PDF_JOB)
    is_there = job.state == Job.State.DONE and default_storage.exists(pdf.name(pk))
    template = "_document_state" if request.headers.get("HX-Request") else "document_state"
    return render(request, f"funding/{template}.html", {"job": job, "is_there": is_there})


@require_safe
@permission_required(MANAGE, raise_exception=True)
def document_file(request: HttpRequest, pk: UUID) -> FileResponse:
    job = get_object_or_404(Job, pk=pk, kind=PDF_JOB)
    if not default_storage.exists(pdf.name(pk)):
        raise Http404
    filename = f"{job.arguments[0]}-{job.arguments[1][:4]}.pdf"
    answer = FileResponse(default_storage.open(pdf.name(pk)), content_type="application/pdf", filename=filename)
    patch_cache_control(answer, private=True, no_store=True)
    return answer


def _name(time: sheet.Time) -> str:
    return f"{time.period.first:%Y-%m-%d}" if time.is_day else str(time.year)


def _file(content: bytes, media_type: str, filename: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    patch_cache_control(answer, private=True, no_store=True)
    return answer
