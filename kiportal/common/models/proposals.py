"""A proposed change of a published record. The record stays as it is until somebody accepts (DESIGN: rule 6)."""

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kiportal.common.models.base import Stateful, Timestamped


class ChangeProposalQuerySet(models.QuerySet["ChangeProposal"]):
    def for_target(self, target: models.Model) -> "ChangeProposalQuerySet":
        return self.filter(target_type=ContentType.objects.get_for_model(target), target_id=target.pk)

    def open(self) -> "ChangeProposalQuerySet":
        return self.filter(status=ChangeProposal.Status.OPEN)

    def undecided(self) -> "ChangeProposalQuerySet":
        """Those that wait for the centre, and those that wait for their author's answer."""
        return self.filter(status__in=[ChangeProposal.Status.OPEN, ChangeProposal.Status.CHANGES_REQUESTED])


class ChangeProposal(Timestamped, Stateful):
    """`changes` maps a field's name to {"old": ..., "new": ...}, both as the field's JSON value (relations: keys)."""

    class Status(models.TextChoices):
        OPEN = "open", _("offen")
        CHANGES_REQUESTED = "changes_requested", _("Rückfrage")
        ACCEPTED = "accepted", _("angenommen")
        PARTLY_ACCEPTED = "partly_accepted", _("teilweise angenommen")
        REJECTED = "rejected", _("abgelehnt")

    target_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    target_id = models.BigIntegerField()
    target = GenericForeignKey("target_type", "target_id")
    lock_version = models.PositiveIntegerField(editable=False, help_text="lock_version of the target when it was read")
    changes = models.JSONField(_("Änderungen"), encoder=DjangoJSONEncoder)
    message = models.TextField(_("Mitteilung an das KI"), blank=True)
    status = models.CharField(_("Stand"), max_length=20, choices=Status, default=Status.OPEN)
    by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("von"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    by_link = models.ForeignKey(
        "common.AccessLink", verbose_name=_("über Link"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    author_email = models.EmailField(_("E-Mail-Adresse"), blank=True)
    # Accounts of one organisation share what they propose; what came by a link belongs to its address alone.
    by_account = models.BooleanField(_("über ein Konto"), default=False)

    objects = ChangeProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("Änderungsvorschlag")
        verbose_name_plural = _("Änderungsvorschläge")
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["target_type", "target_id"],
                condition=Q(status__in=["open", "changes_requested"], by_account=True),
                name="common_proposal_one_of_accounts",
            ),
            models.UniqueConstraint(
                fields=["target_type", "target_id", "author_email"],
                condition=Q(status__in=["open", "changes_requested"], by_account=False),
                name="common_proposal_one_of_address",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
