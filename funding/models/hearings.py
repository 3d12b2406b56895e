"""Whom the centre has heard about concept and focus, as the Förderrichtlinie asks: a tick with its day."""

import pghistory
from django.db import models
from django.urls import reverse

from actors.models import Organisation
from kiportal.common.models import Locked, Timestamped

# Who is to be heard by the sources (S0, S2, S3, S4), as kinds of organisations.
BODIES = (
    Organisation.Kind.MUNICIPALITY,
    Organisation.Kind.SCHOOL_SUPERVISION,
    Organisation.Kind.INTEGRATION_COUNCIL,
    Organisation.Kind.WELFARE_ASSOCIATION,
    Organisation.Kind.YOUTH_WELFARE_PROVIDER,
    Organisation.Kind.INDEPENDENT_PROVIDER,
    Organisation.Kind.MIGRANT_ORGANISATION,
)


@pghistory.track()
class HeardBody(Timestamped, Locked):
    kind = models.CharField(
        "Stelle", max_length=30, unique=True, choices=[(body.value, body.label) for body in BODIES], editable=False
    )
    heard_on = models.DateField("gehört am", null=True, blank=True)
    note = models.CharField("Vermerk", max_length=200, blank=True)

    class Meta:
        verbose_name = "Gehörte Stelle"
        verbose_name_plural = "gehörte Stellen"
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    def get_absolute_url(self) -> str:
        return reverse("funding:heard_body_list")
