"""Every change of an organisation's status, and what its own accounts change about it (DESIGN: section 4)."""

from actors.lifecycle.contacts import add_contact, change_contact, remove_contact, withdraw_name
from actors.lifecycle.proposals import (
    PROPOSAL,
    accept_proposal,
    change_profile,
    confirm_profile,
    propose,
    question_proposal,
    reject_proposal,
    withdraw_proposal,
)
from actors.lifecycle.statuses import (
    ENTRY,
    ORGANISATION,
    add,
    add_all,
    archive,
    enter,
    merge,
    note_editor,
    publish,
    reject,
    restore,
)
from actors.lifecycle.tables import CARE

__all__ = [
    "CARE",
    "ENTRY",
    "ORGANISATION",
    "PROPOSAL",
    "accept_proposal",
    "add",
    "add_all",
    "add_contact",
    "archive",
    "change_contact",
    "change_profile",
    "confirm_profile",
    "enter",
    "merge",
    "note_editor",
    "propose",
    "publish",
    "question_proposal",
    "reject",
    "reject_proposal",
    "remove_contact",
    "restore",
    "withdraw_name",
    "withdraw_proposal",
]
