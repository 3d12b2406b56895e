"""A Bestandsaufnahme that runs: some have answered, one on the phone, one in part, others were reminded."""

from datetime import datetime, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from django.utils import timezone

from actors.models import Organisation
from kiportal.common.models import Centre, User
from kiportal.pages import data
from kiportal.pages.demo.content import stable_uuid
from kiportal.pages.demo.history import happened
from offers import lifecycle
from offers.models import Offer, OfferSurvey, SurveyAnswer, SurveyInvitation
from offers.surveys import asking


def load() -> None:
    for entry in data.read("demo/surveys"):
        _add(entry)


def _add(entry: dict[str, Any]) -> None:
    now, today = timezone.now(), timezone.localdate()
    opened, editor = now - timedelta(days=entry["opened_days_ago"]), User.objects.get(username="redaktion")
    survey = OfferSurvey.objects.create(
        key=stable_uuid("survey", entry["key"]),
        title=f"{entry['title']} {today.year}",
        introduction=entry["introduction"],
        answer_by=today + timedelta(days=entry["answer_in_days"]),
        created_by=editor,
    )
    with happened(opened, now):
        chosen = asking.candidates(survey).filter(kind__in=entry["kinds"])
        lifecycle.invite(survey, list(chosen.values_list("pk", flat=True)), by=editor)
        lifecycle.open_survey(survey, by=editor)
    OfferSurvey.objects.filter(pk=survey.pk).update(created_at=opened - timedelta(hours=2), opened_at=opened)
    survey.invitations.exclude(email="").update(sent_at=opened)
    for answer in entry["answers"]:
        _answer(survey, answer, editor, now)
    reminded = now - timedelta(days=entry["reminded_days_ago"])
    survey.invitations.unanswered().exclude(email="").update(reminded_at=reminded)


def _answer(survey: OfferSurvey, entry: dict[str, Any], editor: User, now: datetime) -> None:
    key = stable_uuid("organisation", entry["organisation"])
    invitation = survey.invitations.select_related("link").get(organisation=Organisation.objects.get(uuid=key))
    by = editor if "on_phone" in entry or invitation.link is None else invitation.link
    at = now - timedelta(days=entry["days_ago"])
    offers = list(_up_to_date(invitation))
    if "partly" in entry:
        offers = offers[:1]
    with happened(at, now):
        given = {offer.pk: SurveyAnswer.Outcome.CONFIRMED for offer in offers}
        lifecycle.answer_survey(invitation, given, by=by, message=entry["message"])
    SurveyInvitation.objects.filter(pk=invitation.pk).update(answered_at=at)
    Offer.objects.filter(pk__in=given).update(last_confirmed_on=timezone.localdate(at))


def _up_to_date(invitation: SurveyInvitation) -> Any:
    """Those that nobody has to confirm soon: the demo keeps its overdue entries."""
    fresh = timezone.localdate() - relativedelta(months=Centre.objects.current().freshness_months - 2)
    return asking.offers_of(invitation).filter(status=Offer.Status.PUBLISHED, last_confirmed_on__gte=fresh)
