"""Named reads of offers. `visible_to_public` is the one place that decides what the public sees."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from dateutil.relativedelta import relativedelta
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Count, Exists, Min, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import TruncDate, TruncMonth
from django.utils import timezone

from actors.models import Membership, Municipality, Organisation
from actors.querysets import OrganisationQuerySet
from kiportal.common.models import AccessLink, StatusChange, User

if TYPE_CHECKING:
    from offers.models import (  # noqa: F401  (named in strings)
        CoverageSnapshot,
        LinkCheck,
        Offer,
        OfferDate,
        OfferImage,
        SurveyInvitation,
    )


# A rule for every day fills a year: nobody reads more than these.
COMING_DATES = 30


class OfferQuerySet(models.QuerySet["Offer"]):
    def visible_to_public(self, on: date) -> "OfferQuerySet":
        """Published, by an organisation that is itself published, and not over on that day."""
        return self.filter(
            Q(valid_until=None) | Q(valid_until__gte=on), status="published", provider__status="published"
        )

    def ended(self, on: date) -> "OfferQuerySet":
        """Public once and over: taken down by its authors, or past its last day. A hidden entry is not over."""
        over = Q(status="archived") | Q(status="published", valid_until__lt=on)
        return self.filter(over, published_at__isnull=False, provider__status="published")

    def similar_to(self, offer: "Offer") -> "OfferQuerySet":
        """Others with the same topics: those at the same place first, then those that share more of them."""
        through = self.model.municipalities.through
        nearby = through._default_manager.filter(offer_id=OuterRef("pk"), municipality__in=offer.municipalities.all())
        return (
            self.filter(topics__in=offer.topics.all())
            .exclude(pk=offer.pk)
            .annotate(is_near=Q(is_countywide=True) | Exists(nearby), shared=Count("topics"))
            .order_by("-is_near", "-shared", "sort_key", "pk")
        )

    def projects(self) -> "OfferQuerySet":
        return self.filter(kind="projekt")

    def awaiting_review(self) -> "OfferQuerySet":
        """The review queue, oldest first."""
        return self.filter(status="submitted").order_by("submitted_at", "pk")

    def for_staff(self) -> "OfferQuerySet":
        """What the centre knows of: all that was sent; drafts and unconfirmed submissions belong to their authors."""
        return self.exclude(status__in=["draft", "unconfirmed"])

    def recorded(self) -> "OfferQuerySet":
        """Typed in by staff for an organisation that has not confirmed it: staff alone know of it, and its link."""
        return self.filter(status="draft", recorded_by__isnull=False)

    def editable_by_staff(self) -> "OfferQuerySet":
        """What the centre knows of, and what it writes down for others just now."""
        return self.exclude(Q(status="unconfirmed") | Q(status="draft", recorded_by=None))

    def of_organisations(self, organisations: models.QuerySet[Organisation]) -> "OfferQuerySet":
        return self.filter(provider__in=organisations)

    def of_member(self, user: User) -> "OfferQuerySet":
        """What the organisations offer for which a signed-in person acts."""
        return self.filter(provider__memberships__user=user)

    def with_partner(self, organisation: Organisation) -> "OfferQuerySet":
        """Offers of others in which the organisation takes part."""
        partnerships = apps.get_model("offers", "Partner")._default_manager
        mine = partnerships.filter(offer_id=OuterRef("pk"), organisation=organisation)
        return self.filter(Exists(mine)).exclude(provider=organisation)

    def for_member(self, user: User) -> "OfferQuerySet":
        """Their entries as they may know of them: without what somebody still writes, or has to confirm, by a link, and
        without what the centre writes down for them.
        """
        links = AccessLink.objects.filter(
            target_type=ContentType.objects.get_for_model(self.model),
            target_id=OuterRef("pk"),
            purpose=AccessLink.Purpose.DRAFT,
        )
        known = self.of_member(user).exclude(status="unconfirmed").exclude(Exists(links), status="draft")
        return known.exclude(status="draft", recorded_by__isnull=False)

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

    def hidden_as_overdue(self) -> "OfferQuerySet":
        """Hidden because nobody confirmed them, and for no other reason since."""
        steps = StatusChange.objects.filter(
            target_type=ContentType.objects.get_for_model(self.model), target_id=OuterRef("pk")
        )
        last = steps.order_by("-at", "-pk").values("verb")[:1]
        return self.filter(status="hidden").alias(last_step=Subquery(last)).filter(last_step="hide_overdue")

    def in_care_of(self, organisation: int, email: str) -> "OfferQuerySet":
        """What an address is asked about: the entries it was named for; all of them where it is the organisation's own,
        which the centre keeps, that of an account that acts for it, or one that staff named for a survey that runs.
        """
        if not email:
            return self.none()
        given = Q(submitter_email__iexact=email)
        members = Membership.objects.filter(user__email__iexact=email, user__is_active=True)
        vouched = apps.get_model("offers", "SurveyInvitation")._default_manager.filter(
            email__iexact=email, is_vouched=True, survey__status="open"
        )
        acting = Q(provider__in=members.values("organisation")) | Q(provider__in=vouched.values("organisation"))
        return self.filter(given | acting | Q(provider__email__iexact=email), provider=organisation)

    def for_cards(self) -> "OfferQuerySet":
        """All that a card shows, in a constant number of queries."""
        cards = self.select_related("provider", "offer_type").with_coming_dates()
        return cards.prefetch_related("municipalities", "languages", "topics")

    def with_coming_dates(self) -> "OfferQuerySet":
        dates = apps.get_model("offers", "OfferDate")._default_manager
        coming = dates.upcoming(timezone.now())[:COMING_DATES]
        return self.prefetch_related(Prefetch("dates", coming, to_attr="upcoming_dates"))

    def for_detail(self) -> "OfferQuerySet":
        """All that the page of an entry shows."""
        return (
            self.for_cards()
            .select_related("programme", "contact__consent", "provider__municipality", "recurrence")
            .prefetch_related("target_groups", "access_features", "opening_hours", _partners(), _pictures())
        )


def _partners() -> "Prefetch[Any]":
    """Without organisations that are not public themselves."""
    partners = apps.get_model("offers", "Partner")._default_manager.select_related("organisation")
    return Prefetch("partners", partners.filter(Q(organisation=None) | Q(organisation__status="published")))


def _pictures() -> "Prefetch[Any]":
    """Those of the entry, without what waits."""
    images = apps.get_model("offers", "OfferImage")._default_manager
    return Prefetch("images", images.shown(), to_attr="pictures")


class OfferImageQuerySet(models.QuerySet["OfferImage"]):
    def shown(self) -> "OfferImageQuerySet":
        """Part of their entries."""
        return self.filter(is_shown=True)

    def waiting(self) -> "OfferImageQuerySet":
        """Not part of their entries yet, and perhaps never."""
        return self.filter(is_shown=False)

    def incomplete(self) -> "OfferImageQuerySet":
        return self.filter(Q(alternative="") | Q(rights="") | Q(rights_confirmed_at=None))

    def visible_to_public(self, on: date) -> "OfferImageQuerySet":
        offers = apps.get_model("offers", "Offer")._default_manager
        return self.shown().filter(offer__in=offers.visible_to_public(on))


class OfferDateQuerySet(models.QuerySet["OfferDate"]):
    def upcoming(self, now: datetime) -> "OfferDateQuerySet":
        """Dates that have not ended, earliest first."""
        return self.filter(Q(starts_at__gte=now) | Q(ends_at__gte=now)).order_by("starts_at")

    def visible_to_public(self, on: date) -> "OfferDateQuerySet":
        offers = apps.get_model("offers", "Offer")._default_manager
        return self.filter(offer__in=offers.visible_to_public(on))

    def with_day(self) -> "OfferDateQuerySet":
        """Each date with its day in the portal's time zone, and all that a list of dates shows."""
        return (
            self.annotate(day=TruncDate("starts_at"))
            .select_related("offer__provider")
            .prefetch_related("offer__municipalities", "offer__topics")
        )


