"""Value lists that posts, rates and the calculation share."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What a post is for. The seeds split the same number of posts in three ways, one of them not at all."""

    SPECIALIST = "specialist", _("Fachkraft")
    ADMINISTRATION = "administration", _("Verwaltung")
    TEACHER = "teacher", _("Lehrkraft")
    UNSPLIT = "unsplit", _("nicht aufgeteilt")


class FundedBy(TextChoices):
    GRANT = "grant", "Zuschuss des Landes"
    SECONDMENT = "secondment", "Abordnung durch das Land"
    COUNTY = "county", "Kreis"
