"""The mails of the demo: written to files instead of sent, read here. Routed in demo mode only."""

import base64
import email
import email.policy
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from html import unescape
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import user_passes_test
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.csp import CSP, build_policy
from django.views.decorators.http import require_safe

_STYLE = re.compile(r'\sstyle="([^"]*)"')


@dataclass(frozen=True)
class Mail:
    name: str
    subject: str
    sender: str
    to: str
    at: datetime
    text: str
    html: str


def _may_read(user: Any) -> bool:
    if user.has_perm("common.view_job") or user.has_perm("common.use_admin"):
        return True
    raise PermissionDenied


for_staff = user_passes_test(_may_read)


@require_safe
@for_staff
def mailbox_list(request: HttpRequest) -> HttpResponse:
    folder = settings.KIPORTAL_MAIL_FOLDER
    files = sorted(folder.glob("[!.]*.eml"), reverse=True) if folder else []
    page = Paginator(files, 20).get_page(request.GET.get("seite"))
    context = {"page_obj": page, "mails": [_read(path) for path in page], "folder": folder}
    return render(request, "pages/mailbox_list.html", context)


@require_safe
@for_staff
def mailbox_detail(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, "pages/mailbox_detail.html", {"mail": _find(name)})


@require_safe
@for_staff
def mailbox_html(request: HttpRequest, name: str) -> HttpResponse:
    """The mail as its recipient sees it, alone in a sandbox: no script, no form, nothing is loaded.

    Mails carry their style in attributes; each of them is allowed by its hash.
    """
    mail = _find(name)
    styles = {unescape(style) for style in _STYLE.findall(mail.html)}
    policy: dict[str, Any] = {
        "default-src": [CSP.NONE],
        "style-src": [CSP.UNSAFE_HASHES, *sorted(_hash(style) for style in styles)],
        "img-src": ["data:"],
        "form-action": [CSP.NONE],
        "frame-ancestors": [CSP.NONE],
        "base-uri": [CSP.NONE],
        "sandbox": True,
    }
    return HttpResponse(mail.html, headers={str(CSP.HEADER_ENFORCE): build_policy(policy)})


def _hash(style: str) -> str:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def _find(name: str) -> Mail:
    """A part of an address holds no slash, so the name cannot leave the folder."""
    folder = settings.KIPORTAL_MAIL_FOLDER
    if folder is None or not (path := folder / f"{name}.eml").is_file():
        raise Http404
    return _read(path)


def _read(path: Path) -> Mail:
    message: EmailMessage = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    return Mail(
        name=path.stem,
        subject=message["Subject"] or "",
        sender=message["From"] or "",
        to=message["To"] or "",
        at=message["Date"].datetime,
        text=text.get_content() if text else "",
        html=html.get_content() if html else "",
    )
