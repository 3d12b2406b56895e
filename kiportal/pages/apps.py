from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PagesConfig(AppConfig):
    """Highest room: pages that show rows of several rooms, the duties of a public body, set-up and demo."""

    name = "kiportal.pages"
    label = "pages"
    verbose_name = _("Seiten")
