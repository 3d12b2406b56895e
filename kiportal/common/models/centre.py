"""The Kommunales Integrationszentrum of this installation: one row, and the texts of its own pages."""

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kiportal.common.models.base import Timestamped
from kiportal.common.richtext import RichTextField


class CentreManager(models.Manager["Centre"]):
    def current(self) -> "Centre":
        """Return the one centre; an installation without `setup_centre` gets an unsaved, empty one."""
        return self.first() or Centre(pk=1)


@pghistory.track()
class Centre(Timestamped):
    class Accent(models.TextChoices):
        """Named second colours; each is a class on <html>, so that no style stands in a page (CSP)."""

        BLUE = "blau", _("Blau")
        GREEN = "gruen", _("Grün")
        RED = "rot", _("Rot")
        TEAL = "petrol", _("Petrol")
        VIOLET = "violett", _("Violett")

    name = models.CharField(_("Name"), max_length=160)
    short_name = models.CharField(_("Kurzname"), max_length=40, default="KI")
    county_name = models.CharField(_("Kreis"), max_length=120)
    county_ags = models.CharField(_("Kreisschlüssel (AGS)"), max_length=5)
    seat = models.CharField(_("Kreisstadt"), max_length=120, blank=True)
    street = models.CharField(_("Straße und Hausnummer"), max_length=160, blank=True)
    postcode = models.CharField(_("Postleitzahl"), max_length=5, blank=True)
    city = models.CharField(pgettext_lazy("Anschrift", "Ort"), max_length=120, blank=True)
    phone = models.CharField(_("Telefon"), max_length=60, blank=True)
    email = models.EmailField(_("E-Mail-Adresse für Fragen"), blank=True)
    website = models.URLField(_("Internetseite des Kreises"), blank=True)
    represented_by = models.CharField(_("vertreten durch"), max_length=160, blank=True)
    supervisory_authority = models.CharField(_("Aufsichtsbehörde"), max_length=160, blank=True)
    logo = models.ImageField(_("Logo"), upload_to="centre/", blank=True)
    logo_alternative = models.CharField(_("Alternativtext des Logos"), max_length=160, blank=True)
    accent = models.CharField(_("Zweitfarbe"), max_length=20, choices=Accent, default=Accent.BLUE)
    opening_hours = models.CharField(_("Sprechzeiten"), max_length=200, blank=True)

    freshness_months = models.PositiveSmallIntegerField(
        _("Angebote gelten als aktuell (Monate)"),
        default=12,
        validators=[MinValueValidator(1), MaxValueValidator(36)],
        help_text=_("Danach bittet die Seite um eine Bestätigung."),
    )
    hiding_months = models.PositiveSmallIntegerField(
        _("Danach bleiben sie sichtbar (Monate)"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(36)],
        help_text=_("Was so lange nach der Bitte niemand bestätigt, wird verborgen. Gelöscht wird nichts."),
    )
    review_days = models.PositiveSmallIntegerField(
        _("Prüfung dauert meist (Tage)"), default=5, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )

    objects = CentreManager()

    class Meta:
        verbose_name = _("Integrationszentrum")
        verbose_name_plural = _("Integrationszentrum")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="common_centre_one_row")]

    def __str__(self) -> str:
        return self.name or str(_("Kommunales Integrationszentrum"))


class CentreTextQuerySet(models.QuerySet["CentreText"]):
    def in_language(self, page: str, language: str) -> "CentreText | None":
        """Return the text of a page in that language, else in German, else None."""
        texts = {text.language: text for text in self.filter(page=page, language__in=[language, "de"])}
        return texts.get(language) or texts.get("de")


@pghistory.track()
class CentreText(Timestamped):
    """The text of a page that the centre writes itself, in one language."""

    class Page(models.TextChoices):
        WELCOME = "start", _("Startseite: Begrüßung")
        ABOUT = "ueber-uns", _("Über uns")
        CONTACT = "kontakt", _("Kontakt")
        SUBMISSION = "melden", _("Angebot melden: Regeln")
        IMPRINT = "impressum", _("Impressum")
        PRIVACY = "datenschutz", _("Datenschutz")
        ACCESSIBILITY = "barrierefreiheit", _("Erklärung zur Barrierefreiheit")
        EASY_LANGUAGE = "leichte-sprache", _("Leichte Sprache")
        SIGN_LANGUAGE = "gebaerdensprache", _("Gebärdensprache")

    page = models.CharField(_("Seite"), max_length=30, choices=Page)
    language = models.CharField(_("Sprache"), max_length=12, default="de")
    title = models.CharField(_("Überschrift"), max_length=160)
    body = RichTextField(_("Text"))
    reviewed_on = models.DateField(_("zuletzt überprüft am"), null=True, blank=True)

    objects = CentreTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("Text des Integrationszentrums")
        verbose_name_plural = _("Texte des Integrationszentrums")
        ordering = ["page", "language"]
        constraints = [models.UniqueConstraint(fields=["page", "language"], name="common_centretext_unique")]

    def __str__(self) -> str:
        return f"{self.get_page_display()} ({self.language})"
