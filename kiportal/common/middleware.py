"""Middleware of the portal, outermost first as in settings.MIDDLEWARE."""

import ipaddress
import logging
import time
from typing import Any

import pghistory.middleware
from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.translation import get_language_from_path

from kiportal.common import logs

logger = logging.getLogger("kiportal.request")


class RequestLogMiddleware:
    """Give each request a reference number and write one line about it, without tokens, addresses or user names."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        token = logs.request_id.set(logs.new_request_id())
        begun = time.perf_counter()
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = logs.request_id.get()
            logger.info(
                "request",
                extra={
                    "method": request.method,
                    "path": logs.masked_path(request),
                    "status": response.status_code,
                    "milliseconds": round((time.perf_counter() - begun) * 1000, 1),
                },
            )
        finally:
            logs.request_id.reset(token)
        return response


class TrustedProxyMiddleware:
    """Believe X-Forwarded-For and X-Forwarded-Proto from KIPORTAL_TRUSTED_PROXIES only."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response
        self.trusted = [ipaddress.ip_network(entry, strict=False) for entry in settings.KIPORTAL_TRUSTED_PROXIES]

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        forwarded_for = request.META.pop("HTTP_X_FORWARDED_FOR", "")
        if not self._is_trusted(request.META.get("REMOTE_ADDR", "")):
            request.META.pop("HTTP_X_FORWARDED_PROTO", None)
        else:
            # The nearest address that is no proxy of ours; what stands left of it could be invented by the client.
            for entry in reversed([part.strip() for part in forwarded_for.split(",") if part.strip()]):
                request.META["REMOTE_ADDR"] = entry
                if not self._is_trusted(entry):
                    break
        return self.get_response(request)

    def _is_trusted(self, entry: str) -> bool:
        if not entry:  # a unix socket: only the proxy on this machine can open it
            return True
        try:
            parsed = ipaddress.ip_address(entry)
        except ValueError:
            return False
        return any(parsed in network for network in self.trusted)


class CompressionMiddleware(GZipMiddleware):
    """Leaves files alone that are compressed already: PDFs and pictures keep their length and their strong ETag.

    Compression pads at random and CSRF tokens are masked, so BREACH finds nothing.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        content_type = response.headers.get("Content-Type", "")
        if content_type.startswith(("application/pdf", "image/")):
            return response
        compressed: HttpResponseBase = super().process_response(request, response)
        return compressed


class ResponseHeadersMiddleware:
    """Headers that Django has no setting for."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Embedder-Policy", "require-corp")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        return response


class GermanWorkspaceMiddleware:
    """The workspace speaks German only: its addresses with the prefix of a language lead to those without."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        prefix = f"/{get_language_from_path(request.path_info)}"
        if request.path_info.startswith(f"{prefix}/arbeitsplatz/"):
            return HttpResponseRedirect(request.get_full_path().removeprefix(prefix), preserve_request=True)
        return self.get_response(request)


class HistoryMiddleware(pghistory.middleware.HistoryMiddleware):
    """The acting user and the page for the field history; never the token of a signed link."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        return super().get_context(request) | {"url": logs.masked(request.path)}
