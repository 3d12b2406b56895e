"""Contacts of one's own organisation: add, change, remove, take back a name or a change."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

import actors.lifecycle
from actors.changes import CONTACT
from actors.models import ContactPerson, Organisation
from actors.permissions import own_proposals
from kiportal.common.models import User
from kiportal.common.transitions import TransitionError
from kiportal.common.views.acting import acting_user
from offers import lifecycle
from offers.forms.profile import MemberContactForm
from offers.lifecycle.contacts import is_public
from offers.querysets import contacts_for_member
from offers.views import overlaying
from offers.views.member_profile import DONE, can_change, for_members, outcome, own_organisation, profile_url


@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def member_contact_add(request: HttpRequest, organisation_pk: int) -> HttpResponse:
    organisation, user, status = own_organisation(request, organisation_pk), acting_user(request), 200
    if not can_change(organisation):
        return redirect(profile_url(organisation))
    data = request.POST if request.method == "POST" else None
    form = MemberContactForm(data, instance=ContactPerson(organisation=organisation))
    if form.is_bound and form.is_valid():
        try:
            contact = lifecycle.add_contact(organisation, form.proposed_values, by=user)
        except TransitionError as error:
            form.add_error(None, str(error))
            status = error.status
        else:
            messages.success(request, f"Der Kontakt „{contact.function}“ ist gespeichert.")
            return redirect(profile_url(organisation))
    context = {"organisation": organisation, "form": form, "back_url": profile_url(organisation)}
    return render(request, "offers/member_contact_form.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def member_contact_edit(request: HttpRequest, organisation_pk: int, pk: int) -> HttpResponse:
    """What the public sees waits for the centre; a name that is taken out is hidden at once."""
    contact, user = _own(request, organisation_pk, pk), acting_user(request)
    organisation = contact.organisation
    if not can_change(organisation):
        return redirect(profile_url(organisation))

    def build(data: QueryDict | None) -> MemberContactForm:
        stored = get_object_or_404(contacts_for_member(organisation, user).select_related("organisation"), pk=pk)
        proposal = own_proposals(user, stored).first()
        return MemberContactForm(data, instance=stored, proposal=proposal, is_reviewed=_is_reviewed(stored))

    tried = overlaying.attempt(
        request,
        lock=lambda: Organisation.objects.select_for_update().get(pk=organisation.pk),
        build=build,
        store=lambda form: _store(form, user),
    )
    if tried.done:
        messages.success(request, DONE[tried.done])
        return redirect(profile_url(organisation))
    context = {
        "organisation": organisation,
        "contact": contact,
        "back_url": profile_url(organisation),
        "form": tried.form,
        "differences": tried.differences,
        "proposal": tried.form.proposal,
        "question": overlaying.question_about(tried.form.proposal),
        "is_reviewed": _is_reviewed(contact),
    }
    return render(request, "offers/member_contact_form.html", context, status=tried.status)


def _store(form: MemberContactForm, user: User) -> str:
    stored = ContactPerson.objects.with_consent().select_related("organisation").get(pk=form.instance.pk)
    own, had_name = own_proposals(user, stored).first(), bool(stored.public_name)
    proposed = CONTACT.between(stored, form.proposed_values, own.changes if own else None)
    message = form.cleaned_data.get("message", "")
    if not proposed and not own:
        if message:
            form.add_error("message", "Bitte ändern Sie auch eine Angabe – oder schreiben Sie uns eine E-Mail.")
            return ""
        return "unveraendert"
    made = lifecycle.change_contact(stored, proposed, by=user, message=message)
    if made is None and had_name and proposed.keys() == {"name"} and not form.cleaned_data["name"]:
        return "uebernehmen"  # only a name went, and that at once
    return outcome(made, is_reviewed=_is_reviewed(stored))


@require_POST
@for_members
def member_contact_step(request: HttpRequest, organisation_pk: int, pk: int) -> HttpResponse:
    contact, user = _own(request, organisation_pk, pk), acting_user(request)
    try:
        match request.POST.get("verb"):
            case "entfernen":
                lifecycle.remove_contact(contact, by=user)
                done = f"Der Kontakt „{contact.function}“ ist entfernt."
            case "name-verbergen":
                actors.lifecycle.withdraw_name(contact, by=user)
                done = f"Der Name steht nicht mehr beim Kontakt „{contact.function}“."
            case "zuruecknehmen":
                actors.lifecycle.withdraw_proposal(contact, by=user)
                done = DONE["zuruecknehmen"]
            case _:
                raise BadRequest("unknown verb")
    except TransitionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect(profile_url(contact.organisation))


def _is_reviewed(contact: ContactPerson) -> bool:
    return contact.organisation.status == Organisation.Status.PUBLISHED and is_public(contact)


def _own(request: HttpRequest, organisation_pk: int, pk: int) -> ContactPerson:
    organisation = own_organisation(request, organisation_pk)
    contacts = contacts_for_member(organisation, acting_user(request)).select_related("organisation")
    return get_object_or_404(contacts, pk=pk)
