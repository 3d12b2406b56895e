"""The pictures of an entry in the workspace: every button saves at once."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views import View

from kiportal.common.forms import StaleSave
from kiportal.common.views.acting import acting_user
from offers import changes, lifecycle
from offers.forms.pictures import UPLOAD, Pictures
from offers.models import Offer

DONE = {
    UPLOAD: "Das Bild ist gespeichert.",
    "hoch": "Die Reihenfolge ist gespeichert.",
    "runter": "Die Reihenfolge ist gespeichert.",
    "weg": "Das Bild ist gelöscht.",
}


class StaffOfferPictures(PermissionRequiredMixin, View):
    permission_required = "offers.change_offer"
    raise_exception = True

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._page(request, Pictures(instance=self._offer(pk)))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        offer, user = self._offer(pk), acting_user(request)
        form = Pictures(request.POST, request.FILES, instance=offer)
        if not form.is_valid():
            return self._page(request, self._without_loss(request, offer, form))
        before = changes.current(offer, "images")
        form.keep_files(by=user)
        try:
            form.save()
        except StaleSave:
            return self._stale(request, pk)
        if changes.current(offer, "images") != before:
            lifecycle.note_editor(offer, by=user)
        messages.success(request, DONE.get(form.verb.partition(":")[0], "Die Bilder sind gespeichert."))
        return redirect(f"{reverse('offers:staff_offer_pictures', args=[pk])}#bilder")

    def _without_loss(self, request: HttpRequest, offer: Offer, form: Pictures) -> Pictures:
        """A picture that lacks its words waits, and the form that comes back asks for them."""
        half = Pictures(request.POST, request.FILES, instance=offer, lenient=True)
        if not request.FILES or not half.is_valid():
            return form
        half.keep_files(by=acting_user(request))
        again = Pictures(request.POST, instance=self._offer(offer.pk))
        again.is_valid()
        return again

    def _stale(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The list as it was sent, over what is stored now; sent twice it is what is stored."""
        now, data = self._offer(pk), request.POST.copy()
        data["lock_version"] = str(now.lock_version)
        form = Pictures(data, instance=now)
        if form.is_valid() and form.cleaned_data["images"] == changes.current(now, "images"):
            return redirect("offers:staff_offer_pictures", pk=pk)
        return self._page(request, form, status=409, is_changed=True)

    def _offer(self, pk: int) -> Offer:
        return get_object_or_404(Offer.objects.for_staff().select_related("provider", "offer_type"), pk=pk)

    def _page(self, request: HttpRequest, form: Pictures, *, status: int = 200, **context: Any) -> HttpResponse:
        offer = form.instance
        values = {"form": form, "offer": offer, "back_url": reverse("offers:staff_offer_detail", args=[offer.pk])}
        return render(request, "offers/staff_offer_pictures.html", values | context, status=status)
