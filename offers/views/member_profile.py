""" "Ihre Organisation": what stands about it in public, as its own accounts read and change it. Others get 404."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

import actors.lifecycle
from actors.changes import CONTACT, ORGANISATION, PUBLIC_BODIES
from actors.models import ContactPerson, Organisation
from actors.permissions import own_proposals
from kiportal.common.models import ChangeProposal, StatusChange, User
from kiportal.common.views.acting import acting_user
from offers.forms.profile import ProfileForm
from offers.lifecycle.contacts import why_needed
from offers.models import Offer
from offers.querysets import contacts_for_member
from offers.views import overlaying

for_members = permission_required("actors.act_for_organisation", raise_exception=True)

DONE = {
    "vorschlagen": "Ihre Änderung ist gesendet. Bis wir entschieden haben, bleibt alles, wie es ist.",
    "uebernehmen": "Ihre Änderung gilt ab sofort.",
    "speichern": "Ihre Änderung ist gespeichert.",
    "unveraendert": "Sie haben nichts geändert.",
    "zuruecknehmen": "Ihre Änderung ist zurückgenommen.",
}
# Where members change something; what was rejected or archived is the centre's.
_OPEN = frozenset({Organisation.Status.PROPOSED, Organisation.Status.PUBLISHED})


@dataclass(frozen=True)
class Own:
    """A contact with the entries that name it, and what is proposed for it."""

    contact: ContactPerson
    entries: list[Offer]
    needed: str
    proposal: ChangeProposal | None
    question: str

    @property
    def proposed(self) -> list[tuple[str, str]]:
        return CONTACT.in_words(self.proposal)


@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def member_profile(request: HttpRequest, organisation_pk: int) -> HttpResponse:
    """How the organisation stands there, and what waits for a decision; a POST takes a change back."""
    organisation, user = own_organisation(request, organisation_pk), acting_user(request)
    if request.method == "POST":
        if request.POST.get("verb") != "zuruecknehmen":
            raise BadRequest("unknown verb")
        actors.lifecycle.withdraw_proposal(organisation, by=user)
        messages.success(request, DONE["zuruecknehmen"])
        return redirect(profile_url(organisation))
    proposal = own_proposals(user, organisation).select_related("by_user").first()
    context = {
        "organisation": organisation,
        "contacts": _contacts(organisation, user),
        "can_change": can_change(organisation),
        "proposal": proposal,
        "proposed": ORGANISATION.in_words(proposal),
        "question": overlaying.question_about(proposal),
    }
    return render(request, "offers/member_profile.html", context)


def _contacts(organisation: Organisation, user: User) -> list[Own]:
    """All of them in a constant number of queries."""
    contacts = list(contacts_for_member(organisation, user).select_related("organisation"))
    keys = [contact.pk for contact in contacts]
    entries = list(Offer.objects.filter(contact__in=keys).order_by("sort_key", "pk"))
    known = set(Offer.objects.for_member(user).filter(contact__in=keys).values_list("pk", flat=True))
    undecided = ChangeProposal.objects.undecided().filter(
        by_account=True, target_type=ContentType.objects.get_for_model(ContactPerson), target_id__in=keys
    )
    proposals = {proposal.target_id: proposal for proposal in undecided}
    asked = [proposal.pk for proposal in proposals.values() if proposal.status == proposal.Status.CHANGES_REQUESTED]
    questions = dict(
        StatusChange.objects.filter(
            target_type=ContentType.objects.get_for_model(ChangeProposal),
            target_id__in=asked,
            verb="question_proposal",
        )
        .order_by("at", "pk")
        .values_list("target_id", "reason")
    )
    rows = []
    for contact in contacts:
        theirs = [offer for offer in entries if offer.contact_id == contact.pk]
        proposal = proposals.get(contact.pk)
        shown = [offer for offer in theirs if offer.pk in known]
        question = questions.get(proposal.pk, "") if proposal else ""
        rows.append(Own(contact, shown, why_needed(contact, theirs), proposal, question))
    return rows


@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def member_profile_edit(request: HttpRequest, organisation_pk: int) -> HttpResponse:
    """The data as a form. What is published waits for the centre, unless the organisation is trusted."""
    organisation, user = own_organisation(request, organisation_pk), acting_user(request)
    if not can_change(organisation):
        return redirect(profile_url(organisation))

    def build(data: QueryDict | None) -> ProfileForm:
        stored = Organisation.objects.get(pk=organisation.pk)
        return ProfileForm(data, instance=stored, proposal=own_proposals(user, stored).first())

    tried = overlaying.attempt(
        request,
        lock=lambda: Organisation.objects.select_for_update().get(pk=organisation.pk),
        build=build,
        store=lambda form: _store(organisation, form, user),
    )
    if tried.done:
        messages.success(request, DONE[tried.done])
        return redirect(profile_url(organisation))
    context = {
        "organisation": organisation,
        "back_url": profile_url(organisation),
        "form": tried.form,
        "differences": tried.differences,
        "proposal": tried.form.proposal,
        "question": overlaying.question_about(tried.form.proposal),
        "is_public_body": organisation.kind in PUBLIC_BODIES,
        "is_reviewed": organisation.status == Organisation.Status.PUBLISHED,
    }
    return render(request, "offers/member_profile_form.html", context, status=tried.status)


def _store(organisation: Organisation, form: ProfileForm, user: User) -> str:
    stored = Organisation.objects.get(pk=organisation.pk)
    own = own_proposals(user, stored).first()
    proposed = ORGANISATION.between(stored, form.cleaned_data, own.changes if own else None)
    message = form.cleaned_data.get("message", "")
    if not proposed and not own:
        if message:
            form.add_error("message", "Bitte ändern Sie auch eine Angabe – oder schreiben Sie uns eine E-Mail.")
            return ""
        return "unveraendert"
    made = actors.lifecycle.change_profile(stored, proposed, by=user, message=message)
    return outcome(made, is_reviewed=stored.status == Organisation.Status.PUBLISHED)


def outcome(made: ChangeProposal | None, *, is_reviewed: bool) -> str:
    """What became of a change, as the word in DONE."""
    if made is None:
        return "zuruecknehmen" if is_reviewed else "speichern"
    return "uebernehmen" if made.status == ChangeProposal.Status.ACCEPTED else "vorschlagen"


def own_organisation(request: HttpRequest, pk: int) -> Organisation:
    own = Organisation.objects.of_member(acting_user(request)).select_related("municipality")
    return get_object_or_404(own, pk=pk)


def can_change(organisation: Organisation) -> bool:
    return organisation.status in _OPEN


def profile_url(organisation: Organisation) -> str:
    return reverse("offers:member_profile", args=[organisation.pk])
