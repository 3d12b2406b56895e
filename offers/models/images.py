"""Pictures of an entry."""

import uuid
from pathlib import PurePath

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from offers.models.offer import Offer


def _image_name(image: "OfferImage", name: str) -> str:
    return f"offers/{image.uuid}{PurePath(name).suffix}"


@pghistory.track()
class OfferImage(models.Model):
    """A picture as `kiportal.common.images` stored it. `is_shown` is set when the entry takes it over.

    Before that it waits with the proposal that brought it, and goes when nothing becomes of it (offers.retention).
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="images")
    file = models.ImageField(
        _("Bild"), upload_to=_image_name, width_field="width", height_field="height", max_length=200
    )
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    alternative = models.CharField(_("Bildbeschreibung"), max_length=200)
    credit = models.CharField(_("Urheberin oder Urheber"), max_length=160)
    rights_confirmed_at = models.DateTimeField(_("Nutzungsrechte bestätigt am"), auto_now_add=True)
    sort_order = models.PositiveSmallIntegerField(default=0, editable=False)
    is_shown = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = _("Bild")
        verbose_name_plural = _("Bilder")
        ordering = ["sort_order", "pk"]

    def __str__(self) -> str:
        return self.alternative
