"""Lowest room: what every other room stands on. It imports none of them."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class CommonConfig(AppConfig):
    name = "kiportal.common"
    label = "common"
    verbose_name = _("Grundlagen")

    def ready(self) -> None:
        from kiportal.common.roles import after_migrate

        post_migrate.connect(after_migrate, dispatch_uid="common.after_migrate")
        # Jobs and retention rules register themselves on import.
        autodiscover_modules("tasks", "retention")
