from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ActorsConfig(AppConfig):
    """Who does something: municipalities, organisations, their contact persons and accounts."""

    name = "actors"
    verbose_name = _("Akteure")
