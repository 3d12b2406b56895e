"""The Django admin with the portal's own site."""

from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class AdminConfig(DjangoAdminConfig):
    default_site = "kiportal.admin.PortalAdminSite"
