"""What an entry has several of: features of accessibility, partners, opening hours."""

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from actors.models import Organisation
from offers.models.offer import Offer


@pghistory.track()
class AccessFeature(models.Model):
    """One feature of accessibility. A feature without a row is unknown."""

    class Feature(models.TextChoices):
        STEP_FREE = "stufenlos", _("Zugang ohne Stufen")
        TOILET = "wc", _("WC für Rollstühle")
        LIFT = "aufzug", _("Aufzug")
        HEARING_LOOP = "induktion", _("Höranlage (Induktion)")
        SIGN_LANGUAGE = "dgs", _("Deutsche Gebärdensprache")
        EASY_LANGUAGE = "leichte-sprache", _("Leichte Sprache")
        QUIET_ROOM = "ruhiger-raum", _("ruhiger Raum")

    class State(models.TextChoices):
        YES = "ja", _("ja")
        PARTLY = "teilweise", _("teilweise")
        NO = "nein", _("nein")
        UNKNOWN = "unbekannt", _("nicht bekannt")

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="access_features")
    feature = models.CharField(_("Merkmal"), max_length=20, choices=Feature)
    state = models.CharField(_("vorhanden"), max_length=10, choices=State)
    note = models.CharField(_("Hinweis"), max_length=160, blank=True)
    sort_order = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("Merkmal der Barrierefreiheit")
        verbose_name_plural = _("Barrierefreiheit")
        ordering = ["sort_order"]
        constraints = [models.UniqueConstraint(fields=["offer", "feature"], name="offers_accessfeature_unique")]

    def __str__(self) -> str:
        return f"{self.get_feature_display()}: {self.get_state_display()}"


@pghistory.track()
class Partner(models.Model):
    """Who else takes part: an organisation of the registry, or one that is only named."""

    class Role(models.TextChoices):
        PROVIDER = "traeger", _("Träger")
        COOPERATION = "kooperation", _("Kooperation")
        FUNDER = "foerderer", _("Förderung")

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="partners")
    role = models.CharField(_("Rolle"), max_length=12, choices=Role)
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("Organisation"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="partnerships",
    )
    name = models.CharField(_("Name"), max_length=160, blank=True)
    sort_order = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("Partner")
        verbose_name_plural = _("Partner")
        ordering = ["sort_order"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(organisation=None) & ~Q(name="")) | (Q(organisation__isnull=False) & Q(name="")),
                name="offers_partner_named",
                violation_error_message=_("Bitte wählen Sie eine Organisation aus oder schreiben Sie ihren Namen."),
            )
        ]

    def __str__(self) -> str:
        return str(self.organisation) if self.organisation else self.name


class Weekday(models.IntegerChoices):
    """As `date.weekday()` counts."""

    MONDAY = 0, _("Montag")
    TUESDAY = 1, _("Dienstag")
    WEDNESDAY = 2, _("Mittwoch")
    THURSDAY = 3, _("Donnerstag")
    FRIDAY = 4, _("Freitag")
    SATURDAY = 5, _("Samstag")
    SUNDAY = 6, _("Sonntag")


@pghistory.track()
class OpeningHours(models.Model):
    """One slot of one weekday, in the time of clocks on the wall."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField(_("Wochentag"), choices=Weekday)
    opens_at = models.TimeField(_("von"))
    closes_at = models.TimeField(_("bis"))

    class Meta:
        verbose_name = _("Öffnungszeit")
        verbose_name_plural = _("Öffnungszeiten")
        ordering = ["weekday", "opens_at"]
        constraints = [
            models.UniqueConstraint(fields=["offer", "weekday", "opens_at"], name="offers_openinghours_unique"),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")),
                name="offers_openinghours_order",
                violation_error_message=_("Das Ende liegt vor dem Beginn."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens_at:%H:%M}–{self.closes_at:%H:%M}"
