"""Request id and token masking for structured logs."""

import logging
import re
import uuid
from contextvars import ContextVar

from django.http import HttpRequest
from django.urls import ResolverMatch

request_id: ContextVar[str] = ContextVar("request_id", default="")

# A path part that is no slug (those have no capitals), as our tokens and those of password resets are: it is found in
# an address that resolves to nothing, too, because a mail program broke it or the slash at the end is missing.
_SECRET_PART = re.compile(r"(?<=/)(?=[^/\s]*[A-Z])[\w:-]{20,}")


def new_request_id() -> str:
    """Return a short reference number that a person can read out on the phone."""
    return uuid.uuid4().hex[:10]


def masked_path(request: HttpRequest) -> str:
    """Return the path with the secret part of a signed link as `<token>`."""
    return masked(request.path, request.resolver_match)


def masked(text: str, match: ResolverMatch | None = None) -> str:
    """Return a text with paths in it without their secrets; `match` is the resolved view and knows them by name."""
    if match is not None:
        for name in ("token", "key", "uidb36"):
            if value := match.kwargs.get(name):
                text = text.replace(str(value), f"<{name}>")
    return _SECRET_PART.sub("<token>", text)


class RequestFilter(logging.Filter):
    """Give each line the reference number of its request, and take secrets out of what Django writes about paths."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = record.__dict__.pop("request", None)  # Django's loggers attach the object itself
        match = getattr(request, "resolver_match", None)
        if isinstance(record.args, tuple):
            record.args = tuple(masked(part, match) if isinstance(part, str) else part for part in record.args)
        if identifier := request_id.get():
            record.request = identifier
        return True
