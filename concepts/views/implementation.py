"""/umsetzung/: what the centre works on, until when, and how far it is."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from concepts import progress
from concepts.implementation import gather
from kiportal.common.templatetags.ui import german


@require_safe
@login_not_required
def implementation(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    shown = gather(today)
    areas = [(german(title), each.share) for title, each in shown.by_area]
    return render(request, "concepts/implementation.html", {"shown": shown, "areas": areas, "how": progress.HOW})
