"""Health for the operator and a map for search engines. No account, no language, no page frame."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kiportal.celery import app as celery_app

ROBOTS = """User-agent: *
Disallow: /admin/
Disallow: /arbeitsplatz/
Disallow: /konto/
Disallow: /angebote/melden/
Disallow: /angebote/bestaetigen/
Disallow: /angebote/pflege/

Sitemap: {base_url}/sitemap.xml
"""


@login_not_required
@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """The process answers. Nothing else is asked, so that an outage elsewhere restarts nobody."""
    return JsonResponse({"status": "ok"})


@login_not_required
@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """Whether requests can be served. Without the broker pages work and jobs wait, so that is only a warning."""
    checks = {"database": _database(), "broker": "ok" if _broker_answers() else "warning"}
    is_ready = checks["database"] == "ok"
    return JsonResponse(
        {"status": "ok" if is_ready else "unavailable", "checks": checks}, status=200 if is_ready else 503
    )


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse(ROBOTS.format(base_url=settings.KIPORTAL_BASE_URL), content_type="text/plain; charset=utf-8")


def _database() -> str:
    """Say "ok", or what is missing: the server, migrations that were not run, the cache table."""
    try:
        connection.ensure_connection()
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return "migrations missing"
        cache.get("ready")
    except Error:
        return "unreachable"
    return "ok"


def _broker_answers() -> bool:
    try:
        with celery_app.connection_for_write() as broker:
            broker.connect()
    except Exception:  # whatever the transport raises
        return False
    return True