def known_to_staff(organisations: OrganisationQuerySet) -> OrganisationQuerySet:
    """Without those that an author only types in just now: proposed with entries of which none was sent yet."""
    entries = apps.get_model("offers", "Offer")._default_manager.filter(provider=OuterRef("pk"))
    return organisations.exclude(Exists(entries), ~Exists(entries.editable_by_staff()), status="proposed")


def counting_offers(rows: models.QuerySet[Any], on: date) -> models.QuerySet[Any]:
    """Rows that offers refer to (organisations, programmes, ...), each with `offer_count`, the public ones."""
    public = apps.get_model("offers", "Offer")._default_manager.visible_to_public(on)
    return rows.annotate(offer_count=Count("offers", filter=Q(offers__in=public)))


class LinkCheckQuerySet(models.QuerySet["LinkCheck"]):
    def broken(self) -> "LinkCheckQuerySet":
        """Addresses that failed on so many days that a person should look, the oldest trouble first."""
        return self.filter(failures__gte=self.model.BROKEN_AFTER).order_by("failing_since", "url")


class PublicMessageQuerySet(models.QuerySet[Any]):
    """Needs and hints."""

    def waiting(self) -> "PublicMessageQuerySet":
        """What nobody has worked off yet, oldest first."""
        return self.filter(status="open").order_by("received_at", "pk")

    def worked_off(self) -> "PublicMessageQuerySet":
        return self.exclude(status="open").order_by("-closed_at", "-pk")

    def closed_before(self, moment: datetime) -> "PublicMessageQuerySet":
        return self.filter(closed_at__lt=moment)


class SurveyInvitationQuerySet(models.QuerySet["SurveyInvitation"]):
    def answered(self) -> "SurveyInvitationQuerySet":
        return self.filter(answered_at__isnull=False)

    def unanswered(self) -> "SurveyInvitationQuerySet":
        return self.filter(answered_at=None)

    def open(self) -> "SurveyInvitationQuerySet":
        """Those of rounds that run, the one that ends first in front."""
        return self.filter(survey__status="open").order_by("survey__answer_by", "pk")


class CoverageSnapshotQuerySet(models.QuerySet["CoverageSnapshot"]):
    def outdated(self, before: date) -> "CoverageSnapshotQuerySet":
        """Those older than that, but for the first one of each month."""
        firsts = self.annotate(month=TruncMonth("taken_on")).order_by().values("month").annotate(first=Min("taken_on"))
        return self.filter(taken_on__lt=before).exclude(taken_on__in=firsts.values("first"))
