from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.utils.translation import gettext_lazy as _


class OffersConfig(AppConfig):
    """What is done for whom: offers and projects, their review, search and care."""

    name = "offers"
    verbose_name = _("Angebote")

    def ready(self) -> None:
        from offers.review.followed import register_kinds

        register_kinds()
        user_logged_in.connect(_take_over, dispatch_uid="offers.take_over")


def _take_over(sender: Any, user: Any, **kwargs: Any) -> None:
    """An organisation that was handed over is theirs with the first sign-in."""
    from offers.lifecycle.access import take_over

    take_over(user)
