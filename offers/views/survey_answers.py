"""What an organisation answers to a Bestandsaufnahme: by the link in the mail, by account, or on the phone to staff.

All entries stand on one page; what has changed is then changed in the form of its entry, and what is missing is added.
"""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

import actors.lifecycle
from actors.models import Organisation
from kiportal.common import links
from kiportal.common.models import AccessLink, User
from kiportal.common.transitions import By, TransitionError
from kiportal.common.views import errors
from kiportal.common.views.acting import acting_user
from offers import lifecycle
from offers.forms.surveys import SurveyAnswerForm
from offers.models import Offer, OfferSurvey, SurveyAnswer, SurveyInvitation
from offers.permissions import can_answer_survey, own_proposals
from offers.surveys import asking
from offers.views import care_organisation, changing
from offers.views.by_link import opened_by_link

Outcome = SurveyAnswer.Outcome


class AnswerDesk:
    """The page of one invitation. Subclasses say who answers, where the pages are and how they look."""

    template_name = "offers/survey_answer.html"

    def __init__(self, request: HttpRequest, invitation: SurveyInvitation, by: By) -> None:
        self.request, self.invitation, self.by = request, invitation, by

    def url(self) -> str:
        raise NotImplementedError

    def edit_url(self, offer: Offer) -> str:
        """Where an entry that has changed is changed."""
        raise NotImplementedError

    def add_offer(self, key: UUID) -> str:
        """Begin an entry, and say where it is written."""
        raise NotImplementedError

    def respond(self) -> HttpResponse:
        request, survey = self.request, self.invitation.survey
        if survey.status != OfferSurvey.Status.OPEN:
            return self._page(SurveyAnswerForm(invitation=self.invitation, by=self.by), status=200)
        if request.method != "POST":
            return self._page(SurveyAnswerForm(invitation=self.invitation, by=self.by))
        form, status = SurveyAnswerForm(request.POST, invitation=self.invitation, by=self.by), 200
        if form.is_valid():
            try:
                return redirect(self._act(form))
            except TransitionError as error:
                form.add_error(None, str(error))
                status = error.status
        return self._page(form, status=status)

    def organisation_url(self) -> str:
        """Where the data of the organisation are corrected."""
        raise NotImplementedError

    def _act(self, form: SurveyAnswerForm) -> str:
        verb, _colon, argument = self.request.POST.get("verb", "senden").partition(":")
        outcomes = form.confirming_the_rest() if verb == "alles" else form.outcomes
        message = form.cleaned_data["message"]
        refused = lifecycle.answer_survey(self.invitation, outcomes, by=self.by, message=message)
        match verb:
            case care_organisation.CONFIRM:
                actors.lifecycle.confirm_profile(self.invitation.organisation, by=self.by)
                return f"{self.url()}?getan={verb}"
            case "neu":
                try:
                    return self.add_offer(UUID(argument))
                except ValueError:
                    return self.url()
            case "erledigt" if argument.isdecimal():
                offer = asking.offers_of(self.invitation, self.by).filter(pk=argument).first()
                if offer is not None:
                    lifecycle.note_survey_change(self.invitation, offer, by=self.by)
        return f"{self.url()}?gesendet" + "".join(f"&offen={pk}" for pk in refused)

    def _page(self, form: SurveyAnswerForm, status: int = 200) -> HttpResponse:
        answers = SurveyAnswer.objects.filter(invitation=self.invitation).select_related("offer").order_by("pk")
        given = {answer.offer_id: Outcome(answer.outcome) for answer in answers}
        context: dict[str, Any] = {
            "invitation": self.invitation,
            "survey": self.invitation.survey,
            "organisation": self.invitation.organisation,
            "is_open": self.invitation.survey.status == OfferSurvey.Status.OPEN,
            "form": form,
            "questions": [(offer, field, given.get(offer.pk, Outcome.OPEN)) for offer, field in form.questions],
            "to_change": [
                (offer, self.edit_url(offer), lifecycle.refusal_to_show(offer))
                for offer in form.offers
                if given.get(offer.pk) == Outcome.TO_CHANGE
            ],
            "refused": [
                (offer, lifecycle.refusal_to_show(offer))
                for offer in form.offers
                if offer.status == Offer.Status.ARCHIVED and str(offer.pk) in self.request.GET.getlist("offen")
            ],
            "unanswered": sum(given.get(offer.pk, Outcome.OPEN) == Outcome.OPEN for offer in form.offers),
            "added": [answer.offer for answer in answers if answer.outcome == Outcome.ADDED],
            "about": care_organisation.details(self.invitation.organisation, self.by, form_url=self.organisation_url()),
            "done": care_organisation.DONE.get(self.request.GET.get("getan", "")),
            "is_sent": "gesendet" in self.request.GET,
            "key_text": str(uuid4()),
            "by_staff": False,
        }
        return render(self.request, self.template_name, context | self.context(), status=status)

    def context(self) -> dict[str, Any]:
        return {}


# By the link in the mail


class LinkDesk(AnswerDesk):
    by: AccessLink

    def url(self) -> str:
        return reverse("offers:survey_answer", kwargs={"token": links.token(self.by)})

    def edit_url(self, offer: Offer) -> str:
        return reverse("offers:survey_answer_edit", kwargs={"token": links.token(self.by), "pk": offer.pk})

    def organisation_url(self) -> str:
        return care_organisation.form_url_of(self.by, survey=True)

    def add_offer(self, key: UUID) -> str:
        _offer, link = lifecycle.start_survey_offer(self.invitation, key, by=self.by)
        assert link is not None  # noqa: S101  (a link was given, a link comes back)
        return reverse("offers:submission_resume", kwargs={"token": links.token(link)})

    def context(self) -> dict[str, Any]:
        return {"frame": "base.html", "care_url": reverse("offers:care_all", kwargs={"token": links.token(self.by)})}


