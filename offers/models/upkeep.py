"""What the portal remembers about keeping entries right: who was asked when, and which addresses answer."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from kiportal.common.models import AccessLink
from offers.models.offer import Offer
from offers.querysets import LinkCheckQuerySet


class ConfirmationRequest(models.Model):
    """One entry in one reminder. `confirmed_on` says which confirmation runs out, so a new one starts from the front,
    and a changed period of the centre asks nobody twice.
    """

    class Stage(models.IntegerChoices):
        """Days before the confirmation runs out, the last one: the entry was hidden."""

        FIRST = 30, _("30 Tage vorher")
        SECOND = 14, _("14 Tage vorher")
        DUE = 0, _("abgelaufen")
        HIDDEN = -1, _("verborgen")

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="confirmation_requests")
    link = models.ForeignKey(AccessLink, null=True, on_delete=models.SET_NULL, related_name="+")
    confirmed_on = models.DateField(_("zuletzt bestätigt am"))
    stage = models.SmallIntegerField(_("Anlass"), choices=Stage)
    sent_on = models.DateField(_("geschickt am"))

    class Meta:
        verbose_name = _("Bitte um Bestätigung")
        verbose_name_plural = _("Bitten um Bestätigung")
        ordering = ["sent_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["offer", "confirmed_on", "stage"], name="offers_confirmationrequest_unique")
        ]

    def __str__(self) -> str:
        return f"{self.offer} ({self.get_stage_display()})"


class LinkCheck(models.Model):
    """How a web address that entries name answered last. One that failed on two days in a row is broken."""

    class Outcome(models.TextChoices):
        REACHED = "reached", _("erreichbar")
        REFUSED = "refused", _("Diese Adresse dürfen wir nicht aufrufen")
        UNKNOWN_HOST = "unknown-host", _("Diesen Rechnernamen gibt es nicht")
        NO_CONNECTION = "no-connection", _("keine Verbindung")
        TIMEOUT = "timeout", _("keine Antwort in der erlaubten Zeit")
        CERTIFICATE = "certificate", _("das Sicherheitszertifikat stimmt nicht")
        BAD_ANSWER = "bad-answer", _("die Antwort ist nicht lesbar")
        REDIRECTS = "redirects", _("wird zu oft weitergeleitet")
        ERROR = "error", _("Seite nicht gefunden oder gestört")

    # Failures on so many different days in a row make an address broken.
    BROKEN_AFTER = 2

    url = models.URLField(_("Internetadresse"), max_length=1000, unique=True)
    checked_on = models.DateField(_("geprüft am"), null=True)
    outcome = models.CharField(_("Ergebnis"), max_length=20, choices=Outcome, default=Outcome.REACHED)
    code = models.PositiveSmallIntegerField(_("Antwort des Servers"), null=True)
    failures = models.PositiveSmallIntegerField(_("Fehlschläge in Folge"), default=0)
    failing_since = models.DateField(_("gestört seit"), null=True)

    objects = LinkCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("geprüfte Internetadresse")
        verbose_name_plural = _("geprüfte Internetadressen")
        ordering = ["url"]

    def __str__(self) -> str:
        return self.url

    @property
    def finding(self) -> str:
        """What was found, with the server's answer where there was one."""
        return f"{self.get_outcome_display()} ({self.code})" if self.code else self.get_outcome_display()
