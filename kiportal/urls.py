"""All addresses. Public pages exist in every language of LANGUAGES: German without, others with a prefix."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

handler400 = "kiportal.common.views.errors.bad_request"
handler403 = "kiportal.common.views.errors.forbidden"
handler404 = "kiportal.common.views.errors.not_found"
handler500 = "kiportal.common.views.errors.server_error"

urlpatterns = [
    path("", include("kiportal.pages.urls.operator")),
    path("admin/", admin.site.urls),
    *i18n_patterns(
        path("", include("kiportal.pages.urls.public")),
        path("", include("offers.urls.public")),
        path("konto/", include("kiportal.common.urls.accounts")),
        path("arbeitsplatz/", include("kiportal.pages.urls.workspace")),
        path("arbeitsplatz/", include("offers.urls.workspace")),
        path("arbeitsplatz/", include("kiportal.common.urls.workspace")),
        prefix_default_language=False,
    ),
]
