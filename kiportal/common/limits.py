"""Rate limits for anonymous forms: counted in the database, atomically, keys hashed so that no address is kept."""

import hmac
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone


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


def address(request: HttpRequest) -> str:
    """The client's address; TrustedProxyMiddleware has put the right one there."""
    return request.META.get("REMOTE_ADDR", "")
