"""The Django admin: accounts and reference data, for the role `admin`. No sign-in and no passwords of its own."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _


class PortalAdminSite(AdminSite):
    site_header = _("KI-Portal: Verwaltung")
    site_title = _("KI-Portal")
    index_title = _("Konten und Stammdaten")
    site_url = "/arbeitsplatz/"

    def has_permission(self, request: HttpRequest) -> bool:
        """Nobody without the role gets as far as a sign-in: who is signed in already sees 403."""
        if request.user.is_authenticated and not super().has_permission(request):
            raise PermissionDenied("the admin is for the role admin")
        return request.user.is_authenticated

    def get_urls(self) -> list[Any]:
        return [
            url
            for url in super().get_urls()
            if getattr(url, "name", "") not in {"password_change", "password_change_done"}
        ]

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Django sends strangers here; the portal has one sign-in."""
        if not self.has_permission(request):
            return redirect_to_login(request.GET.get("next") or reverse("admin:index"))
        return redirect("admin:index")

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("account_logout")
