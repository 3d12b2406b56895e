"""Every change of an offer's status, and what follows from it (DESIGN: section 4).

Each verb is one function; mails and other effects are jobs enqueued in the same transaction.
"""

from offers.lifecycle.access import hand_over, take_access
from offers.lifecycle.care import archive, confirm, renew_care_link, restore, send_care_link, withdraw_name
from offers.lifecycle.contacts import add_contact, change_contact, remove_contact
from offers.lifecycle.decisions import accept_change, question_change, reject_change
from offers.lifecycle.drafts import (
    PROVIDER_FIELDS,
    ask_again,
    choose_provider,
    confirm_submission,
    discard_draft,
    mail_draft_link,
    resubmit,
    send,
    send_anonymously,
    start_draft,
    start_own_draft,
    submit,
)
from offers.lifecycle.feedback import (
    HINT,
    NEED,
    address_of,
    answer_hint,
    answer_need,
    discard_hint,
    discard_need,
    forward_hint,
    note_need,
    receive_hint,
    receive_need,
)
from offers.lifecycle.freshness import (
    ask_for_confirmation,
    confirm_all,
    hide_overdue,
    renew_care_all_link,
    resume_reminders,
    send_care_all_link,
    stop_reminders,
)
from offers.lifecycle.inspiration import start_inspired_draft
from offers.lifecycle.mails import ADDRESS_OPEN, TooManyMails
from offers.lifecycle.proposals import accept_proposal, propose, question_proposal, reject_proposal, withdraw_proposal
from offers.lifecycle.review import (
    RESERVED_SLUGS,
    hide,
    note_editor,
    publish,
    reject,
    request_changes,
    send_preview_link,
    unhide,
)
from offers.lifecycle.tables import OFFER, PROPOSAL

__all__ = [
    "ADDRESS_OPEN",
    "HINT",
    "NEED",
    "OFFER",
    "PROPOSAL",
    "PROVIDER_FIELDS",
    "RESERVED_SLUGS",
    "TooManyMails",
    "accept_change",
    "accept_proposal",
    "add_contact",
    "address_of",
    "answer_hint",
    "answer_need",
    "archive",
    "ask_again",
    "ask_for_confirmation",
    "change_contact",
    "choose_provider",
    "confirm",
    "confirm_all",
    "confirm_submission",
    "discard_draft",
    "discard_hint",
    "discard_need",
    "forward_hint",
    "hand_over",
    "hide",
    "hide_overdue",
    "mail_draft_link",
    "note_editor",
    "note_need",
    "propose",
    "publish",
    "question_change",
    "question_proposal",
    "receive_hint",
    "receive_need",
    "reject",
    "reject_change",
    "reject_proposal",
    "remove_contact",
    "renew_care_all_link",
    "renew_care_link",
    "request_changes",
    "restore",
    "resubmit",
    "resume_reminders",
    "send",
    "send_anonymously",
    "send_care_all_link",
    "send_care_link",
    "send_preview_link",
    "start_draft",
    "start_inspired_draft",
    "start_own_draft",
    "stop_reminders",
    "submit",
    "take_access",
    "unhide",
    "withdraw_name",
    "withdraw_proposal",
]
