from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from concepts.models import Concept


class ConceptsConfig(AppConfig):
    """What the Kreis has resolved to do: concepts, their versions and chapters, and the PDFs made of them."""

    name = "concepts"
    verbose_name = _("Konzepte")

    def ready(self) -> None:
        from concepts.models import Concept
        from kiportal.common.followed import Kind, register

        register(Kind("konzept", Concept, Concept.objects.all, str, _staff_page))


def _staff_page(concept: "Concept") -> str:
    return reverse("concepts:staff_concept_detail", args=[concept.pk])
