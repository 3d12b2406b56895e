"""A proposed change of a published entry, an organisation or a contact, decided field by field."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView

from kiportal.common.four_eyes import is_own_proposal
from kiportal.common.models import AccessLink, ChangeProposal
from kiportal.common.proposals import REWRITTEN
from kiportal.common.transitions import SomebodyWasFaster, TransitionError
from kiportal.common.views.acting import acting_user
from offers import changes, lifecycle
from offers.forms.decisions import ProposalDecisionForm
from offers.history import timeline
from offers.models import Offer, OfferImage
from offers.permissions import can_accept_any_proposal
from offers.review import findings, records
from offers.views.review import decided, next_url
from offers.views.steps import somebody_was_faster, workspace_url


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
        data = request.POST.copy()
        read, data["read"] = data.get("read"), proposal.updated_at.isoformat()
        form = ProposalDecisionForm(data, proposal=proposal)
        if form.is_valid():
            reason = form.cleaned_data["text"]
            try:
                if read and read != data["read"] and proposal.status == ChangeProposal.Status.OPEN:
                    raise SomebodyWasFaster(REWRITTEN)
                message = self._decide(proposal, form)
            except SomebodyWasFaster as error:
                proposal.refresh_from_db()
                if proposal.status != ChangeProposal.Status.OPEN:
                    following = next_url(request, proposal.created_at)
                    return somebody_was_faster(request, records.owner_of(proposal), reason, next_url=following)
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
        title = records.title_of(proposal)
        match form.cleaned_data["verb"]:
            case "question":
                lifecycle.question_change(proposal, by=by, reason=reason)
                return f"{title}: Die Rückfrage ist unterwegs."
            case "reject":
                lifecycle.reject_change(proposal, by=by, reason=reason)
                return f"{title} ist abgelehnt."
        lifecycle.accept_change(proposal, taken, by=by, reason=reason)
        if len(taken) < len(proposal.changes):
            return f"{title}: {len(taken)} von {len(proposal.changes)} Änderungen sind übernommen."
        return f"{title} ist übernommen."

    def _proposal(self) -> ChangeProposal:
        """One whose record is gone is gone, too."""
        proposals = records.known(records.CHANGE).select_related("by_user", "by_link")
        proposal: ChangeProposal = get_object_or_404(proposals, pk=self.kwargs["pk"])
        if proposal.target is None:
            raise Http404
        return proposal

    def _page(
        self, proposal: ChangeProposal, form: ProposalDecisionForm, taken: set[str], status: int = 200
    ) -> HttpResponse:
        owner, user = records.owner_of(proposal), acting_user(self.request)
        context = self.get_context_data(
            **self._outlook(proposal),
            proposal=proposal,
            can_accept=can_accept_any_proposal(user, proposal),
            is_own=is_own_proposal(user, proposal),
            title=records.title_of(proposal),
            owner=owner,
            owner_url=workspace_url(owner),
            provider=owner.provider if isinstance(owner, Offer) else owner,
            form=form,
            rows=_rows(proposal, taken),
            history=timeline(owner),
            next_url=next_url(self.request, proposal.created_at),
        )
        return self.render_to_response(context, status=status)

    def _outlook(self, proposal: ChangeProposal) -> dict[str, Any]:
        """Of an entry: what is to be checked and how it will look, with all of the change in it."""
        if not isinstance(proposal.target, Offer) or proposal.status != ChangeProposal.Status.OPEN:
            return {}
        previews = AccessLink.objects.for_target(proposal).filter(purpose=AccessLink.Purpose.PREVIEW)
        outlook: dict[str, Any] = {"is_entry": True, "preview": previews.order_by("created_at").last()}
        try:
            with lifecycle.as_if_accepted(proposal) as changed:
                looks = render_to_string("offers/_offer.html", {"offer": changed, "heading_level": 2}, self.request)
                return outlook | {"findings": findings.examine_changed(changed, proposal.changes), "looks": looks}
        except TransitionError as error:
            return outlook | {"misfit": str(error)}


@require_POST
@permission_required("offers.review_offer", raise_exception=True)
def proposal_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Mail the author of a change a link to the entry as the public will see it."""
    proposal = get_object_or_404(records.known(records.CHANGE), pk=pk)
    if not isinstance(proposal.target, Offer):
        raise Http404
    try:
        link = lifecycle.send_change_preview_link(proposal, by=acting_user(request))
    except TransitionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Der Link zur Vorschau geht an {link.email}.")
    return redirect("offers:proposal_detail", pk=pk)


def _rows(proposal: ChangeProposal, taken: set[str]) -> list[Row]:
    """The fields of the proposal, in the order of the form."""
    record, is_open = proposal.target, proposal.status == ChangeProposal.Status.OPEN
    fields, rows = changes.fields_of(record), []
    for name in fields.names:
        if (change := proposal.changes.get(name)) is not None:
            now = fields.current(record, name)
            rows.append(
                Row(
                    name=name,
                    label=fields.label(name),
                    old=fields.plain(name, change["old"]),
                    new=fields.plain(name, change["new"]),
                    now=fields.plain(name, now) if is_open and now != change["old"] else None,
                    is_taken=name in taken,
                    pictures=_pictures(change) if name == "images" else (),
                )
            )
    return rows


def _pictures(change: dict[str, Any]) -> tuple[Pictured, ...]:
    """Both sides of a change of pictures, to be seen and not only read."""
    rows = [*change["old"], *change["new"]]
    images = {str(image.uuid): image for image in OfferImage.objects.filter(uuid__in=[row[0] for row in rows])}
    return tuple(
        Pictured(label, [(images.get(key), alternative, rights) for key, alternative, rights in change[side]])
        for side, label in (("old", "Bisher"), ("new", "Neu"))
    )
