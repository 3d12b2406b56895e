"""Request id and token masking for structured logs."""

import logging
import uuid
from contextvars import ContextVar

from django.http import HttpRequest

request_id: ContextVar[str] = ContextVar("request_id", default="")


def new_request_id() -> str:
    """Return a short reference number that a person can read out on the phone."""
    return uuid.uuid4().hex[:10]


def masked_path(request: HttpRequest) -> str:
    """Return the path with the secret part of a signed link as `<token>`."""
    match = request.resolver_match
    path = request.path
    if match is not None:
        for name in ("token", "key", "uidb36"):
            if value := match.kwargs.get(name):
                path = path.replace(str(value), f"<{name}>")
    return path


class RequestFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        if identifier := request_id.get():
            record.request = identifier
        return True
