"""The ready-made reasons of the review: what the centre writes again and again."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kiportal.common.forms import StaleSave
from kiportal.common.views.conflicts import conflict
from offers.forms.reference import ReasonTemplateForm
from offers.lifecycle.reasons import add_reason, move_reason
from offers.models import ReasonTemplate

PERMISSION = "offers.review_offer"


@require_safe
@permission_required(PERMISSION, raise_exception=True)
def reason_list(request: HttpRequest) -> HttpResponse:
    """By the step that they belong to, in the order of the choice."""
    rows = list(ReasonTemplate.objects.all())
    steps = [(verb, [row for row in rows if row.verb == verb]) for verb in ReasonTemplate.Verb]
    return render(request, "offers/reason_list.html", {"steps": steps})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PERMISSION, raise_exception=True)
def reason_add(request: HttpRequest) -> HttpResponse:
    """Sent twice it is stored once. The list says for which step."""
    wanted = {"verb": request.GET.get("schritt", "")}
    form = ReasonTemplateForm(request.POST if request.method == "POST" else None, initial=wanted)
    if form.is_bound and form.is_valid():
        if form.twin:
            return redirect("offers:reason_list")
        try:
            add_reason(form.instance)
        except IntegrityError:
            form.add_error("label", "So heißt schon ein Textbaustein für diesen Schritt.")
        else:
            messages.success(request, f"Der Textbaustein „{form.instance}“ ist angelegt.")
            return redirect("offers:reason_list")
    return render(request, "offers/reason_form.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PERMISSION, raise_exception=True)
def reason_edit(request: HttpRequest, pk: int) -> HttpResponse:
    template = get_object_or_404(ReasonTemplate, pk=pk)
    form = ReasonTemplateForm(request.POST if request.method == "POST" else None, instance=template)
    if form.is_bound and form.is_valid():
        try:
            form.save()
        except StaleSave as stale:
            return conflict(request, form, stale, back_url=reverse("offers:reason_list"))
        messages.success(request, f"Der Textbaustein „{template}“ ist gespeichert.")
        return redirect("offers:reason_list")
    return render(request, "offers/reason_form.html", {"form": form, "reason": ReasonTemplate.objects.get(pk=pk)})


@require_POST
@permission_required(PERMISSION, raise_exception=True)
def reason_move(request: HttpRequest, pk: int) -> HttpResponse:
    template = get_object_or_404(ReasonTemplate, pk=pk)
    move_reason(template, -1 if request.POST.get("richtung") == "hoch" else 1)
    return redirect(f"{reverse('offers:reason_list')}#baustein-{pk}")


@require_POST
@permission_required(PERMISSION, raise_exception=True)
def reason_delete(request: HttpRequest, pk: int) -> HttpResponse:
    template = get_object_or_404(ReasonTemplate, pk=pk)
    template.delete()
    messages.success(request, f"Der Textbaustein „{template}“ ist gelöscht. Was damit geschrieben wurde, bleibt.")
    return redirect("offers:reason_list")
