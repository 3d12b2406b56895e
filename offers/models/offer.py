"""The offer: what an organisation does for whom, where and when. A Projekt also says how others can do it too."""

import uuid
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

import pghistory
from dateutil.relativedelta import relativedelta
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from actors.models import ContactPerson, Language, Municipality, Organisation
from kiportal.common.models import Locked, SortedByName, Stateful, Timestamped, User
from kiportal.common.richtext import RichTextField
from offers.models.conditions import Conditions
from offers.models.reference import OfferType, Programme, TargetGroup, Topic
from offers.querysets import OfferQuerySet

if TYPE_CHECKING:
    from offers.models.dates import OfferDate


# Germany from its southern to its northern, its western to its eastern end, in degrees (WGS 84).
LATITUDES = (Decimal(47), Decimal("55.1"))
LONGITUDES = (Decimal("5.8"), Decimal("15.1"))


def _within(bounds: tuple[Decimal, Decimal]) -> list[MinValueValidator | MaxValueValidator]:
    sentence = _("Dieser Punkt liegt nicht in Deutschland.")
    return [MinValueValidator(bounds[0], sentence), MaxValueValidator(bounds[1], sentence)]


def _folded(field: str) -> Func:
    """The field in lower case, umlauts spelled out, accents removed (`kiportal_fold`, migration 0001 of common)."""
    return Func(F(field), function="kiportal_fold", output_field=models.TextField())


def _search_vector() -> models.Expression:
    """German stems find "Sprachkurse" for "Sprachkurs"; `simple` keeps "Kurs" apart from "Kur".

    Names of places and streets have no stem, and weigh least: who searches for a town wants what says so in its title.
    """
    texts = [
        (field, weight, config)
        for field, weight in (("title", "A"), ("summary", "B"), ("description", "C"), ("district", "C"))
        for config in ("german", "simple")
    ]
    address = [(field, "D", "simple") for field in ("place_name", "street", "postcode", "city")]
    parts = [SearchVector(_folded(field), config=config, weight=weight) for field, weight, config in (*texts, *address)]
    return reduce(add, parts)


