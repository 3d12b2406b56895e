"""Signed links in mails. The token itself is never stored (DESIGN: rule 7)."""

import os
import uuid

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


def make_nonce() -> bytes:
    return os.urandom(16)


class AccessLinkQuerySet(models.QuerySet["AccessLink"]):
    def for_target(self, target: models.Model) -> "AccessLinkQuerySet":
        return self.filter(target_type=ContentType.objects.get_for_model(target), target_id=target.pk)


class AccessLink(models.Model):
    class Purpose(models.TextChoices):
        DRAFT = "draft", _("Meldung schreiben oder ergänzen")
        CONFIRM = "confirm", _("Meldung bestätigen")
        CARE = "care", _("Eintrag pflegen")
        CARE_ALL = "care-all", _("Einträge einer Organisation pflegen")
        PREVIEW = "preview", _("Vorschau ansehen")
        SEARCH = "search", _("Gemerkte Suche bestätigen, ändern oder beenden")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(_("Zweck"), max_length=20, choices=Purpose)
    target_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    target_id = models.BigIntegerField()
    target = GenericForeignKey("target_type", "target_id")
    email = models.EmailField(_("geschickt an"), blank=True)
    nonce = models.BinaryField(max_length=16, default=make_nonce, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("angelegt am"), auto_now_add=True)
    expires_at = models.DateTimeField(_("gültig bis"))
    revoked_at = models.DateTimeField(_("zurückgezogen am"), null=True, blank=True)
    used_at = models.DateTimeField(_("zuletzt benutzt am"), null=True, blank=True)

    objects = AccessLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("signierter Link")
        verbose_name_plural = _("signierte Links")
        indexes = [
            models.Index(fields=["target_type", "target_id", "purpose"]),
            models.Index(fields=["expires_at"], name="common_link_open", condition=Q(revoked_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} ({self.created_at:%d.%m.%Y})"
