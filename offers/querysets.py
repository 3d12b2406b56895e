"""Named reads of offers. `visible_to_public` is the one place that decides what the public sees."""

from datetime import date, datetime

from dateutil.relativedelta import relativedelta
from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.utils import timezone

from actors.models import Municipality, Organisation
from kiportal.common.models import User


class OfferQuerySet(models.QuerySet["Offer"]):
    def visible_to_public(self, on: date) -> "OfferQuerySet":
        """Published, by an organisation that is itself published, and not over on that day."""
        return self.filter(
            Q(valid_until=None) | Q(valid_until__gte=on), status="published", provider__status="published"
        )

    def projects(self) -> "OfferQuerySet":
        return self.filter(kind="projekt")

    def awaiting_review(self) -> "OfferQuerySet":
        """The review queue, oldest first."""
        return self.filter(status="submitted").order_by("submitted_at", "pk")

    def for_staff(self) -> "OfferQuerySet":
        """What the centre knows of: all that was sent; drafts and unconfirmed submissions belong to their authors."""
        return self.exclude(status__in=["draft", "unconfirmed"])

    def of_organisations(self, organisations: models.QuerySet[Organisation]) -> "OfferQuerySet":
        return self.filter(provider__in=organisations)

    def of_member(self, user: User) -> "OfferQuerySet":
        """What the organisations offer for which a signed-in person acts."""
        return self.filter(provider__memberships__user=user)

    def in_municipality(self, municipality: Municipality) -> "OfferQuerySet":
        """Offers there; one for the whole Kreis counts in every municipality."""
        through = self.model.municipalities.through
        local = through._default_manager.filter(offer_id=OuterRef("pk"), municipality=municipality)
        return self.filter(Q(is_countywide=True) | Exists(local))

    def due_for_confirmation(self, today: date, months: int) -> "OfferQuerySet":
        """Published entries whose last confirmation lies more than `months` back, oldest first."""
        limit = today - relativedelta(months=months)
        return self.filter(Q(last_confirmed_on=None) | Q(last_confirmed_on__lt=limit), status="published").order_by(
            models.F("last_confirmed_on").asc(nulls_first=True), "pk"
        )

    def for_cards(self) -> "OfferQuerySet":
        """All that a card shows, in a constant number of queries."""
        from offers.models import OfferDate

        return self.select_related("provider", "offer_type").prefetch_related(
            "municipalities",
            "languages",
            "topics",
            Prefetch("dates", OfferDate.objects.upcoming(timezone.now()), to_attr="upcoming_dates"),
        )

    def for_detail(self) -> "OfferQuerySet":
        """All that the page of an entry shows."""
        return (
            self.for_cards()
            .select_related("programme", "contact__consent", "provider__municipality")
            .prefetch_related("target_groups")
        )


class OfferDateQuerySet(models.QuerySet["OfferDate"]):
    def upcoming(self, now: datetime) -> "OfferDateQuerySet":
        """Dates that have not ended, earliest first."""
        return self.filter(Q(starts_at__gte=now) | Q(ends_at__gte=now)).order_by("starts_at")

    def visible_to_public(self, on: date) -> "OfferDateQuerySet":
        from offers.models import Offer

        return self.filter(offer__in=Offer.objects.visible_to_public(on))
