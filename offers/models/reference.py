"""Reference data of offers: rows that the centre may change, loaded by `setup_centre`."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kiportal.common.models import Locked, TranslatedName


class Strand(models.TextChoices):
    """The two fields of work the law gives every centre (Teilhabe- und Integrationsgesetz)."""

    EDUCATION = "bildung", _("Integration durch Bildung")
    CROSS_CUTTING = "querschnitt", _("Integration als Querschnittsaufgabe")


class Topic(TranslatedName):
    hint = models.CharField(_("Hinweis"), max_length=200, blank=True)
    strand = models.CharField(_("Säule"), max_length=20, choices=Strand)

    class Meta(TranslatedName.Meta):
        verbose_name = _("Thema")
        verbose_name_plural = _("Themen")


class TargetGroup(TranslatedName):
    class Audience(models.TextChoices):
        RESIDENT = "resident", _("Menschen, die hier leben")
        MULTIPLIER = "multiplier", _("Fachkräfte und Ehrenamtliche")

    audience = models.CharField(_("Kreis der Angesprochenen"), max_length=12, choices=Audience)

    class Meta(TranslatedName.Meta):
        verbose_name = _("Zielgruppe")
        verbose_name_plural = _("Zielgruppen")


class OfferType(TranslatedName):
    has_schedule = models.BooleanField(
        _("hat Termine"), default=False, help_text=_("Das Formular fragt dann nach Zeiten und Terminen.")
    )
    has_opening_hours = models.BooleanField(
        _("hat Öffnungszeiten"), default=False, help_text=_("Das Formular fragt dann nach Öffnungszeiten.")
    )
    has_participants = models.BooleanField(
        _("hat Teilnehmende"),
        default=False,
        help_text=_("Das Formular fragt dann nach Alter, Deutschkenntnissen, Kinderbetreuung und Plätzen."),
    )

    class Meta(TranslatedName.Meta):
        verbose_name = _("Angebotsart")
        verbose_name_plural = _("Angebotsarten")


class Programme(TranslatedName):
    """A state or federal programme that is carried out here, e.g. Griffbereit or Rucksack KiTa."""

    class State(models.TextChoices):
        RUNNING = "running", _("läuft")
        FINISHED = "finished", _("abgeschlossen")

    summary = models.TextField(_("Beschreibung"))
    strand = models.CharField(_("Säule"), max_length=20, choices=Strand)
    state = models.CharField(_("Stand"), max_length=10, choices=State, default=State.RUNNING)
    period = models.CharField(_("Zeitraum"), max_length=80, blank=True)
    website = models.URLField(_("Mehr dazu im Internet"), blank=True)

    class Meta(TranslatedName.Meta):
        verbose_name = _("Programm")
        verbose_name_plural = _("Programme")

    def get_absolute_url(self) -> str:
        return reverse("offers:programme_detail", args=[self.slug])


class ReasonTemplate(Locked):
    """A ready-made reason for a decision of the review. Whoever uses one may change its words."""

    class Verb(models.TextChoices):
        """The steps of `offers.lifecycle.OFFER` that the review takes; those of proposals are named alike."""

        PUBLISH = "publish", _("Veröffentlichen")
        REQUEST_CHANGES = "request_changes", _("Rückfrage")
        REJECT = "reject", _("Ablehnen")

    slug = models.SlugField(_("Kürzel"), max_length=80, unique=True)
    verb = models.CharField(_("Schritt"), max_length=20, choices=Verb)
    label = models.CharField(_("Bezeichnung"), max_length=80)
    text = models.TextField(_("Text"), max_length=2000)
    sort_order = models.PositiveIntegerField(_("Reihenfolge"), default=0)

    class Meta:
        verbose_name = _("Textbaustein")
        verbose_name_plural = _("Textbausteine")
        ordering = ["sort_order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["verb", "label"],
                name="offers_reasontemplate_label",
                violation_error_message=_(
                    "Einen Textbaustein mit dieser Bezeichnung gibt es für diesen Schritt schon."
                ),
            )
        ]

    def __str__(self) -> str:
        return self.label
