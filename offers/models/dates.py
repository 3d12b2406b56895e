"""When an offer takes place: single dates, the rule that others follow, and the holidays it may leave out."""

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kiportal.common.models import Locked
from offers.models.offer import Offer
from offers.querysets import OfferDateQuerySet


class OfferDate(models.Model):
    """One date of an offer, in Europe/Berlin. Those `is_generated` follow from its rules (Recurrence)."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="dates")
    starts_at = models.DateTimeField(_("Beginn"))
    ends_at = models.DateTimeField(_("Ende"), null=True, blank=True)
    note = models.CharField(_("Hinweis"), max_length=120, blank=True)
    is_generated = models.BooleanField(default=False, editable=False)

    objects = OfferDateQuerySet.as_manager()

    class Meta:
        verbose_name = _("Termin")
        verbose_name_plural = _("Termine")
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="offers_offerdate_order",
                violation_error_message=_("Das Ende liegt vor dem Beginn."),
            ),
            models.UniqueConstraint(fields=["offer", "starts_at"], name="offers_offerdate_unique"),
        ]

    def __str__(self) -> str:
        return f"{timezone.localtime(self.starts_at):%d.%m.%Y %H:%M}"


@pghistory.track()
class Recurrence(models.Model):
    """A rule by which an offer takes place again and again; one for each time of day.

    Times are those of clocks on the wall, all year round.
    """

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="recurrences")
    # RFC 5545, without DTSTART and UNTIL: these are the days below.
    rule = models.CharField(_("Regel"), max_length=80)
    first_on = models.DateField(_("erster Tag"))
    last_on = models.DateField(_("letzter Tag"), null=True, blank=True)
    begins_at = models.TimeField(_("Beginn"))
    ends_at = models.TimeField(_("Ende"), null=True, blank=True)
    skips_school_holidays = models.BooleanField(_("nicht in den Schulferien"), default=False)
    skips_public_holidays = models.BooleanField(_("nicht an Feiertagen"), default=True)
    cancelled_on = ArrayField(models.DateField(), verbose_name=_("fällt aus am"), default=list, blank=True)
    sort_order = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("Wiederholung")
        verbose_name_plural = _("Wiederholungen")
        ordering = ["sort_order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["offer", "rule", "begins_at", "first_on"], name="offers_recurrence_unique"),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("begins_at")),
                name="offers_recurrence_time",
                violation_error_message=_("Das Ende liegt vor dem Beginn."),
            ),
            models.CheckConstraint(
                condition=Q(last_on=None) | Q(last_on__gte=F("first_on")),
                name="offers_recurrence_days",
                violation_error_message=_("Der letzte Tag liegt vor dem ersten."),
            ),
        ]

    def __str__(self) -> str:
        return self.rule


class SchoolHoliday(Locked):
    """One time of school holidays in North Rhine-Westphalia: as the ministry published it, or entered by the centre."""

    name = models.CharField(_("Ferien"), max_length=80, help_text=_("Zum Beispiel: Osterferien 2027"))
    first_day = models.DateField(_("erster Ferientag"))
    last_day = models.DateField(_("letzter Ferientag"))

    class Meta:
        verbose_name = _("Schulferien")
        verbose_name_plural = _("Schulferien")
        ordering = ["first_day"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="offers_schoolholiday_order",
                violation_error_message=_("Der letzte Ferientag liegt vor dem ersten."),
            ),
            ExclusionConstraint(
                name="offers_schoolholiday_apart",
                expressions=[
                    (
                        Func("first_day", "last_day", Value("[]"), function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    )
                ],
                violation_error_message=_("In dieser Zeit sind schon Ferien eingetragen."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
