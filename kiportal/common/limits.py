"""Rate limits for anonymous forms: counted in the database, atomically, keys hashed so that no address is kept."""

import hmac
import ipaddress
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone

# Mails a day to one address that anonymous, unconfirmed requests may cause, all forms together.
MAILS_PER_DAY = 3


def exceeded(name: str, key: str, *, limit: int, window: timedelta) -> bool:
    """Count one more event of `key` (an IP or mail address) and say whether that is more than `limit` a window."""
    seconds = int(window.total_seconds())
    start = datetime.fromtimestamp(int(timezone.now().timestamp()) // seconds * seconds, tz=UTC)
    digest = hmac.digest(settings.SECRET_KEY.encode(), f"{name}:{key.strip().lower()}".encode(), "sha256").hex()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO common_ratecount (key, window_start, count) VALUES (%s, %s, 1)"
            " ON CONFLICT (key, window_start) DO UPDATE SET count = common_ratecount.count + 1 RETURNING count",
            [digest, start],
        )
        return cursor.fetchone()[0] > limit


def mail_exceeded(email: str) -> bool:
    """Count a mail that an anonymous request is about to cause; True means one too many: refuse it with 429."""
    return exceeded("anonymous-mail", email, limit=MAILS_PER_DAY, window=timedelta(days=1))


def address(request: HttpRequest) -> str:
    """The client's address; TrustedProxyMiddleware has put the right one there.

    Of IPv6 the network of 64 bits: a single connection has all the addresses in it.
    """
    text: str = request.META.get("REMOTE_ADDR", "")
    try:
        parsed = ipaddress.ip_address(text)
    except ValueError:
        return text
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else text
