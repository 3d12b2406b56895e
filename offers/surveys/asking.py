"""Whom a round can ask, at which address, and about which entries."""

from collections.abc import Collection, Iterable

from django.db.models import F, Q

from actors.models import Organisation
from actors.querysets import OrganisationQuerySet
from kiportal.common.models import AccessLink, Centre, MailAddress
from kiportal.common.transitions import By
from offers import reaching
from offers.models import Offer, OfferSurvey, SurveyAnswer, SurveyInvitation
from offers.querysets import OfferQuerySet

Outcome = SurveyAnswer.Outcome


def candidates(survey: OfferSurvey) -> OrganisationQuerySet:
    """Public organisations that the round does not ask yet; the centre does not ask itself."""
    centre = Centre.objects.current()
    itself = Q(name__iexact=centre.name)
    if centre.email:
        itself |= Q(email__iexact=centre.email)
    return Organisation.objects.visible_to_public().exclude(survey_invitations__survey=survey).exclude(itself)


def addresses(organisations: Collection[int]) -> dict[int, str]:
    """Where to ask each organisation: at its own address, else its newest account's, else where its newest entry came
    from (`offers.reaching`).
    """
    found = reaching.of_organisations(organisations)
    senders = (
        Offer.objects.filter(provider__in=organisations, status=Offer.Status.PUBLISHED)
        .exclude(submitter_email="")
        .order_by(F("submitted_at").desc(nulls_last=True), "-pk")
        .values_list("provider", "submitter_email")
    )
    for pk, email in senders:
        found[pk].append(email)
    silent = reaching.silent()
    return {pk: reaching.best(emails, silent) for pk, emails in found.items()}


def silent_among(emails: Iterable[str]) -> set[str]:
    """Those of the addresses that take no mail."""
    undeliverable = MailAddress.objects.undeliverable().filter(email__in=list(emails))
    return set(undeliverable.values_list("email", flat=True))


def offers_of(invitation: SurveyInvitation, by: By | None = None) -> OfferQuerySet:
    """What the organisation is asked about: its entries that are public or were so until nobody confirmed them, and
    what it has ended in this round. An address that only sent some of them answers for those; accounts and staff for
    all. Without `by` it is what the address of the invitation is asked.
    """
    offers = Offer.objects.filter(provider=invitation.organisation_id)
    if email := invitation.email if by is None else by.email if isinstance(by, AccessLink) else "":
        offers = offers.filter(pk__in=Offer.objects.in_care_of(invitation.organisation_id, email))
    ended_here = SurveyAnswer.objects.filter(invitation=invitation, outcome=Outcome.ENDED).values("offer")
    return offers.filter(
        Q(status=Offer.Status.PUBLISHED)
        | Q(pk__in=Offer.objects.hidden_as_overdue().values("pk"))
        | Q(pk__in=ended_here, status=Offer.Status.ARCHIVED)
    ).order_by("sort_key", "pk")
