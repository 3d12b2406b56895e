"""Which step leads from where to where, who may take it, and what refuses it."""

from django.utils.translation import gettext as _

from actors.models import Organisation
from kiportal.common import proposals
from kiportal.common.transitions import Transition, table
from offers.completeness import missing
from offers.models import Offer
from offers.permissions import (
    can_accept_proposal,
    can_add_offer,
    can_answer_offer,
    can_answer_proposal,
    can_apply_proposal,
    can_care_for_offer,
    can_change_offer,
    can_confirm_offer,
    can_decide_proposal,
    can_hide_overdue,
    can_record_offer,
    can_release_offer,
    can_restore_offer,
    can_review_offer,
    can_send_offer,
    can_show_again,
    can_show_confirmed,
    can_submit_offer,
)

_S = Offer.Status


def _is_complete(offer: Offer) -> str:
    gaps = missing(offer)
    return _("Es fehlt noch: %(gaps)s.") % {"gaps": ", ".join(gaps)} if gaps else ""


def _may_be_sent(offer: Offer) -> str:
    if not offer.submitter_email:
        return _("Es fehlt noch: E-Mail-Adresse für Rückfragen.")
    return _is_complete(offer)


def _may_be_published(offer: Offer) -> str:
    if offer.merged_into_id is not None:
        return _("Dieser Eintrag ist mit einem anderen zusammengeführt.")
    if offer.provider.status not in {Organisation.Status.PUBLISHED, Organisation.Status.PROPOSED}:
        return _("Die Organisation dieses Eintrags ist nicht veröffentlicht.")
    return _is_complete(offer)


OFFER = table(
    # Leaves the status as it is: the Verlauf tells who wrote it down, and how it came.
    Transition("record", frozenset({_S.DRAFT}), "", can_record_offer),
    Transition("send", frozenset({_S.DRAFT}), _S.UNCONFIRMED, can_send_offer, _may_be_sent),
    Transition("submit", frozenset({_S.DRAFT}), _S.SUBMITTED, can_submit_offer, _is_complete),
    # What is missing shows in the review: a table seldom says it all.
    Transition("import", frozenset({_S.DRAFT}), _S.SUBMITTED, can_add_offer),
    Transition("confirm_submission", frozenset({_S.UNCONFIRMED}), _S.SUBMITTED, can_confirm_offer),
    Transition("request_changes", frozenset({_S.SUBMITTED}), _S.CHANGES_REQUESTED, can_review_offer),
    Transition("resubmit", frozenset({_S.CHANGES_REQUESTED}), _S.SUBMITTED, can_answer_offer, _is_complete),
    Transition("publish", frozenset({_S.SUBMITTED}), _S.PUBLISHED, can_release_offer, _may_be_published),
    Transition("reject", frozenset({_S.SUBMITTED}), _S.REJECTED, can_review_offer),
    Transition("hide", frozenset({_S.PUBLISHED}), _S.HIDDEN, can_review_offer),
    # Who rewrites what is not public stands in the Verlauf: somebody else makes it public again.
    Transition("rewrite", frozenset({_S.HIDDEN, _S.ARCHIVED}), "", can_change_offer),
    Transition("unhide", frozenset({_S.HIDDEN}), _S.PUBLISHED, can_show_again, _may_be_published),
    # The entry stays as it is, and the Verlauf tells who said that it is right.
    Transition("confirm", frozenset({_S.PUBLISHED}), "", can_care_for_offer),
    Transition("hide_overdue", frozenset({_S.PUBLISHED}), _S.HIDDEN, can_hide_overdue),
    Transition("show_confirmed", frozenset({_S.HIDDEN}), _S.PUBLISHED, can_show_confirmed, _may_be_published),
    Transition("archive", frozenset({_S.PUBLISHED, _S.HIDDEN}), _S.ARCHIVED, can_care_for_offer),
    Transition("restore", frozenset({_S.ARCHIVED}), _S.PUBLISHED, can_restore_offer, _may_be_published),
    # Leaves the status of both as it is; the other one is then ended by its own verb.
    Transition(
        "merge", frozenset({_S.SUBMITTED, _S.PUBLISHED, _S.HIDDEN, _S.ARCHIVED, _S.REJECTED}), "", can_review_offer
    ),
)

PROPOSAL = proposals.verbs(
    decide=can_decide_proposal, accept=can_accept_proposal, answer=can_answer_proposal, take_over=can_apply_proposal
)
