"""Who may do what: editors see posts without names and amounts, the head of the centre sees and keeps all of it."""

from typing import Any

from django.contrib.auth.models import AnonymousUser

from kiportal.common.models import User
from kiportal.common.transitions import By

VIEW = "funding.view_position"
MANAGE = "funding.manage_funding"


def can_view_posts(by: By | AnonymousUser) -> bool:
    return isinstance(by, User) and by.has_perm(VIEW)


def can_manage_funding(by: By | AnonymousUser, _record: Any = None) -> bool:
    return isinstance(by, User) and by.has_perm(MANAGE)
