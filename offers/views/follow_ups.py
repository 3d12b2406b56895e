"""Wiedervorlage: look at a record again on a certain day."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kiportal.common import followed
from kiportal.common.models import FollowUp
from kiportal.common.views.acting import acting_user
from offers.forms.follow_ups import FollowUpForm

PERMISSION = "offers.review_offer"


@require_safe
@permission_required(PERMISSION, raise_exception=True)
def follow_up_list(request: HttpRequest) -> HttpResponse:
    """What is open for this person or for everybody, the next first."""
    entries = FollowUp.objects.open().concerning(acting_user(request)).select_related("for_user", "created_by")
    rows = followed.with_records(entries)
    return render(request, "offers/follow_up_list.html", {"rows": rows, "today": timezone.localdate()})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PERMISSION, raise_exception=True)
def follow_up_add(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    found = followed.kind_called(kind)
    if found is None:
        raise Http404
    record = get_object_or_404(found.known(), pk=pk)
    back_url = found.url(record)
    form = FollowUpForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        form.instance.target, form.instance.created_by = record, acting_user(request)
        follow_up = form.save()
        messages.success(request, f"Die Wiedervorlage am {follow_up.due_on:%d.%m.%Y} ist eingetragen.")
        return redirect(back_url)
    context = {"form": form, "title": found.title(record), "back_url": back_url}
    return render(request, "offers/follow_up_form.html", context)


@require_POST
@permission_required(PERMISSION, raise_exception=True)
def follow_up_done(request: HttpRequest, pk: int) -> HttpResponse:
    """One click; a second one finds it done. Somebody else's own is not known."""
    user = acting_user(request)
    follow_up = get_object_or_404(FollowUp.objects.concerning(user), pk=pk)
    FollowUp.objects.open().filter(pk=pk).update(done_at=timezone.now(), done_by=user)
    messages.success(request, f"„{follow_up.note}“ ist erledigt.")
    known = followed.with_records([follow_up]) if request.POST.get("zurueck") == "eintrag" else []
    return redirect(known[0].url if known else "offers:follow_up_list")
