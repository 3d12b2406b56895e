from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OffersConfig(AppConfig):
    """What is done for whom: offers and projects, their review, search and care."""

    name = "offers"
    verbose_name = _("Angebote")

    def ready(self) -> None:
        from offers.review.followed import register_kinds

        register_kinds()
