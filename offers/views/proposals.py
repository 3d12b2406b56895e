"""A proposed change of a published offer, decided field by field."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.generic import TemplateView

from kiportal.common.models import ChangeProposal
from kiportal.common.richtext import to_text
from kiportal.common.transitions import SomebodyWasFaster, TransitionError
from kiportal.common.views.acting import acting_user
from offers import changes, lifecycle
from offers.forms.decisions import ProposalDecisionForm
from offers.history import timeline
from offers.models import Offer, OfferImage
from offers.permissions import can_accept_proposal, is_own_proposal
from offers.views.review import decided, next_url
from offers.views.steps import somebody_was_faster


@dataclass(frozen=True)
class Row:
    """One field of the proposal. `now` is set when the entry has changed since the proposal was written."""

    name: str
    label: str
    old: str
    new: str
    now: str | None
    is_taken: bool
    pictures: tuple["Pictured", ...] = ()


@dataclass(frozen=True)
class Pictured:
    """The pictures of one side: each with the words it has there, and without a file when it is gone."""

    label: str
    pictures: list[tuple[OfferImage | None, str, str]]


class ProposalDetail(PermissionRequiredMixin, TemplateView):
    """GET shows the differences; a POST of `verb` takes the chosen fields, all of them, or none."""

    permission_required = "offers.review_offer"
    raise_exception = True
    template_name = "offers/proposal_detail.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        proposal = self._proposal()
        return self._page(proposal, ProposalDecisionForm(proposal=proposal), set(proposal.changes))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        proposal, status = self._proposal(), 200
        form = ProposalDecisionForm(request.POST, proposal=proposal)
        if form.is_valid():
            reason = form.cleaned_data["text"]
            try:
                message = self._decide(proposal, form)
            except SomebodyWasFaster as error:
                proposal.refresh_from_db()
                if proposal.status != ChangeProposal.Status.OPEN:
                    following = next_url(request, proposal.created_at)
                    offer = Offer.objects.get(pk=proposal.target_id)
                    return somebody_was_faster(request, offer, reason, next_url=following)
                form.add_error(None, str(error))
                status = error.status
            except TransitionError as error:
                form.add_error(None, str(error))
                status = error.status
            else:
                return decided(request, message, proposal.created_at)
        return self._page(proposal, form, set(request.POST.getlist("fields_taken")), status)

    def _decide(self, proposal: ChangeProposal, form: ProposalDecisionForm) -> str:
        """Take the step and return the sentence that says so."""
        taken, reason, by = set(form.cleaned_data["fields_taken"]), form.cleaned_data["text"], acting_user(self.request)
        match form.cleaned_data["verb"]:
            case "question":
                lifecycle.question_proposal(proposal, by=by, reason=reason)
                return f"Die Rückfrage zur Änderung an „{proposal.target}“ ist unterwegs."
            case "reject":
                lifecycle.reject_proposal(proposal, by=by, reason=reason)
                return f"Die Änderung an „{proposal.target}“ ist abgelehnt."
        lifecycle.accept_proposal(proposal, taken, by=by, reason=reason)
        if len(taken) < len(proposal.changes):
            return f"{len(taken)} von {len(proposal.changes)} Änderungen an „{proposal.target}“ sind übernommen."
        return f"Die Änderung an „{proposal.target}“ ist übernommen."

    def _proposal(self) -> ChangeProposal:
        proposals = ChangeProposal.objects.filter(target_type=ContentType.objects.get_for_model(Offer))
        return get_object_or_404(proposals.select_related("by_user", "by_link"), pk=self.kwargs["pk"])

    def _page(
        self, proposal: ChangeProposal, form: ProposalDecisionForm, taken: set[str], status: int = 200
    ) -> HttpResponse:
        offer = Offer.objects.for_detail().get(pk=proposal.target_id)
        user = acting_user(self.request)
        context = self.get_context_data(
            proposal=proposal,
            can_accept=can_accept_proposal(user, proposal),
            is_own=is_own_proposal(user, proposal),
            offer=offer,
            form=form,
            rows=[_row(offer, proposal, name, taken) for name in changes.FIELDS if name in proposal.changes],
            history=timeline(offer),
            next_url=next_url(self.request, proposal.created_at),
        )
        return self.render_to_response(context, status=status)


def _row(offer: Offer, proposal: ChangeProposal, name: str, taken: set[str]) -> Row:
    change = proposal.changes[name]
    now = changes.current(offer, name)
    moved = proposal.status == ChangeProposal.Status.OPEN and now != change["old"]
    return Row(
        name=name,
        label=changes.label(name),
        old=_plain(name, change["old"]),
        new=_plain(name, change["new"]),
        now=_plain(name, now) if moved else None,
        is_taken=name in taken,
        pictures=_pictures(change) if name == "images" else (),
    )


def _pictures(change: dict[str, Any]) -> tuple[Pictured, ...]:
    """Both sides of a change of pictures, to be seen and not only read."""
    rows = [*change["old"], *change["new"]]
    images = {str(image.uuid): image for image in OfferImage.objects.filter(uuid__in=[row[0] for row in rows])}
    return tuple(
        Pictured(label, [(images.get(key), alternative, rights) for key, alternative, rights in change[side]])
        for side, label in (("old", "Bisher"), ("new", "Neu"))
    )


def _plain(name: str, value: Any) -> str:
    """The value as text: markup of a proposal is shown as words and never rendered."""
    text = changes.shown(name, value)
    return to_text(text) if changes.is_rich(name) else text
