"""What people search for: searches that somebody wants to hear of by mail, and words that found nothing."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kiportal.common.models import Stateful
from offers.models.offer import Offer
from offers.querysets import SavedSearchQuerySet, VainSearchQuerySet


class SavedSearch(Stateful):
    """The filters of /angebote/ and an address that gets what is new there. Nobody but its owner sees it.

    It has no field history on purpose: who ends it leaves nothing behind.
    """

    class Status(models.TextChoices):
        UNCONFIRMED = "unconfirmed", _("wartet auf Bestätigung der E-Mail")
        ACTIVE = "active", _("aktiv")
        PAUSED = "paused", _("angehalten")

    class Rhythm(models.TextChoices):
        DAILY = "taeglich", _("höchstens einmal am Tag")
        WEEKLY = "woechentlich", _("höchstens einmal in der Woche")

    # The form that asked last: sent twice, it causes one mail.
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    email = models.EmailField(_("E-Mail-Adresse"))
    # Of /angebote/, without page and sorting, its parameters in their own order.
    query = models.CharField(_("Suche"), max_length=2000, blank=True)
    rhythm = models.CharField(_("Wie oft?"), max_length=12, choices=Rhythm, default=Rhythm.WEEKLY)
    form_language = models.CharField(max_length=12, default="de", editable=False)
    status = models.CharField(_("Stand"), max_length=12, choices=Status, default=Status.UNCONFIRMED, editable=False)
    requested_at = models.DateTimeField(_("bestellt am"), auto_now_add=True)
    # What was published before is not new.
    since = models.DateTimeField(_("neu ist, was danach kommt"), null=True, editable=False)
    next_on = models.DateField(_("nächster Blick am"), null=True, editable=False)
    # The owner said last that it is wanted, and was asked since.
    wanted_on = models.DateField(_("zuletzt gewünscht am"), null=True, editable=False)
    asked_on = models.DateField(_("nachgefragt am"), null=True, editable=False)

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        verbose_name = _("gemerkte Suche")
        verbose_name_plural = _("gemerkte Suchen")
        ordering = ["requested_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["email", "query"], name="offers_savedsearch_unique"),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="offers_savedsearch_lower"),
            models.CheckConstraint(
                condition=Q(status="unconfirmed")
                | Q(since__isnull=False, next_on__isnull=False, wanted_on__isnull=False),
                name="offers_savedsearch_confirmed",
            ),
        ]
        indexes = [models.Index(fields=["next_on"], name="offers_savedsearch_due", condition=Q(status="active"))]

    def __str__(self) -> str:
        """Without its address and words: jobs show it to staff."""
        return f"Suche {self.pk}"

    @property
    def is_active(self) -> bool:
        return self.status == self.Status.ACTIVE


class SearchHit(models.Model):
    """An offer that a saved search told of, so that it never does again."""

    search = models.ForeignKey(SavedSearch, on_delete=models.CASCADE, related_name="told")
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="+")
    told_on = models.DateField("geschickt am")

    class Meta:
        verbose_name = "geschickter Treffer"
        verbose_name_plural = "geschickte Treffer"
        constraints = [models.UniqueConstraint(fields=["search", "offer"], name="offers_searchhit_unique")]

    def __str__(self) -> str:
        return f"{self.search}: {self.offer}"


class VainSearch(models.Model):
    """Words that found nothing, counted per day: nobody's IP address, browser or account (`offers.vain`)."""

    day = models.DateField("Tag")
    # Folded, so that what is meant alike is counted together; `typed` is how somebody wrote it last.
    words = models.CharField("Suchworte, vereinfacht", max_length=100)
    typed = models.CharField("Suchworte", max_length=100)
    language = models.CharField("Sprache der Seite", max_length=12)
    # Its slug, when exactly one was chosen.
    municipality = models.CharField("Kommune", max_length=80, blank=True)
    number = models.PositiveIntegerField("Anzahl", default=1)
    counted_at = models.DateTimeField("zuletzt gezählt")

    objects = VainSearchQuerySet.as_manager()

    class Meta:
        verbose_name = "vergebliche Suche"
        verbose_name_plural = "vergebliche Suchen"
        ordering = ["-day", "words"]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "words", "language", "municipality"], name="offers_vainsearch_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.typed} ({self.day:%d.%m.%Y}): {self.number}"


class HiddenWords(models.Model):
    """Words that staff do not want to see among those searched in vain: typing tests, insults, other places."""

    words = models.CharField("Suchworte, vereinfacht", max_length=100, unique=True)
    typed = models.CharField("Suchworte", max_length=100)
    hidden_on = models.DateField("ausgeblendet am", default=timezone.localdate)

    class Meta:
        verbose_name = "ausgeblendete Suchworte"
        verbose_name_plural = "ausgeblendete Suchworte"
        ordering = ["words"]

    def __str__(self) -> str:
        return self.typed
