"""The school holidays of North Rhine-Westphalia, in which many offers pause."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kiportal.common.forms import StaleSave
from kiportal.common.views.acting import acting_user
from kiportal.common.views.conflicts import conflict
from offers import school_holidays
from offers.forms.reference import SchoolHolidayForm
from offers.models import Recurrence, SchoolHoliday

PERMISSION = "offers.review_offer"
SAVED = "„{}“ ist gespeichert. Die Termine der Angebote, die in den Ferien pausieren, werden angepasst."


@require_safe
@permission_required(PERMISSION, raise_exception=True)
def holiday_list(request: HttpRequest) -> HttpResponse:
    """What is to come first; what is over is folded away."""
    today = timezone.localdate()
    rows = list(SchoolHoliday.objects.all())
    context = {
        "coming": [row for row in rows if row.last_day >= today],
        "past": [row for row in reversed(rows) if row.last_day < today],
        "missing": school_holidays.missing(today),
        "today": today,
        "pausing": Recurrence.objects.filter(skips_school_holidays=True).values("offer").distinct().count(),
    }
    return render(request, "offers/holiday_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PERMISSION, raise_exception=True)
def holiday_add(request: HttpRequest) -> HttpResponse:
    """Sent twice it is stored once."""
    form = SchoolHolidayForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and (form.twin or _stored(request, form)):
        return redirect("offers:holiday_list")
    return render(request, "offers/holiday_form.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PERMISSION, raise_exception=True)
def holiday_edit(request: HttpRequest, pk: int) -> HttpResponse:
    holiday = get_object_or_404(SchoolHoliday, pk=pk)
    form = SchoolHolidayForm(request.POST if request.method == "POST" else None, instance=holiday)
    try:
        if form.is_bound and form.is_valid() and _stored(request, form):
            return redirect("offers:holiday_list")
    except StaleSave as stale:
        return conflict(request, form, stale, back_url=reverse("offers:holiday_list"))
    return render(request, "offers/holiday_form.html", {"form": form, "holiday": SchoolHoliday.objects.get(pk=pk)})


@require_POST
@permission_required(PERMISSION, raise_exception=True)
@transaction.atomic
def holiday_delete(request: HttpRequest, pk: int) -> HttpResponse:
    holiday = get_object_or_404(SchoolHoliday, pk=pk)
    holiday.delete()
    school_holidays.changed(by=acting_user(request))
    messages.success(request, f"„{holiday}“ ist gelöscht. Die Termine der Angebote werden angepasst.")
    return redirect("offers:holiday_list")


def _stored(request: HttpRequest, form: SchoolHolidayForm) -> bool:
    """Store it and let the dates follow; somebody may have entered the same days a moment ago."""
    try:
        with transaction.atomic():
            form.save()
            school_holidays.changed(by=acting_user(request))
    except IntegrityError:
        form.add_error("first_day", "In dieser Zeit hat gerade jemand Ferien eingetragen. Bitte sehen Sie nach.")
        return False
    messages.success(request, SAVED.format(form.instance))
    return True
