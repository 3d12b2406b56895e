"""For operators and search engines: no language, no account, no namespace."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.sitemaps.views import index, sitemap
from django.urls import path
from django.views.decorators.http import require_safe

from kiportal.pages.sitemaps import SITEMAPS
from kiportal.pages.views import health

urlpatterns = [
    path("healthz/live", health.live, name="health_live"),
    path("healthz/ready", health.ready, name="health_ready"),
    path("robots.txt", health.robots, name="robots"),
    path(
        "sitemap.xml",
        login_not_required(require_safe(index)),
        {"sitemaps": SITEMAPS, "sitemap_url_name": "sitemap_part"},
        name="sitemap",
    ),
    path(
        "sitemap-<slug:section>.xml",
        login_not_required(require_safe(sitemap)),
        {"sitemaps": SITEMAPS},
        name="sitemap_part",
    ),
]
