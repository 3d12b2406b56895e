"""Bestandsaufnahme: the centre asks organisations whether the register tells all that they offer, and counts."""

import uuid

import pghistory
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from actors.models import Organisation
from kiportal.common.models import AccessLink, Locked, Stateful, Timestamped, User
from offers.models.offer import Offer
from offers.querysets import SurveyInvitationQuerySet


@pghistory.track()
class OfferSurvey(Timestamped, Locked, Stateful):
    """One round. While it is a draft, organisations are chosen; once it is open, each has a link."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("in Vorbereitung")
        OPEN = "open", _("läuft")
        CLOSED = "closed", _("abgeschlossen")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(_("Titel"), max_length=120, help_text=_("Zum Beispiel: Bestandsaufnahme Herbst 2026"))
    introduction = models.TextField(
        _("Einleitung"), max_length=2000, blank=True, help_text=_("Steht in der E-Mail und über den Fragen.")
    )
    answer_by = models.DateField(_("Antwort bis"))
    status = models.CharField(_("Stand"), max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    opened_at = models.DateTimeField(_("gestartet am"), null=True, editable=False)
    closed_at = models.DateTimeField(_("abgeschlossen am"), null=True, editable=False)
    created_by = models.ForeignKey(
        User, verbose_name=_("angelegt von"), null=True, on_delete=models.SET_NULL, editable=False, related_name="+"
    )

    class Meta:
        verbose_name = _("Bestandsaufnahme")
        verbose_name_plural = _("Bestandsaufnahmen")
        ordering = ["-created_at", "-pk"]
        permissions = [("run_offersurvey", "Darf Bestandsaufnahmen durchführen")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="draft") | Q(opened_at__isnull=False), name="offers_offersurvey_opened"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("offers:survey_detail", args=[self.pk])


class SurveyInvitation(models.Model):
    """An organisation in a round: where it was asked and what it answered. Address and message are erased later."""

    survey = models.ForeignKey(OfferSurvey, on_delete=models.CASCADE, related_name="invitations")
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("Organisation"), on_delete=models.CASCADE, related_name="survey_invitations"
    )
    email = models.EmailField(_("E-Mail-Adresse"), blank=True)
    # Staff typed it for this organisation, so it answers for all entries while the round runs.
    is_vouched = models.BooleanField(default=False, editable=False)
    link = models.ForeignKey(AccessLink, null=True, on_delete=models.SET_NULL, related_name="+")
    sent_at = models.DateTimeField(_("gefragt am"), null=True)
    reminded_at = models.DateTimeField(_("erinnert am"), null=True)
    answered_at = models.DateTimeField(_("beantwortet am"), null=True)
    # An account that answered; empty when it was the link.
    answered_by = models.ForeignKey(
        User, verbose_name=_("beantwortet von"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    message = models.TextField(_("Mitteilung"), max_length=2000, blank=True)

    objects = SurveyInvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("Anfrage einer Bestandsaufnahme")
        verbose_name_plural = _("Anfragen von Bestandsaufnahmen")
        ordering = ["organisation__sort_key", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["survey", "organisation"], name="offers_surveyinvitation_unique")
        ]

    def __str__(self) -> str:
        return f"{self.survey}: {self.organisation}"


class SurveyAnswer(models.Model):
    """What an organisation says about one entry. Those that stood in the register at the start begin as OPEN."""

    class Outcome(models.TextChoices):
        OPEN = "offen", _("noch nicht beantwortet")
        CONFIRMED = "bestaetigt", _("bestätigt")
        TO_CHANGE = "zu-aendern", _("soll geändert werden")
        CHANGED = "geaendert", _("geändert")
        ENDED = "beendet", _("beendet")
        ADDED = "neu", _("neu gemeldet")

    invitation = models.ForeignKey(SurveyInvitation, on_delete=models.CASCADE, related_name="answers")
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="survey_answers")
    outcome = models.CharField(_("Antwort"), max_length=12, choices=Outcome, default=Outcome.OPEN)
    answered_at = models.DateTimeField(_("beantwortet am"), null=True)

    class Meta:
        verbose_name = _("Antwort einer Bestandsaufnahme")
        verbose_name_plural = _("Antworten von Bestandsaufnahmen")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["invitation", "offer"], name="offers_surveyanswer_unique")]

    def __str__(self) -> str:
        return f"{self.offer}: {self.get_outcome_display()}"
