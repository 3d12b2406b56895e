"""Municipalities, languages, organisations and the people one can reach there."""

import uuid
from datetime import date

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from actors.querysets import ContactPersonQuerySet, FunderNoteQuerySet, OrganisationQuerySet
from kiportal.common.models import Consent, Locked, SortedByName, Stateful, Timestamped, TranslatedName
from kiportal.common.richtext import RichTextField


class Municipality(SortedByName):
    """A town or community of the Kreis; `ags` is its official key of 8 digits, tile_* its place on the tile map."""

    class Kind(models.TextChoices):
        TOWN = "stadt", _("Stadt")
        COMMUNITY = "gemeinde", _("Gemeinde")

    ags = models.CharField(_("Gemeindeschlüssel (AGS)"), max_length=8, unique=True)
    name = models.CharField(_("Name"), max_length=120)
    slug = models.SlugField(_("Kürzel"), max_length=80, unique=True)
    kind = models.CharField(_("Art"), max_length=10, choices=Kind)
    tile_column = models.PositiveSmallIntegerField(_("Kachel: Spalte von Westen"))
    tile_row = models.PositiveSmallIntegerField(_("Kachel: Zeile von Norden"))

    class Meta:
        verbose_name = _("Kommune")
        verbose_name_plural = _("Kommunen")
        ordering = ["sort_key"]
        constraints = [
            models.CheckConstraint(condition=Q(ags__regex=r"^\d{8}$"), name="actors_municipality_ags"),
            models.UniqueConstraint(fields=["tile_column", "tile_row"], name="actors_municipality_tile"),
        ]

    def __str__(self) -> str:
        return self.name


class Language(TranslatedName):
    """A language in which something is offered; `slug` is its BCP 47 tag (also for the `lang` attribute)."""

    endonym = models.CharField(_("Eigenname"), max_length=80)
    is_rtl = models.BooleanField(_("von rechts nach links"), default=False)

    class Meta(TranslatedName.Meta):
        verbose_name = _("Sprache")
        verbose_name_plural = _("Sprachen")


