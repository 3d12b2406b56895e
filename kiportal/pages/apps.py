from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PagesConfig(AppConfig):
    """Highest room: pages that show rows of several rooms, the duties of a public body, set-up and demo."""

    name = "kiportal.pages"
    label = "pages"
    verbose_name = _("Seiten")

    def ready(self) -> None:
        from kiportal.common.followed import Kind, register
        from kiportal.pages.models import BarrierReport

        reports = BarrierReport.objects.all
        register(Kind("barriere", BarrierReport, reports, "Barriere {}".format, BarrierReport.get_absolute_url))
