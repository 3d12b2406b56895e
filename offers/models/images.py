"""Pictures of an entry, each with the words for those who do not see it and with whose picture it is."""

import uuid
from functools import partial
from typing import Any

import pghistory
from django.conf import settings
from django.db import models, transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kiportal.common.models import AccessLink
from offers.models.offer import Offer
from offers.querysets import OfferImageQuerySet

MAXIMUM = 5
FOLDER = "offers/images"
# Sides below this ratio count as square: such a picture is not shown over the whole width.
_SQUARE, _TALL = 1.2, 0.85


def _file_name(image: "OfferImage", name: str) -> str:
    """Nothing of the name that the file had, and nothing that an address of the portal tells."""
    return f"{FOLDER}/{uuid.uuid4()}.webp"


@pghistory.track()
class OfferImage(models.Model):
    """A picture in two sizes, stored as `kiportal.common.pictures` made it; its content never changes.

    `is_shown` is set when it is part of the entry. Before that it waits: with the proposal that names it, or because
    its author has not sent the form yet. What nobody takes is deleted (`offers.retention`). Words and rights may be
    missing only while somebody still writes the entry (`offers.completeness`).
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="images")
    file = models.FileField(_("Bild"), upload_to=_file_name)
    small = models.FileField(_("kleines Bild"), upload_to=_file_name)
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    small_width = models.PositiveIntegerField(editable=False)
    alternative = models.CharField(
        _("Bildbeschreibung"),
        max_length=300,
        blank=True,
        help_text=_("Was ist zu sehen? Ein Satz für Menschen, die das Bild nicht sehen."),
    )
    rights = models.CharField(
        _("Bildnachweis"),
        max_length=160,
        blank=True,
        help_text=_("Wer hat das Bild gemacht, oder wem gehört es? Der Name steht unter dem Bild."),
    )
    sort_order = models.PositiveSmallIntegerField(default=0, editable=False)
    is_shown = models.BooleanField(default=False, editable=False)
    uploaded_at = models.DateTimeField(_("hochgeladen am"), auto_now_add=True)
    # Who said when that the centre may show it and that people in it agree.
    rights_confirmed_at = models.DateTimeField(_("Rechte bestätigt am"), null=True, blank=True, editable=False)
    by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("von"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    by_link = models.ForeignKey(
        AccessLink,
        verbose_name=_("über Link"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    objects = OfferImageQuerySet.as_manager()

    class Meta:
        verbose_name = _("Bild")
        verbose_name_plural = _("Bilder")
        ordering = ["sort_order", "pk"]

    def __str__(self) -> str:
        return f"{self.alternative} ({self.rights})"

    def url(self, size: str) -> str:
        return reverse("offers:offer_image", args=[self.uuid, size])

    @property
    def is_complete(self) -> bool:
        return bool(self.alternative and self.rights and self.rights_confirmed_at)

    @property
    def shape(self) -> str:
        """How much of the width it gets: what is tall would fill the screen otherwise."""
        ratio = self.width / self.height
        return "wide" if ratio > _SQUARE else "square" if ratio > _TALL else "tall"


@receiver(post_delete, sender=OfferImage)
def _delete_files(instance: OfferImage, **kwargs: Any) -> None:
    """However a row goes (taken out, with its entry, by a rule), its files go once that is certain."""
    for file in (instance.file, instance.small):
        transaction.on_commit(partial(file.storage.delete, str(file.name)))
