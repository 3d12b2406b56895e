"""Named reads of offers. `visible_to_public` is the one place that decides what the public sees."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from dateutil.relativedelta import relativedelta
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.aggregates import ArrayAgg
from django.db import models
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Prefetch, Q, Subquery, Sum, Value
from django.db.models.functions import TruncDate, TruncMonth
from django.utils import timezone

from actors.models import Membership, Municipality, Organisation
from actors.querysets import ContactPersonQuerySet, OrganisationQuerySet
from kiportal.common.inlined import first_with
from kiportal.common.models import AccessLink, StatusChange, User

if TYPE_CHECKING:
    from offers.models import (  # noqa: F401  (named in strings)
        CoverageSnapshot,
        DataImport,
        DataImportRow,
        LinkCheck,
        Offer,
        OfferDate,
        OfferImage,
        SavedSearch,
        SurveyInvitation,
        VainSearch,
    )


# A rule for every day fills a year: nobody reads more than these.
COMING_DATES = 30
# What else hangs on an entry: relation and model
_PARTS = {"access_features": "AccessFeature", "opening_hours": "OpeningHours", "recurrences": "Recurrence"}


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
        known = self.of_member(user).exclude(status="unconfirmed").exclude(self._with_draft_link(), status="draft")
        return known.exclude(status="draft", recorded_by__isnull=False)

    def drafts_of_accounts(self) -> "OfferQuerySet":
        """Drafts that belong to the accounts of their organisation: nobody writes them by a link, nor the centre."""
        return self.filter(~self._with_draft_link(), status="draft", recorded_by=None)

    def _with_draft_link(self) -> Exists:
        links = AccessLink.objects.filter(
            target_type=ContentType.objects.get_for_model(self.model),
            target_id=OuterRef("pk"),
            purpose=AccessLink.Purpose.DRAFT,
        )
        return Exists(links)

    def in_municipality(self, municipality: Municipality) -> "OfferQuerySet":
        """Offers there; one for the whole Kreis counts in every municipality."""
        through = self.model.municipalities.through
        local = through._default_manager.filter(offer_id=OuterRef("pk"), municipality=municipality)
        return self.filter(Q(is_countywide=True) | Exists(local))

    def known_in(self, municipality: Municipality) -> "OfferQuerySet":
        """What a Kommune may know of its place: all that was sent, whatever became of it.

        What was rejected is between its author and the centre; of two that were merged one is enough.
        """
        return self.for_staff().exclude(status="rejected").filter(merged_into=None).in_municipality(municipality)

    def due_for_confirmation(self, today: date, months: int) -> "OfferQuerySet":
        """Published entries whose last confirmation lies more than `months` back, oldest first."""
        limit = today - relativedelta(months=months)
        return self.filter(Q(last_confirmed_on=None) | Q(last_confirmed_on__lt=limit), status="published").order_by(
            models.F("last_confirmed_on").asc(nulls_first=True), "pk"
        )

    def hidden_as_overdue(self) -> "OfferQuerySet":
        """Hidden because nobody confirmed them, and for no other reason since; an edit by staff changes nothing."""
        steps = StatusChange.objects.filter(
            target_type=ContentType.objects.get_for_model(self.model), target_id=OuterRef("pk")
        ).exclude(from_status=models.F("to_status"))
        last = steps.order_by("-at", "-pk").values("verb")[:1]
        return self.filter(status="hidden").alias(last_step=Subquery(last)).filter(last_step="hide_overdue")

    def changeable(self) -> "OfferQuerySet":
        """Published, or hidden for want of a confirmation alone: who cares for an entry may propose a change."""
        hidden = self.model._default_manager.hidden_as_overdue().values("pk")
        return self.filter(Q(status="published") | Q(pk__in=hidden))

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
        return self.prefetch_related(Prefetch("dates", _coming_dates()[:COMING_DATES], to_attr="upcoming_dates"))

    def for_brochure(self) -> "OfferQuerySet":
        """All that a printed entry says, in the order of the alphabet."""
        shown = self.for_cards().select_related("contact__consent")
        return shown.prefetch_related("target_groups", "opening_hours", "recurrences").order_by("sort_key", "pk")

    def for_calendar(self) -> "OfferQuerySet":
        """All that an event in a calendar says; past dates too, because an event of a rule begins with its first."""
        return self.select_related("provider").prefetch_related("municipalities", "dates", "recurrences")

    def with_coming_date(self, now: datetime) -> "OfferQuerySet":
        """Those with a date that has not ended, the soonest first, each with it as `soonest`."""
        coming = Q(dates__starts_at__gte=now) | Q(dates__ends_at__gte=now)
        return (
            self.annotate(soonest=Min("dates__starts_at", filter=coming))
            .exclude(soonest=None)
            .order_by("soonest", "pk")
        )

    def for_detail(self) -> "OfferQuerySet":
        """All that the page of an entry shows."""
        return (
            self._with_detail()
            .with_coming_dates()
            .prefetch_related(*_PARTS, Prefetch("images", _pictures(), to_attr="pictures"))
            .prefetch_related("municipalities", "languages", "topics", "target_groups")
        )

    def page_of(self, slug: str) -> "Offer | None":
        """The same for one entry, in two queries and without what `counting.Index.attach` adds."""
        own = Q(offer=OuterRef("pk"))
        parts = {name: apps.get_model("offers", model)._default_manager.filter(own) for name, model in _PARTS.items()}
        coming = _coming_dates().filter(own)[:COMING_DATES]
        one = self._with_detail().filter(slug=slug)
        return first_with(one, upcoming_dates=coming, pictures=_pictures().filter(own), **parts)

    def _with_detail(self) -> "OfferQuerySet":
        one = self.select_related("provider__municipality", "offer_type", "programme", "contact__consent")
        return one.prefetch_related(_partners())


def _partners() -> "Prefetch[Any]":
    """Without organisations that are not public themselves."""
    partners = apps.get_model("offers", "Partner")._default_manager.select_related("organisation")
    return Prefetch("partners", partners.filter(Q(organisation=None) | Q(organisation__status="published")))


def _coming_dates() -> "OfferDateQuerySet":
    coming: OfferDateQuerySet = apps.get_model("offers", "OfferDate")._default_manager.upcoming(timezone.now())
    return coming


def _pictures() -> "OfferImageQuerySet":
    """Those of the entry, without what waits."""
    shown: OfferImageQuerySet = apps.get_model("offers", "OfferImage")._default_manager.shown()
    return shown


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

    def next_of(self, offers: Iterable[int], now: datetime) -> "OfferDateQuerySet":
        """The next date of each of these offers (keys) that has one."""
        return self.filter(offer__in=offers).upcoming(now).order_by("offer_id", "starts_at").distinct("offer_id")

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


def contacts_for_member(organisation: Organisation, user: User) -> ContactPersonQuerySet:
    """How to reach the organisation, as its people know it: without what somebody still writes by a link."""
    entries = apps.get_model("offers", "Offer")._default_manager.filter(contact=OuterRef("pk"))
    contacts = organisation.contacts.exclude(Exists(entries), ~Exists(entries.for_member(user)))
    return contacts.with_consent().order_by("function", "pk")


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

    def from_kommune(self, municipality: Municipality) -> "PublicMessageQuerySet":
        """What accounts of a Kommune wrote for it, the newest first."""
        kind = Organisation.Kind.MUNICIPALITY
        written = self.filter(by_organisation__municipality=municipality, by_organisation__kind=kind)
        return written.order_by("-received_at", "-pk")


class SurveyInvitationQuerySet(models.QuerySet["SurveyInvitation"]):
    def answered(self) -> "SurveyInvitationQuerySet":
        return self.filter(answered_at__isnull=False)

    def unanswered(self) -> "SurveyInvitationQuerySet":
        """Those who owe a word still: about all of their entries, or about some."""
        return self.filter(Q(answered_at=None) | Exists(_open_answers()))

    def complete(self) -> "SurveyInvitationQuerySet":
        return self.answered().exclude(Exists(_open_answers()))

    def open(self) -> "SurveyInvitationQuerySet":
        """Those of rounds that run, the one that ends first in front."""
        return self.filter(survey__status="open").order_by("survey__answer_by", "pk")


def _open_answers() -> models.QuerySet[Any]:
    """Entries of an invitation without an answer, or with a change that was only announced."""
    answers = apps.get_model("offers", "SurveyAnswer")._default_manager
    return answers.filter(invitation=OuterRef("pk"), outcome__in=["offen", "zu-aendern"])


class SavedSearchQuerySet(models.QuerySet["SavedSearch"]):
    def active(self) -> "SavedSearchQuerySet":
        return self.filter(status="active")

    def confirmed(self) -> "SavedSearchQuerySet":
        return self.exclude(status="unconfirmed")

    def reachable(self) -> "SavedSearchQuerySet":
        """Without those whose address takes no mail."""
        addresses = apps.get_model("common", "MailAddress")._default_manager.undeliverable()
        return self.exclude(email__in=addresses.order_by().values("email"))

    def due(self, on: date) -> "SavedSearchQuerySet":
        """Those that look for something new on that day, the longest waiting first."""
        return self.active().reachable().filter(next_on__lte=on).order_by("next_on", "pk")

    def to_ask(self, on: date) -> "SavedSearchQuerySet":
        """Those of which nobody has said for a year that they are still wanted."""
        return self.confirmed().reachable().filter(wanted_on__lte=on - relativedelta(years=1), asked_on=None)


class VainSearchQuerySet(models.QuerySet["VainSearch"]):
    def since(self, day: date) -> "VainSearchQuerySet":
        """What staff want to see from that day on."""
        hidden = apps.get_model("offers", "HiddenWords")._default_manager.order_by().values("words")
        return self.filter(day__gte=day).exclude(words__in=hidden)

    def by_words(self) -> "models.QuerySet[VainSearch, dict[str, Any]]":
        """{words, typed, total, last, places} of every search, the most frequent first; `places` are slugs."""
        places = ArrayAgg("municipality", filter=~Q(municipality=""), distinct=True, default=Value([]))
        spellings = ArrayAgg("typed", order_by=["-day", "-counted_at"])
        rows = self.order_by().values("words").annotate(total=Sum("number"), last=Max("day"), places=places)
        return rows.annotate(spellings=spellings).annotate(typed=F("spellings__0")).order_by("-total", "words")

    def spelling(self, words: str) -> str:
        """As somebody typed these words last."""
        rows = self.filter(words=words).order_by("-day", "-counted_at")
        return rows.values_list("typed", flat=True).first() or words

    def different_words(self) -> int:
        return self.order_by().values("words").distinct().count()


class DataImportQuerySet(models.QuerySet["DataImport"]):
    def unfinished(self) -> "DataImportQuerySet":
        """Those whose file is still there, because nobody has imported it."""
        return self.filter(status__in=["reading", "mapping", "ready", "failed"])

    def last_done(self) -> "DataImport | None":
        """The last one that was imported, unless it was taken back."""
        return self.filter(status="imported").order_by("-imported_at", "-pk").first()


class DataImportRowQuerySet(models.QuerySet["DataImportRow"]):
    def undecided(self) -> "DataImportRowQuerySet":
        """Those that mean a record we have, perhaps, and nobody has said so yet."""
        return self.filter(match="offen").exclude(outcome__in=["fehler", "ohne", "doppelt"])


class CoverageSnapshotQuerySet(models.QuerySet["CoverageSnapshot"]):
    def outdated(self, before: date) -> "CoverageSnapshotQuerySet":
        """Those older than that, but for the first one of each month."""
        firsts = self.annotate(month=TruncMonth("taken_on")).order_by().values("month").annotate(first=Min("taken_on"))
        return self.filter(taken_on__lt=before).exclude(taken_on__in=firsts.values("first"))
