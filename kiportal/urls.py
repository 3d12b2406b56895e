"""All addresses. Public pages exist in every language of LANGUAGES: German without, others with a prefix.

Each room has one include and one namespace (`pages:`, `offers:`, `common:`). The account pages of django-allauth
keep the names that library reverses itself (`account_login`), so they have none.
"""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

handler400 = "kiportal.common.views.errors.bad_request"
handler403 = "kiportal.common.views.errors.forbidden"
handler404 = "kiportal.common.views.errors.not_found"
handler429 = "kiportal.common.views.errors.too_many_requests"  # read by django-allauth, not by Django
handler500 = "kiportal.common.views.errors.server_error"

urlpatterns = [
    path("", include("kiportal.pages.urls.operator")),
    path("admin/", admin.site.urls),
    *i18n_patterns(
        path("", include("kiportal.pages.urls")),
        path("", include("funding.urls")),
        path("", include("concepts.urls")),
        path("", include("offers.urls")),
        path("", include("kiportal.common.urls")),
        path("konto/", include("kiportal.common.urls.accounts")),
        prefix_default_language=False,
    ),
]
