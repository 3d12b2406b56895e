from django.apps import AppConfig


class FundingConfig(AppConfig):
    """Who works at the centre on which posts, and what the Land pays for them. Nothing of it is in the Django admin."""

    name = "funding"
    verbose_name = "Stellen und Förderung"
