from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConceptsConfig(AppConfig):
    """What the Kreis has resolved to do: concepts, their versions and chapters, and the PDFs made of them."""

    name = "concepts"
    verbose_name = _("Konzepte")
