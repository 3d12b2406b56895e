"""Proof that a person agreed to something (DSGVO Art. 7): what, with which words, when, how, until when."""

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _


@pghistory.track()
class Consent(models.Model):
    class Purpose(models.TextChoices):
        PUBLISH_NAME = "publish-name", _("Name auf der Seite zeigen")

    class Channel(models.TextChoices):
        WEB_FORM = "web-form", _("Formular auf der Seite")
        PHONE = "phone", _("Telefon")
        LETTER = "letter", _("Brief oder Formular auf Papier")
        MAIL = "mail", _("E-Mail")

    purpose = models.CharField(_("Zweck"), max_length=30, choices=Purpose)
    wording = models.TextField(_("Wortlaut"), help_text=_("Der Text, dem die Person zugestimmt hat."))
    given_on = models.DateField(_("erteilt am"))
    channel = models.CharField(_("Weg"), max_length=20, choices=Channel)
    withdrawn_on = models.DateField(_("widerrufen am"), null=True, blank=True)

    class Meta:
        verbose_name = _("Einwilligung")
        verbose_name_plural = _("Einwilligungen")

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}, {self.given_on:%d.%m.%Y}"

    @property
    def is_valid(self) -> bool:
        return self.withdrawn_on is None
