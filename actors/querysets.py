"""Named reads of the room. What the public sees is decided here."""

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from kiportal.common.models import User

if TYPE_CHECKING:
    from actors.models import ContactPerson, FunderNote, Organisation  # noqa: F401  (named in strings)


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def visible_to_public(self) -> "OrganisationQuerySet":
        return self.filter(status="published")

    def awaiting_review(self) -> "OrganisationQuerySet":
        return self.filter(status="proposed")

    def able_to_offer(self) -> "OrganisationQuerySet":
        """Those for which an entry can be begun: public, or on their way there."""
        return self.filter(status__in=["published", "proposed"])

    def of_member(self, user: User) -> "OrganisationQuerySet":
        """The organisations a signed-in person acts for."""
        return self.filter(memberships__user=user)


class ContactPersonQuerySet(models.QuerySet["ContactPerson"]):
    def with_consent(self) -> "ContactPersonQuerySet":
        return self.select_related("consent")

    def of_county(self) -> "ContactPersonQuerySet":
        """How to reach the Kreis itself, to which the centre belongs."""
        return self.filter(organisation__kind="kreis", organisation__status="published").order_by("function", "pk")


class FunderNoteQuerySet(models.QuerySet["FunderNote"]):
    def valid(self, on: date) -> "FunderNoteQuerySet":
        return self.filter(Q(valid_until=None) | Q(valid_until__gte=on), valid_from__lte=on)