@pghistory.track(exclude=["sort_key"])
class Organisation(Timestamped, Locked, Stateful, SortedByName):
    class Kind(models.TextChoices):
        """Kinds of actors, as the centres of North Rhine-Westphalia work with them."""

        COUNTY = "kreis", _("Kreis")
        MUNICIPALITY = "kommune", _("Kreisangehörige Stadt oder Gemeinde")
        SCHOOL_SUPERVISION = "schulaufsicht", _("Schulaufsicht")
        INTEGRATION_COUNCIL = "integrationsrat", _("Integrationsrat, Integrationsausschuss")
        COUNCIL_GROUP = "kreistagsfraktion", _("Kreistagsfraktion, politisches Gremium")
        WELFARE_ASSOCIATION = "wohlfahrtsverband", _("Wohlfahrtsverband")
        YOUTH_WELFARE_PROVIDER = "jugendhilfetraeger", _("Träger der Jugendhilfe")
        INDEPENDENT_PROVIDER = "freier-traeger", _("Freier Träger")
        MIGRANT_ORGANISATION = "mso", _("Migrantenselbstorganisation (MSO)")
        ASSOCIATION = "verein", _("Verein")
        FEDERATION = "verband", _("Verband")
        INITIATIVE = "initiative", _("Initiative, Ehrenamtskreis")
        RELIGIOUS_COMMUNITY = "religionsgemeinschaft", _("Kirchengemeinde, Moscheeverein, Religionsgemeinschaft")
        SPORTS_CLUB = "sportverein", _("Sportverein")
        NURSERY = "kita", _("Kindertageseinrichtung, Familienzentrum")
        SCHOOL = "schule", _("Schule")
        ADULT_EDUCATION = "bildungstraeger", _("Bildungsträger, Volkshochschule")
        UNIVERSITY = "hochschule", _("Hochschule")
        SCHOOL_TO_WORK = "kommko", _("Kommunale Koordinierung Übergang Schule-Beruf (früher KommKo)")
        CULTURE = "kultureinrichtung", _("Kultureinrichtung")
        EMPLOYMENT = "jobcenter-arbeitsagentur", _("Jobcenter, Agentur für Arbeit")
        IMMIGRATION_AUTHORITY = "auslaenderbehoerde", _("Ausländer- und Einbürgerungsbehörde")
        HEALTH = "gesundheit", _("Praxis, Klinik, Gesundheitsdienst")
        ELDER_CARE = "altenhilfe", _("Einrichtung der Altenhilfe")
        BUSINESS = "wirtschaft", _("Unternehmen, Kammer, Arbeitgeberverband")
        PRIVATE_ADVICE = "private-beratung", _("Private Beratungsstelle")
        STATE_BODY = "land-bund", _("Stelle des Landes oder des Bundes")

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("gemeldet")
        PUBLISHED = "published", _("veröffentlicht")
        REJECTED = "rejected", _("abgelehnt")
        ARCHIVED = "archived", _("archiviert")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("Name"), max_length=160)
    short_name = models.CharField(_("Kurzname"), max_length=60, blank=True)
    slug = models.SlugField(max_length=90, unique=True, editable=False)
    kind = models.CharField(_("Art der Organisation"), max_length=30, choices=Kind)
    municipality = models.ForeignKey(
        Municipality,
        verbose_name=_("Sitz in"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="organisations",
    )
    description = RichTextField(_("Vorstellung"), blank=True)
    street = models.CharField(_("Straße und Hausnummer"), max_length=160, blank=True)
    postcode = models.CharField(_("Postleitzahl"), max_length=5, blank=True)
    city = models.CharField(pgettext_lazy("Anschrift", "Ort"), max_length=120, blank=True)
    phone = models.CharField(_("Telefon"), max_length=60, blank=True)
    email = models.EmailField(_("E-Mail-Adresse"), blank=True)
    website = models.URLField(_("Internetseite"), blank=True)
    is_trusted = models.BooleanField(
        _("vertrauenswürdig"),
        default=False,
        help_text=_(
            "Was ihre Konten an veröffentlichten Einträgen ändern, gilt sofort. Änderungen über einen Pflege-Link und "
            "neue Einträge werden immer geprüft."
        ),
    )
    internal_note = models.TextField(
        _("Interner Vermerk"), blank=True, help_text=_("Nur für das KI. Bitte keine Angaben zu Ratsuchenden.")
    )
    status = models.CharField(_("Stand"), max_length=20, choices=Status, default=Status.PROPOSED, editable=False)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("zuletzt bearbeitet von"),
        null=True,
        on_delete=models.SET_NULL,
        editable=False,
        related_name="+",
    )
    # The row stays, with its old address, and leads on to the one it was merged into.
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("zusammengeführt mit"),
        null=True,
        on_delete=models.SET_NULL,
        editable=False,
        related_name="merged",
    )

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("Organisation")
        verbose_name_plural = _("Organisationen")
        ordering = ["sort_key"]
        permissions = [
            ("review_organisation", "Darf Organisationen prüfen"),
            ("release_own_organisation", "Darf eine eigene Organisation freigeben, wenn sonst niemand kann"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("offers:organisation_detail", args=[self.slug])


@pghistory.track()
class ContactPerson(Timestamped, Locked):
    """How to reach an organisation: a function with phone and mail; a person's name only with a valid consent."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="contacts")
    function = models.CharField(
        _("Funktion"), max_length=120, help_text=_("Zum Beispiel: Beratungsstelle, Vorstand, Kursbüro")
    )
    name = models.CharField(_("Name der Ansprechperson"), max_length=120, blank=True)
    phone = models.CharField(_("Telefon"), max_length=60, blank=True)
    email = models.EmailField(_("E-Mail-Adresse"), blank=True)
    office_hours = models.CharField(
        _("Sprechzeiten"),
        max_length=160,
        blank=True,
        help_text=_("Zum Beispiel: montags und donnerstags 9 bis 12 Uhr"),
    )
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = ContactPersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("Ansprechperson")
        verbose_name_plural = _("Ansprechpersonen")
        constraints = [
            models.CheckConstraint(
                condition=~Q(phone="") | ~Q(email=""),
                name="actors_contactperson_reachable",
                violation_error_message=_("Bitte geben Sie eine Telefonnummer oder eine E-Mail-Adresse an."),
            )
        ]

    def __str__(self) -> str:
        return self.public_name or self.function

    @property
    def public_name(self) -> str:
        """The name if the person agreed to show it and has not withdrawn; else empty."""
        return self.name if self.consent is not None and self.consent.is_valid else ""


class Membership(models.Model):
    """An account that acts for an organisation (for a Kommune: its own organisation row)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("Konto"), on_delete=models.CASCADE, related_name="memberships"
    )
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("Organisation"), on_delete=models.CASCADE, related_name="memberships"
    )
    created_at = models.DateTimeField(_("seit"), auto_now_add=True)

    class Meta:
        verbose_name = _("Zugehörigkeit")
        verbose_name_plural = _("Zugehörigkeiten")
        constraints = [models.UniqueConstraint(fields=["user", "organisation"], name="actors_membership_unique")]
        permissions = [("act_for_organisation", "Darf für die eigene Organisation handeln")]

    def __str__(self) -> str:
        return f"{self.user} – {self.organisation}"


class FunderNote(models.Model):
    """ "Gefördert durch": text and logo in footer, PDF covers and programme pages while it is valid."""

    text = models.CharField(_("Text"), max_length=200)
    logo = models.ImageField(_("Logo"), upload_to="funder/", blank=True)
    logo_alternative = models.CharField(_("Alternativtext des Logos"), max_length=160, blank=True)
    valid_from = models.DateField(_("gültig ab"), default=date.today)
    valid_until = models.DateField(_("gültig bis"), null=True, blank=True)
    sort_order = models.PositiveIntegerField(_("Reihenfolge"), default=0)

    objects = FunderNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("Förderhinweis")
        verbose_name_plural = _("Förderhinweise")
        ordering = ["sort_order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=models.F("valid_from")),
                name="actors_fundernote_period",
                violation_error_message=_("Das Ende liegt vor dem Anfang."),
            )
        ]

    def __str__(self) -> str:
        return self.text
