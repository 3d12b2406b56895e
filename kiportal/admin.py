"""The Django admin: users and reference data, for the role `admin`. It has no sign-in of its own."""

from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy as _


class PortalAdminSite(AdminSite):
    site_header = _("KI-Portal: Verwaltung")
    site_title = _("KI-Portal")
    index_title = _("Konten und Stammdaten")

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.login = secure_admin_login(self.login)