@pghistory.track(exclude=["search_vector", "search_text", "sort_key"])
class Offer(Conditions, Timestamped, Locked, Stateful, SortedByName):
    # Only where a list has fetched them
    upcoming_dates: "list[OfferDate]"

    class Kind(models.TextChoices):
        OFFER = "angebot", _("Angebot")
        PROJECT = "projekt", _("Projekt")

    class Status(models.TextChoices):
        DRAFT = "draft", _("Entwurf")
        UNCONFIRMED = "unconfirmed", _("wartet auf Bestätigung der E-Mail")
        SUBMITTED = "submitted", _("wird geprüft")
        CHANGES_REQUESTED = "changes_requested", _("Rückfrage")
        PUBLISHED = "published", _("veröffentlicht")
        HIDDEN = "hidden", _("verborgen")
        ARCHIVED = "archived", _("beendet")
        REJECTED = "rejected", _("abgelehnt")

    class Schedule(models.TextChoices):
        REGULAR = "regelmaessig", _("regelmäßig")
        DATES = "termine", _("an einzelnen Terminen")
        BY_APPOINTMENT = "nach-vereinbarung", _("nach Vereinbarung")

    class ProjectState(models.TextChoices):
        PLANNED = "geplant", _("geplant")
        RUNNING = "laufend", _("läuft")
        FINISHED = "abgeschlossen", _("abgeschlossen")

    # Identity
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("Angebot oder Projekt"), max_length=10, choices=Kind, default=Kind.OFFER)
    title = models.CharField(_("Titel"), max_length=120)
    # NULL until it is published: an empty slug could not be unique.
    slug = models.SlugField(max_length=130, unique=True, null=True, editable=False)  # noqa: DJ001
    summary = models.CharField(_("Kurz gesagt"), max_length=300, blank=True)
    description = RichTextField(_("Beschreibung"), blank=True)
    offer_type = models.ForeignKey(
        OfferType,
        verbose_name=_("Art des Angebots"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="offers",
    )
    programme = models.ForeignKey(
        Programme, verbose_name=_("Programm"), on_delete=models.PROTECT, null=True, blank=True, related_name="offers"
    )
    provider = models.ForeignKey(
        Organisation, verbose_name=_("Träger"), on_delete=models.PROTECT, related_name="offers"
    )
    topics = models.ManyToManyField(Topic, verbose_name=_("Themen"), related_name="offers", blank=True)

    # For whom
    target_groups = models.ManyToManyField(
        TargetGroup, verbose_name=_("Zielgruppen"), related_name="offers", blank=True
    )
    languages = models.ManyToManyField(Language, verbose_name=_("Sprachen"), related_name="offers", blank=True)

    # Where
    municipalities = models.ManyToManyField(Municipality, verbose_name=_("Kommunen"), related_name="offers", blank=True)
    is_countywide = models.BooleanField(_("im ganzen Kreis"), default=False)
    is_on_site = models.BooleanField(_("vor Ort"), default=True)
    is_online = models.BooleanField(_("online"), default=False)
    is_outreach = models.BooleanField(_("aufsuchend (wir kommen zu Ihnen)"), default=False)
    place_name = models.CharField(
        _("Name des Ortes"), max_length=160, blank=True, help_text=_("Zum Beispiel: Bürgerhaus, 1. Stock")
    )
    street = models.CharField(_("Straße und Hausnummer"), max_length=160, blank=True)
    postcode = models.CharField(_("Postleitzahl"), max_length=5, blank=True)
    city = models.CharField(pgettext_lazy("Anschrift", "Ort"), max_length=120, blank=True)
    district = models.CharField(_("Ortsteil"), max_length=120, blank=True)
    # Entered by staff, in degrees; six digits are about ten centimetres. Empty where the place is protected.
    latitude = models.DecimalField(
        _("Breitengrad"), validators=_within(LATITUDES), max_digits=8, decimal_places=6, null=True, blank=True
    )
    longitude = models.DecimalField(
        _("Längengrad"), validators=_within(LONGITUDES), max_digits=8, decimal_places=6, null=True, blank=True
    )
    transit_note = models.CharField(
        _("Bus und Bahn"),
        max_length=200,
        blank=True,
        help_text=_("Zum Beispiel: Bus 12 bis Rathaus, dann drei Minuten zu Fuß"),
    )

    # When
    schedule = models.CharField(_("Wann?"), max_length=20, choices=Schedule, blank=True)
    schedule_text = models.CharField(
        _("Zeiten in Worten"),
        max_length=300,
        blank=True,
        help_text=_("Zum Beispiel: dienstags 9 bis 11 Uhr, nicht in den Ferien"),
    )
    valid_from = models.DateField(_("Angebot beginnt am"), null=True, blank=True)
    valid_until = models.DateField(_("Angebot endet am"), null=True, blank=True)

    website = models.URLField(_("Internetseite des Angebots"), blank=True)
    social_url = models.URLField(
        _("Seite in einem sozialen Netzwerk"),
        blank=True,
        validators=[URLValidator(schemes=["http", "https"])],
        help_text=_("Zum Beispiel die Seite Ihres Treffs bei Instagram oder Mastodon"),
    )
    funding_note = models.CharField(
        _("Förderung"),
        max_length=200,
        blank=True,
        help_text=_("Wer bezahlt es? Zum Beispiel: gefördert vom Land Nordrhein-Westfalen im Programm KOMM-AN NRW"),
    )

    # While it is closed
    is_closed = models.BooleanField(_("vorübergehend geschlossen"), default=False)
    closed_until = models.DateField(_("geschlossen bis"), null=True, blank=True)
    closed_reason = models.CharField(
        _("Grund der Schließung"), max_length=160, blank=True, help_text=_("Zum Beispiel: Umbau, oder Sommerpause")
    )

    # Contact: shown to the public; names only through ContactPerson.public_name
    contact = models.ForeignKey(
        ContactPerson,
        verbose_name=_("Kontakt"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="offers",
    )

    # Projekt: what others need to copy it
    project_state = models.CharField(_("Stand des Projekts"), max_length=15, choices=ProjectState, blank=True)
    project_goal = RichTextField(_("Ziel des Projekts"), blank=True)
    project_steps = RichTextField(_("So sind wir vorgegangen"), blank=True)
    project_needs = RichTextField(_("Das brauchen andere, um es nachzumachen"), blank=True)
    project_results = RichTextField(_("Das hat es gebracht"), blank=True)
    project_period = models.CharField(_("Zeitraum des Projekts"), max_length=120, blank=True)
    project_cost_range = models.CharField(_("Kostenrahmen"), max_length=200, blank=True)

    # "Als Anregung nutzen": named on both pages while both are public
    inspired_by = models.ForeignKey(
        "self",
        verbose_name=_("Angeregt durch"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="inspired",
    )

    # Internal: never public
    submitter_email = models.EmailField(
        _("E-Mail-Adresse für Rückfragen"),
        blank=True,
        help_text=_("Wird nicht veröffentlicht. Hierhin gehen alle Nachrichten."),
    )
    submitter_language = models.CharField(max_length=12, default="de", editable=False)
    submitter_note = models.TextField(
        _("Mitteilung an das KI"),
        blank=True,
        help_text=_("Bitte keine Angaben zu Ratsuchenden. Wird nicht veröffentlicht."),
    )
    internal_note = models.TextField(
        _("Interner Vermerk"), blank=True, help_text=_("Nur für das KI. Bitte keine Angaben zu Ratsuchenden.")
    )
    submission_key = models.UUIDField(null=True, unique=True, editable=False)
    # The link to write it came by mail to this address, so sending needs no second mail to confirm it.
    is_address_proven = models.BooleanField(default=False, editable=False)
    # Staff who typed it for an organisation, on the phone or from paper.
    recorded_by = models.ForeignKey(
        User,
        verbose_name=_("erfasst von"),
        null=True,
        on_delete=models.SET_NULL,
        editable=False,
        related_name="+",
    )

    # State
    status = models.CharField(_("Stand"), max_length=20, choices=Status, default=Status.DRAFT, editable=False)
    submitted_at = models.DateTimeField(_("gemeldet am"), null=True, editable=False)
    published_at = models.DateTimeField(_("veröffentlicht am"), null=True, editable=False)
    # The accounts of its organisation were told that a draft which nobody touches will go.
    draft_notice_at = models.DateTimeField(_("an den Entwurf erinnert am"), null=True, editable=False)
    last_confirmed_on = models.DateField(_("zuletzt bestätigt am"), null=True, editable=False)
    # Who last wrote the text in the workspace: somebody else releases it.
    edited_by = models.ForeignKey(
        User,
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

    search_vector = models.GeneratedField(
        expression=_search_vector(), output_field=SearchVectorField(), db_persist=True
    )
    search_text = models.GeneratedField(
        expression=Func(
            Concat(F("title"), Value(" "), F("summary"), output_field=models.TextField()),
            function="kiportal_fold",
            output_field=models.TextField(),
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("Angebot")
        verbose_name_plural = _("Angebote")
        ordering = ["-created_at"]
        permissions = [
            ("review_offer", "Darf Angebote prüfen"),
            ("view_local_offer", "Darf die Angebote der eigenen Kommune sehen"),
            ("release_own_offer", "Darf eigene Einträge freigeben, wenn niemand sonst es kann"),
        ]
        indexes = [
            GinIndex(fields=["search_vector"], name="offers_offer_search"),
            GinIndex(OpClass(F("search_text"), "gin_trgm_ops"), name="offers_offer_trigram"),
            models.Index(fields=["status", "-published_at"]),
        ]
        constraints = [
            *Conditions.Meta.constraints,
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="offers_offer_validity",
                violation_error_message=_("Das Angebot endet, bevor es beginnt."),
            ),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(latitude__isnull=False, longitude__isnull=False)
                & Q(latitude__range=LATITUDES, longitude__range=LONGITUDES),
                name="offers_offer_coordinates",
                violation_error_message=_("Breitengrad und Längengrad gehören zusammen."),
            ),
            models.CheckConstraint(
                condition=~Q(status="published") | (Q(slug__isnull=False) & Q(published_at__isnull=False)),
                name="offers_offer_published",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def sort_name(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("offers:offer_detail", args=[self.slug])

    @property
    def is_project(self) -> bool:
        return self.kind == self.Kind.PROJECT

    @property
    def brought_its_provider(self) -> bool:
        """Whether its organisation was typed in with it, so that it may go with it.

        Authors without an account choose among public organisations only. Staff choose among all they know of: one
        that is older than what they record was not made for it.
        """
        return self.recorded_by_id is None or self.provider.created_at >= self.created_at - timedelta(minutes=1)

    @property
    def next_date(self) -> "OfferDate | None":
        """The next date from now on, from the prefetched `upcoming_dates` where a list has fetched them."""
        upcoming = getattr(self, "upcoming_dates", None)
        if upcoming is None:
            return self.dates.upcoming(timezone.now()).first()
        return upcoming[0] if upcoming else None

    @property
    def town(self) -> str:
        """ "57072 Siegen (Weidenau)", or what of it is known."""
        town = f"{self.postcode} {self.city}".strip()
        return f"{town} ({self.district})" if town and self.district else town or self.district

    @property
    def map_url(self) -> str:
        """Where OpenStreetMap shows the place, for people to follow; our pages load nothing from there."""
        if self.latitude is None or self.longitude is None:
            return ""
        latitude, longitude = (f"{value.normalize():f}" for value in (self.latitude, self.longitude))
        return f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=17/{latitude}/{longitude}"

    @property
    def begins_later(self) -> bool:
        return self.valid_from is not None and self.valid_from > timezone.localdate()

    @property
    def is_closed_now(self) -> bool:
        return self.is_closed and (self.closed_until is None or self.closed_until >= timezone.localdate())

    def is_stale(self, on: date, months: int) -> bool:
        """Whether the last confirmation lies more than `months` back."""
        return self.last_confirmed_on is None or self.last_confirmed_on < on - relativedelta(months=months)
