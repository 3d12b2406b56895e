"""The pictures of a published entry, by a care link or by an account: arranged on the page, then sent like any change.

A picture is stored when it is uploaded and waits; nobody but its author and the centre sees it until it is accepted.
"""

from functools import partial
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from kiportal.common.transitions import By
from offers.forms.care import PicturesForm
from offers.forms.pictures import UPLOAD
from offers.models import Offer
from offers.permissions import own_proposals, usable_pictures
from offers.views import changing
from offers.views.overlaying import Attempt

SEND = "senden"
# So many pictures of an author may wait with an entry: what was uploaded and then left out goes only after days.
MAXIMUM_WAITING = 15


def attempt(request: HttpRequest, offer: Offer, *, by: By, email: str) -> Attempt:
    """As `changing.attempt`; the buttons beside that of sending show the form again, with what they did."""
    form_class = partial(PicturesForm, by=by)
    if request.method != "POST":
        return changing.attempt(request, offer, by=by, email=email, form_class=form_class)
    if refused := _keep_upload(request, offer, by):
        return Attempt(refused)
    if request.POST.get("verb", SEND) == SEND:
        return changing.attempt(request, offer, by=by, email=email, form_class=form_class)
    form = _form(request.POST, None, offer, by, lenient=request.POST["verb"] != UPLOAD)
    form.is_valid()
    return Attempt(form)


def _keep_upload(request: HttpRequest, offer: Offer, by: By) -> PicturesForm | None:
    """Store what came with the form, whatever else is wrong with it; return the form when that is no picture."""
    if not request.FILES:
        return None
    form = _form(request.POST, request.FILES, offer, by, lenient=True)
    is_valid = form.is_valid()
    if is_valid and usable_pictures(by, offer).waiting().count() >= MAXIMUM_WAITING:
        form.add_error("new_file", _("Hier warten schon viele Bilder. Bitte senden Sie erst Ihre Änderung."))
    elif is_valid:
        form.keep_files(by=by)
        return None
    return form


def _form(data: Any, files: Any, offer: Offer, by: By, *, lenient: bool) -> PicturesForm:
    stored = Offer.objects.select_related("offer_type", "provider").get(pk=offer.pk)
    proposal = own_proposals(by, stored).first()
    return PicturesForm(data, files, instance=stored, proposal=proposal, by=by, lenient=lenient)
