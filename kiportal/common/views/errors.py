"""Error pages: what happened, where to go, a reference number. 500 and 503 need neither database nor session."""

import sys

from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from kiportal.common.logs import request_id


def page(request: HttpRequest, status: int, **context: object) -> HttpResponse:
    """Render `templates/<status>.html` with the reference number of the request."""
    return render(request, f"{status}.html", {"reference": request_id.get(), **context}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400, or 413 when more was sent than the portal takes."""
    return page(request, 413 if isinstance(exception, RequestDataTooBig | TooManyFilesSent) else 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, 404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return page(request, 403, csrf=True)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """Answer 429; django-allauth asks for this page when somebody tries too often to sign in."""
    response = page(request, 429)
    response.headers["Retry-After"] = "60"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500, or 503 when the database is away: Django asks for this page wherever the exception came from."""
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        return unavailable(request)
    return HttpResponse(render_to_string("500.html", {"reference": request_id.get()}), status=500)


def unavailable(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(render_to_string("503.html", {"reference": request_id.get()}), status=503)
    response.headers["Retry-After"] = "30"
    return response