def _organisation(link: AccessLink) -> Organisation:
    return Organisation.objects.get(pk=link.target_id)


def _invitation(link: AccessLink) -> SurveyInvitation | None:
    """The newest round in which this link may answer."""
    asked = SurveyInvitation.objects.filter(organisation=link.target_id)
    found = asked.exclude(survey__status=OfferSurvey.Status.DRAFT).select_related("survey", "organisation")
    own = found.filter(link=link).first() or found.order_by("-survey__opened_at").first()
    return own if own is not None and can_answer_survey(link, own) else None


@opened_by_link(AccessLink.Purpose.CARE_ALL, _organisation)
def survey_answer(request: HttpRequest, link: AccessLink, organisation: Organisation) -> HttpResponse:
    invitation = _invitation(link)
    return LinkDesk(request, invitation, link).respond() if invitation else errors.not_found(request)


@opened_by_link(AccessLink.Purpose.CARE_ALL, _organisation)
def survey_answer_edit(request: HttpRequest, link: AccessLink, organisation: Organisation, pk: int) -> HttpResponse:
    """One entry as a form. What is changed waits for the centre."""
    invitation = _invitation(link)
    if invitation is None:
        return errors.not_found(request)
    desk = LinkDesk(request, invitation, link)
    return _edit(desk, pk, email=link.email, template_name="offers/care_form.html")


def _edit(desk: AnswerDesk, pk: int, *, email: str, template_name: str) -> HttpResponse:
    request, invitation, by = desk.request, desk.invitation, desk.by
    offer = asking.offers_of(invitation, by).select_related("provider").filter(pk=pk).first()
    if offer is None:
        return errors.not_found(request)
    if offer.status == Offer.Status.ARCHIVED or invitation.survey.status != OfferSurvey.Status.OPEN:
        return redirect(desk.url())
    tried = changing.attempt(request, offer, by=by, email=email)
    if tried.done:
        is_changed = tried.done in {"vorschlagen", "uebernehmen"}
        lifecycle.note_survey_change(invitation, offer, by=by, changed=is_changed)
        return redirect(f"{desk.url()}?gesendet")
    own = own_proposals(by, offer).first()
    context = {
        "offer": offer,
        "back_url": desk.url(),
        "form": tried.form,
        "differences": tried.differences,
        "proposed": changing.in_words(own),
        "proposal": own,
        "proposal_question": changing.open_question(own),
    }
    return render(request, template_name, context, status=tried.status)


# With an account


class MemberDesk(AnswerDesk):
    by: User

    def url(self) -> str:
        return reverse("offers:member_survey", args=[self.invitation.pk])

    def edit_url(self, offer: Offer) -> str:
        return reverse("offers:member_survey_edit", args=[self.invitation.pk, offer.pk])

    def organisation_url(self) -> str:
        return reverse("offers:member_profile_edit", args=[self.invitation.organisation_id])

    def add_offer(self, key: UUID) -> str:
        offer, _link = lifecycle.start_survey_offer(self.invitation, key, by=self.by)
        return reverse("offers:member_offer_detail", args=[offer.pk])

    def context(self) -> dict[str, Any]:
        return {"frame": "workspace.html"}


_for_members = permission_required("actors.act_for_organisation", raise_exception=True)


def _of_member(request: HttpRequest, pk: int) -> MemberDesk:
    user = acting_user(request)
    asked = SurveyInvitation.objects.exclude(survey__status=OfferSurvey.Status.DRAFT)
    own = asked.filter(organisation__in=Organisation.objects.of_member(user))
    return MemberDesk(request, get_object_or_404(own.select_related("survey", "organisation"), pk=pk), user)


@require_http_methods(["GET", "HEAD", "POST"])
@_for_members
def member_survey(request: HttpRequest, pk: int) -> HttpResponse:
    return _of_member(request, pk).respond()


@require_http_methods(["GET", "HEAD", "POST"])
@_for_members
def member_survey_edit(request: HttpRequest, pk: int, offer_pk: int) -> HttpResponse:
    desk = _of_member(request, pk)
    return _edit(desk, offer_pk, email=desk.by.email, template_name="offers/member_offer_form.html")


# On the phone


class StaffDesk(AnswerDesk):
    by: User

    def url(self) -> str:
        return reverse("offers:survey_on_phone", args=[self.invitation.pk])

    def edit_url(self, offer: Offer) -> str:
        return reverse("offers:staff_offer_edit", args=[offer.pk])

    def organisation_url(self) -> str:
        return reverse("offers:staff_organisation_edit", args=[self.invitation.organisation_id])

    def add_offer(self, key: UUID) -> str:
        slug = self.invitation.organisation.slug
        return f"{reverse('offers:staff_offer_add')}?traeger={slug}&anfrage={self.invitation.pk}"

    def context(self) -> dict[str, Any]:
        return {"frame": "workspace.html", "by_staff": True}


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("offers.run_offersurvey", raise_exception=True)
def survey_on_phone(request: HttpRequest, pk: int) -> HttpResponse:
    """Staff write down what the organisation says on the phone."""
    asked = SurveyInvitation.objects.exclude(survey__status=OfferSurvey.Status.DRAFT)
    invitation = get_object_or_404(asked.select_related("survey", "organisation"), pk=pk)
    response = StaffDesk(request, invitation, acting_user(request)).respond()
    if response.status_code == 302 and "gesendet" in response.headers["Location"]:
        messages.success(request, f"Die Antwort von „{invitation.organisation}“ ist gespeichert.")
    return response
