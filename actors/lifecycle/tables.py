"""What an organisation's own accounts do with it. Each step stands in its Verlauf and leaves its status as it is."""

from actors.models import Organisation
from actors.permissions import (
    can_accept_proposal,
    can_answer_proposal,
    can_apply_proposal,
    can_care_for_organisation,
    can_confirm_profile,
    can_decide_proposal,
)
from kiportal.common import proposals
from kiportal.common.transitions import Transition, table

_S = Organisation.Status
_OPEN = frozenset({_S.PROPOSED, _S.PUBLISHED})

CARE = table(
    # What is not public yet is written at once; what is public, by a proposal.
    Transition("edit", frozenset({_S.PROPOSED}), "", can_care_for_organisation),
    Transition("add_contact", _OPEN, "", can_care_for_organisation),
    Transition("change_contact", _OPEN, "", can_care_for_organisation),
    Transition("remove_contact", _OPEN, "", can_care_for_organisation),
    Transition("confirm", frozenset({_S.PUBLISHED}), "", can_confirm_profile),
    # Whoever agreed may take that back at any time.
    Transition("withdraw_name", frozenset(_S), "", can_care_for_organisation),
)
PROPOSAL = proposals.verbs(
    decide=can_decide_proposal, accept=can_accept_proposal, answer=can_answer_proposal, take_over=can_apply_proposal
)
