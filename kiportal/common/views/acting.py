"""Who is acting: what the login middleware guarantees, said to the type checker."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from kiportal.common.models import User


def acting_user(request: HttpRequest) -> User:
    """Return the signed-in person; a page that asks for one is never open to others."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
