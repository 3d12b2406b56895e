"""Organisations in the workspace: list, page with offers, contacts and Verlauf, editing, consent of contact persons."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views import View
from django.views.decorators.http import require_POST
from django.views.generic import ListView

import actors.lifecycle
from actors import consents
from actors.models import ContactPerson, Organisation
from actors.permissions import can_release_organisation, is_own_organisation
from kiportal.common.forms import StaleSave
from kiportal.common.models import ChangeProposal
from kiportal.common.views.acting import acting_user
from kiportal.common.views.conflicts import conflict
from kiportal.common.views.steps import Step
from offers.forms.staff import ContactForm, NewOrganisationForm, StaffOrganisationForm
from offers.models import Offer
from offers.querysets import known_to_staff
from offers.review.duplicates import organisations_like
from offers.review.records import title_of
from offers.staff_filters import StaffOrganisationFilters
from offers.views.review import next_url
from offers.views.steps import StepView


class StaffOrganisationList(PermissionRequiredMixin, ListView):
    permission_required = "actors.change_organisation"
    raise_exception = True
    template_name = "offers/staff_organisation_list.html"
    paginate_by = 30
    page_kwarg = "seite"

    def get_queryset(self) -> QuerySet[Organisation]:
        published = Count("offers", filter=Q(offers__status=Offer.Status.PUBLISHED))
        organisations = known_to_staff(Organisation.objects.select_related("municipality"))
        organisations = organisations.annotate(published_offers=published)
        self.filters = StaffOrganisationFilters(self.request.GET or None, organisations)
        return self.filters.qs.order_by("sort_key", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(filters=self.filters, **kwargs)


class StaffOrganisationDetail(StepView):
    permission_required = "actors.change_organisation"
    template_name = "offers/staff_organisation_detail.html"
    context_object_name = "organisation"
    transitions = actors.lifecycle.ORGANISATION
    queryset = known_to_staff(Organisation.objects.select_related("municipality"))
    steps = (
        Step(
            "publish",
            "Veröffentlichen",
            "check",
            actors.lifecycle.publish,
            "Die Organisation bekommt eine öffentliche Seite.",
            "„{}“ ist veröffentlicht.",
        ),
        Step(
            "reject",
            "Ablehnen",
            "close",
            actors.lifecycle.reject,
            "Einträge dieser Organisation können dann nicht veröffentlicht werden.",
            "„{}“ ist abgelehnt.",
            needs_reason=True,
        ),
        Step(
            "archive",
            "Archivieren",
            "history",
            actors.lifecycle.archive,
            "Die Organisation und alle ihre Angebote verschwinden von den öffentlichen Seiten.",
            "„{}“ ist archiviert.",
            needs_reason=True,
        ),
        Step(
            "restore",
            "Wiederherstellen",
            "undo",
            actors.lifecycle.restore,
            "Die Organisation und ihre veröffentlichten Angebote erscheinen wieder.",
            "„{}“ ist wieder veröffentlicht.",
        ),
    )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        organisation, user = self.object, acting_user(self.request)
        return super().get_context_data(
            offers=Offer.objects.for_staff().filter(provider=organisation).order_by("sort_key", "pk"),
            contacts=organisation.contacts.with_consent().order_by("function", "pk"),
            members=organisation.memberships.select_related("user").order_by("user__username"),
            alike=organisations_like(organisation)[:5],
            proposals=_undecided(organisation),
            is_own=organisation.status == Organisation.Status.PROPOSED and is_own_organisation(user, organisation),
            can_release=can_release_organisation(user, organisation),
            **kwargs,
        )

    def get_success_url(self, step: Step) -> str:
        """What was decided as a part of the review leads to the next entry of the queue."""
        if step.verb in {"publish", "reject"}:
            return next_url(self.request, self.object.created_at) or self.request.path
        return self.request.path


class StaffOrganisationEdit(PermissionRequiredMixin, View):
    permission_required = "actors.change_organisation"
    raise_exception = True

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return _form_page(
            request,
            StaffOrganisationForm(instance=_known(pk)),
        )

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        organisation = _known(pk)
        form = StaffOrganisationForm(request.POST, instance=organisation)
        if not form.is_valid():
            return _form_page(request, form)
        try:
            form.save()
            if form.changed_text:
                actors.lifecycle.note_editor(organisation, by=acting_user(request))
        except StaleSave as stale:
            return conflict(request, form, stale, back_url=_detail_url(organisation))
        messages.success(request, f"„{organisation}“ ist gespeichert.")
        return redirect(_detail_url(organisation))


class StaffOrganisationAdd(PermissionRequiredMixin, View):
    """A new organisation starts as proposed. `weiter=angebot` leads on to its first offer."""

    permission_required = "actors.add_organisation"
    raise_exception = True

    def get(self, request: HttpRequest) -> HttpResponse:
        return _form_page(request, NewOrganisationForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = NewOrganisationForm(request.POST)
        if not form.is_valid():
            return _form_page(request, form)
        try:
            organisation = actors.lifecycle.add(form.instance, by=acting_user(request))
        except IntegrityError:
            organisation = get_object_or_404(Organisation, uuid=form.cleaned_data["key"])
        messages.success(request, f"„{organisation}“ ist angelegt und noch nicht öffentlich.")
        if request.GET.get("weiter") == "angebot":
            return redirect(f"{reverse('offers:staff_offer_add')}?traeger={organisation.slug}")
        return redirect(_detail_url(organisation))


def _undecided(organisation: Organisation) -> list[tuple[ChangeProposal, str]]:
    """What its accounts propose for it and for its contacts, each with its title."""
    of_contacts = Q(
        target_type=ContentType.objects.get_for_model(ContactPerson), target_id__in=organisation.contacts.all()
    )
    of_itself = ChangeProposal.objects.for_target(organisation)
    proposals = ChangeProposal.objects.undecided().filter(Q(pk__in=of_itself) | of_contacts)
    return [(proposal, title_of(proposal)) for proposal in proposals.prefetch_related("target")]


def _known(pk: int) -> Organisation:
    return get_object_or_404(known_to_staff(Organisation.objects.all()), pk=pk)


def _detail_url(organisation: Organisation) -> str:
    return reverse("offers:staff_organisation_detail", args=[organisation.pk])


def _form_page(request: HttpRequest, form: StaffOrganisationForm) -> HttpResponse:
    organisation = form.instance if form.instance.pk else None
    back_url = _detail_url(organisation) if organisation else reverse("offers:staff_organisation_list")
    context = {"form": form, "organisation": organisation, "back_url": back_url}
    return render(request, "offers/staff_organisation_form.html", context)


# Contacts


class StaffContactEdit(PermissionRequiredMixin, View):
    """Add a contact to an organisation, or change one of them."""

    permission_required = "actors.change_organisation"
    raise_exception = True

    def get(self, request: HttpRequest, organisation_pk: int, pk: int | None = None) -> HttpResponse:
        return self._page(request, ContactForm(instance=self._contact(organisation_pk, pk)))

    def post(self, request: HttpRequest, organisation_pk: int, pk: int | None = None) -> HttpResponse:
        form = ContactForm(request.POST, instance=self._contact(organisation_pk, pk))
        if not form.is_valid():
            return self._page(request, form)
        try:
            contact = self._save(form)
        except StaleSave as stale:
            return conflict(request, form, stale, back_url=_detail_url(form.instance.organisation))
        messages.success(request, f"Der Kontakt „{contact.function}“ ist gespeichert.")
        return redirect(_detail_url(contact.organisation))

    @transaction.atomic
    def _save(self, form: ContactForm) -> ContactPerson:
        """Store the contact. A form that adds one and is sent twice, even at once, stores one."""
        if form.instance.pk is None:
            organisation = Organisation.objects.select_for_update().get(pk=form.instance.organisation_id)
            typed = {name: form.cleaned_data[name] for name in form.Meta.fields}
            same = organisation.contacts.filter(**typed, consent__isnull=not form.cleaned_data["consent_given"])
            if made := same.first():
                return made
        return form.save()

    def _contact(self, organisation_pk: int, pk: int | None) -> ContactPerson:
        organisation = _known(organisation_pk)
        if pk is None:
            return ContactPerson(organisation=organisation)
        return get_object_or_404(organisation.contacts.with_consent().select_related("organisation"), pk=pk)

    def _page(self, request: HttpRequest, form: ContactForm) -> HttpResponse:
        organisation = form.instance.organisation
        context = {"form": form, "organisation": organisation, "back_url": _detail_url(organisation)}
        return render(request, "offers/staff_contact_form.html", context)


@require_POST
@permission_required("actors.change_organisation", raise_exception=True)
def staff_consent_withdraw(request: HttpRequest, organisation_pk: int, pk: int) -> HttpResponse:
    """The name disappears from all pages at once; the record stays as a proof."""
    contacts = ContactPerson.objects.with_consent().select_related("organisation")
    contact = get_object_or_404(contacts, organisation=organisation_pk, pk=pk)
    consents.withdraw(contact, on=timezone.localdate())
    messages.success(request, f"Die Einwilligung ist widerrufen. Der Name „{contact.name}“ erscheint nicht mehr.")
    return redirect(_detail_url(contact.organisation))
