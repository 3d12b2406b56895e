"""What stands about an organisation itself, confirmed or corrected by the link to all its entries (no account)."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

import actors.lifecycle
from actors.changes import ORGANISATION
from actors.models import Organisation
from actors.permissions import own_proposals
from kiportal.common import links
from kiportal.common.models import AccessLink, ChangeProposal, StatusChange
from kiportal.common.transitions import By
from offers.forms.profile import CareProfileForm
from offers.views import overlaying
from offers.views.by_link import opened_by_link

CONFIRM = "organisation-bestaetigen"
# What was just done, told after the redirect.
DONE = {
    CONFIRM: gettext_lazy("Danke. Die Angaben Ihrer Organisation sind bestätigt."),
    "organisation-vorschlagen": gettext_lazy(
        "Danke. Wir prüfen Ihre Änderung an den Angaben Ihrer Organisation. Bis dahin bleibt alles, wie es ist."
    ),
    "organisation-zuruecknehmen": gettext_lazy("Ihre Änderung an den Angaben der Organisation ist zurückgenommen."),
}


def details(organisation: Organisation, by: By, *, form_url: str) -> dict[str, Any] | None:
    """What the box about the organisation shows; nothing while it is not public."""
    if organisation.status != Organisation.Status.PUBLISHED:
        return None
    own = own_proposals(by, organisation).first()
    confirmed = StatusChange.objects.for_target(organisation).filter(verb="confirm").last()
    return {
        "organisation": organisation,
        "confirmed_on": confirmed.at if confirmed else None,
        "has_proposal": own is not None,
        "question": overlaying.question_about(own),
        "form_url": form_url,
        "verb": CONFIRM,
    }


def form_url_of(link: AccessLink, *, survey: bool = False) -> str:
    url = reverse("offers:care_all_organisation", kwargs={"token": links.token(link)})
    return f"{url}?von=bestandsaufnahme" if survey else url


def _organisation(link: AccessLink) -> Organisation:
    return Organisation.objects.select_related("municipality").get(pk=link.target_id)


@opened_by_link(AccessLink.Purpose.CARE_ALL, _organisation)
def care_all_organisation(request: HttpRequest, link: AccessLink, organisation: Organisation) -> HttpResponse:
    """The data as a form. What is changed waits for the centre; sent without a change it is confirmed."""
    name = "survey_answer" if request.GET.get("von") == "bestandsaufnahme" else "care_all"
    back_url = reverse(f"offers:{name}", kwargs={"token": links.token(link)})
    if organisation.status != Organisation.Status.PUBLISHED:
        return redirect(back_url)

    def build(data: QueryDict | None) -> CareProfileForm:
        stored = Organisation.objects.get(pk=organisation.pk)
        return CareProfileForm(data, instance=stored, proposal=own_proposals(link, stored).first())

    tried = overlaying.attempt(
        request,
        lock=lambda: Organisation.objects.select_for_update().get(pk=organisation.pk),
        build=build,
        store=lambda form: _store(organisation, form, link),
    )
    if tried.done:
        return redirect(f"{back_url}?getan={tried.done}")
    context = {
        "organisation": organisation,
        "back_url": back_url,
        "form": tried.form,
        "differences": tried.differences,
        "proposal": tried.form.proposal,
        "question": overlaying.question_about(tried.form.proposal),
    }
    return render(request, "offers/care_organisation_form.html", context, status=tried.status)


def _store(organisation: Organisation, form: CareProfileForm, link: AccessLink) -> str:
    stored = Organisation.objects.get(pk=organisation.pk)
    own = own_proposals(link, stored).first()
    proposed = ORGANISATION.between(stored, form.cleaned_data, own.changes if own else None)
    message = form.cleaned_data["message"]
    if not proposed and not own:
        if message:
            form.add_error("message", _("Bitte ändern Sie auch eine Angabe – oder schreiben Sie uns eine E-Mail."))
            return ""
        actors.lifecycle.confirm_profile(stored, by=link)
        return CONFIRM
    made: ChangeProposal | None = actors.lifecycle.propose(stored, proposed, by=link, message=message)
    return "organisation-vorschlagen" if made else "organisation-zuruecknehmen"
