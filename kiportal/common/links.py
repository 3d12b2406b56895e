"""Signed links. Token = HMAC-SHA256 of id and nonce under KIPORTAL_LINK_KEY; only its SHA-256 is stored.

A worker that knows the id writes the same token again, so a mail that is sent twice carries the same link.
"""

import base64
import hashlib
import hmac
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from kiportal.common.models import AccessLink

# How long a link opens its page, in days, by purpose.
DAYS = {
    AccessLink.Purpose.DRAFT: 60,
    AccessLink.Purpose.CONFIRM: 14,
    AccessLink.Purpose.CARE: 60,
    AccessLink.Purpose.CARE_ALL: 60,
    AccessLink.Purpose.PREVIEW: 14,
    # As long as a saved search lives without an answer: who wants no more mails finds the way in an old one, too.
    AccessLink.Purpose.SEARCH: 400,
}


class LinkGone(Exception):
    """The link was known but is expired or revoked (410 with a friendly page)."""

    def __init__(self, link: AccessLink) -> None:
        super().__init__("link expired or revoked")
        self.link = link


def issue(purpose: AccessLink.Purpose, target: models.Model, email: str = "") -> AccessLink:
    """Store a new link to `target` and return it; `token(link)` gives the secret part."""
    link = AccessLink(
        purpose=purpose, target=target, email=email, expires_at=timezone.now() + timedelta(days=DAYS[purpose])
    )
    link.token_hash = _hash(token(link))
    link.save()
    return link


def token(link: AccessLink) -> str:
    """Return the 43 characters that stand in the address."""
    digest = hmac.digest(settings.KIPORTAL_LINK_KEY, link.id.bytes + bytes(link.nonce), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def find(purpose: AccessLink.Purpose, secret: str) -> AccessLink:
    """Return the valid link with this token; raises AccessLink.DoesNotExist or LinkGone."""
    link = AccessLink.objects.get(token_hash=_hash(secret), purpose=purpose)
    if link.revoked_at or link.expires_at < timezone.now():
        raise LinkGone(link)
    return link


def revoke(links: models.QuerySet[AccessLink]) -> int:
    """Close links that are still open and return how many there were."""
    return links.filter(revoked_at=None).update(revoked_at=timezone.now())


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
