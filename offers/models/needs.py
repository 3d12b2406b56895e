"""How the public helps: what is missing ("Hier fehlt ein Angebot") and what is wrong ("Stimmt etwas nicht?").

The accounts of a Kommune write the same about their place; then the account and its organisation stand with it.
"""

import uuid

import pghistory
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.models import Language, Municipality, Organisation
from kiportal.common.models import Locked, Stateful, User
from offers.models.offer import Offer
from offers.models.reference import TargetGroup, Topic
from offers.querysets import PublicMessageQuerySet


class PublicMessage(Stateful):
    """What anybody may write to the centre. Name and address are given freely and erased half a year after the end."""

    prefix = ""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    text = models.TextField(_("Ihre Nachricht"), max_length=2000)
    email = models.EmailField(_("E-Mail-Adresse"), blank=True)
    form_language = models.CharField(max_length=12, default="de", editable=False)
    # Of a Kommune: whose account wrote it, and for which organisation all accounts of that see it.
    by_user = models.ForeignKey(
        User, verbose_name=_("geschrieben von"), null=True, on_delete=models.SET_NULL, editable=False, related_name="+"
    )
    by_organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("für die Organisation"),
        null=True,
        on_delete=models.SET_NULL,
        editable=False,
        related_name="written_%(class)ss",
    )
    received_at = models.DateTimeField(_("eingegangen am"), auto_now_add=True)
    closed_at = models.DateTimeField(_("erledigt am"), null=True, editable=False)

    objects = PublicMessageQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["received_at", "pk"]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The number a person can name on the phone, e.g. L-2026-17."""
        return f"{self.prefix}-{timezone.localdate(self.received_at).year}-{self.pk}"


@pghistory.track()
class Need(Locked, PublicMessage):
    """Somebody looked for an offer that does not exist here. What is noted as a gap stays, without name and address."""

    class Status(models.TextChoices):
        OPEN = "open", _("offen")
        NOTED = "noted", _("als Lücke vorgemerkt")
        ANSWERED = "answered", _("beantwortet")
        DISCARDED = "discarded", _("abgelegt")

    prefix = "L"

    topic = models.ForeignKey(
        Topic, verbose_name=_("Thema"), on_delete=models.PROTECT, null=True, blank=True, related_name="needs"
    )
    municipality = models.ForeignKey(
        Municipality, verbose_name=_("Kommune"), on_delete=models.PROTECT, null=True, blank=True, related_name="needs"
    )
    target_group = models.ForeignKey(
        TargetGroup, verbose_name=_("Zielgruppe"), on_delete=models.PROTECT, null=True, blank=True, related_name="needs"
    )
    language = models.ForeignKey(
        Language, verbose_name=_("Sprache"), on_delete=models.PROTECT, null=True, blank=True, related_name="needs"
    )
    name = models.CharField(_("Name"), max_length=120, blank=True)
    offer = models.ForeignKey(
        Offer, verbose_name=_("passendes Angebot"), on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    status = models.CharField(_("Stand"), max_length=10, choices=Status, default=Status.OPEN, editable=False)

    class Meta(PublicMessage.Meta):
        verbose_name = _("gemeldete Lücke")
        verbose_name_plural = _("gemeldete Lücken")
        permissions = [("answer_need", "Darf gemeldete Lücken bearbeiten")]

    def get_absolute_url(self) -> str:
        return reverse("offers:need_detail", args=[self.pk])


@pghistory.track()
class Hint(PublicMessage):
    """Something on the page of an offer or an organisation is not right."""

    class Status(models.TextChoices):
        OPEN = "open", _("offen")
        ANSWERED = "answered", _("erledigt")
        DISCARDED = "discarded", _("abgelegt")

    class Kind(models.TextChoices):
        ENDED = "beendet", _("Das gibt es nicht mehr")
        TIME = "zeit", _("Zeit oder Ort stimmt nicht")
        CONTACT = "kontakt", _("Telefon, E-Mail oder Internetseite geht nicht")
        CONTENT = "inhalt", _("Etwas anderes im Text stimmt nicht")
        OTHER = "sonstiges", _("Etwas anderes")

    prefix = "H"

    offer = models.ForeignKey(
        Offer, verbose_name=_("Angebot"), on_delete=models.CASCADE, null=True, blank=True, related_name="hints"
    )
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("Organisation"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="hints",
    )
    kind = models.CharField(_("Was stimmt nicht?"), max_length=10, choices=Kind)
    forwarded_at = models.DateTimeField(_("an die Organisation weitergegeben am"), null=True, editable=False)
    status = models.CharField(_("Stand"), max_length=10, choices=Status, default=Status.OPEN, editable=False)

    class Meta(PublicMessage.Meta):
        verbose_name = _("Hinweis auf einen Fehler")
        verbose_name_plural = _("Hinweise auf Fehler")
        permissions = [("answer_hint", "Darf Hinweise bearbeiten")]
        constraints = [
            models.CheckConstraint(
                condition=Q(offer=None, organisation__isnull=False) | Q(offer__isnull=False, organisation=None),
                name="offers_hint_one_target",
            )
        ]

    def get_absolute_url(self) -> str:
        return reverse("offers:hint_detail", args=[self.pk])

    @property
    def about(self) -> Offer | Organisation:
        if self.organisation is not None:
            return self.organisation
        assert self.offer is not None  # noqa: S101  (offers_hint_one_target)
        return self.offer
