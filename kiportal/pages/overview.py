"""What the workspace's first page tells: what is due today, and the numbers of the last weeks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, QuerySet
from django.db.models.functions import TruncWeek
from django.urls import reverse
from django.utils import timezone

from concepts.models import ConceptVersion, FocusPeriod, Measure, MeasureStep
from funding.models import UseOfFundsReport
from funding.permissions import can_manage_funding
from kiportal.common import followed, roles
from kiportal.common.models import Centre, FollowUp, Job, StatusChange, User
from kiportal.pages.models import BarrierReport
from offers import counting, coverage, school_holidays
from offers.models import Hint, Need, Offer, OfferSurvey, VainSearch
from offers.review import queue
from offers.upkeep import board, link_checks, recordings

AT_MOST = 7
# So that many entries of one kind do not hide the others.
OF_ONE_KIND = 3
# Of what is somebody's own in the queue; what is for everybody still finds room.
OWN = 5
WEEKS = 8
VAIN_DAYS = 30
# So long before its day a Verwendungsnachweis is work for today.
REPORT_AHEAD = timedelta(days=30)


@dataclass(frozen=True)
class Task:
    since: date
    kind: str
    icon: str
    title: str
    note: str
    url: str
    # Assigned to the person who reads it.
    is_own: bool = False


def due_today(user: User, centre: Centre) -> list[Task]:
    """Return what waits for this person, first what is assigned to them, then the oldest: at most seven tasks, at most
    three of a kind that are for everybody. What a colleague has taken is left out.
    """
    tasks: list[Task] = []
    if user.has_perm("offers.review_offer"):
        tasks += [*_school_holidays(), *_follow_ups(user), *_review(user), *_stale(centre.freshness_months)]
    if user.has_perm("offers.answer_hint"):
        tasks += _feedback()
    if user.has_perm("offers.run_offersurvey"):
        tasks += _surveys()
    if user.has_perm("offers.add_offer"):
        tasks += _recorded()
    if user.has_perm("concepts.change_measure"):
        tasks += [*_steps(), *_periods()]
    if user.has_perm("pages.answer_barrierreport"):
        tasks += _barriers()
    if can_manage_funding(user):
        tasks += _use_reports()
    if user.has_perm("common.view_job"):
        tasks += _failed_jobs()
    return sorted(tasks, key=lambda task: (not task.is_own, task.since))[:AT_MOST]


def _review(user: User) -> Iterable[Task]:
    waiting = queue.waiting()
    own = [entry for entry in waiting if entry.assignee == user][:OWN]
    free = [entry for entry in waiting if entry.assignee is None][:OF_ONE_KIND]
    for entry in (*own, *free):
        since, is_own = timezone.localdate(entry.since), entry.assignee is not None
        yield Task(since, "Prüfung", "inbox", entry.title, entry.provider, entry.url, is_own)


def _school_holidays() -> Iterable[Task]:
    """While holidays of the coming year are missing, offers have dates in them."""
    if gaps := school_holidays.gaps(timezone.localdate()):
        title, note = "Schulferien eintragen", f"es fehlen: {', '.join(gap.name for gap in gaps)}"
        yield Task(gaps[0].since, "Termine", "calendar", title, note, reverse("offers:holiday_list"))


def _follow_ups(user: User) -> Iterable[Task]:
    due = FollowUp.objects.due(timezone.localdate()).concerning(user)
    for row in followed.with_records(due[:OF_ONE_KIND]):
        is_own = row.entry.for_user_id == user.pk
        yield Task(row.entry.due_on, "Wiedervorlage", "clock", row.entry.note, row.title, row.url, is_own)


def _stale(months: int) -> Iterable[Task]:
    stale = Offer.objects.due_for_confirmation(timezone.localdate(), months).select_related("provider")
    for offer in stale[:OF_ONE_KIND]:
        confirmed = offer.last_confirmed_on or timezone.localdate(offer.published_at)
        yield Task(
            since=confirmed + relativedelta(months=months),
            kind="Aktualität",
            icon="clock",
            title=offer.title,
            note=f"{offer.provider}, zuletzt bestätigt am {confirmed:%d.%m.%Y}",
            url=reverse("offers:staff_offer_detail", args=[offer.pk]),
        )


def _recorded() -> Iterable[Task]:
    """What was written down for a Verein that has not answered for two weeks."""
    for offer in recordings.overdue(timezone.localdate())[:OF_ONE_KIND]:
        since, note = timezone.localdate(offer.created_at), f"{offer.provider} hat noch nicht bestätigt"
        yield Task(since, "Erfasst", "phone", offer.title, note, reverse("offers:recording_edit", args=[offer.pk]))


def _feedback() -> Iterable[Task]:
    """What somebody found wrong or missing and nobody has answered."""
    for hint in Hint.objects.waiting().select_related("offer", "organisation")[:OF_ONE_KIND]:
        since, note = timezone.localdate(hint.received_at), hint.get_kind_display()
        yield Task(since, "Hinweis", "flag", str(hint.about), note, hint.get_absolute_url())
    for need in Need.objects.waiting().select_related("topic", "municipality")[:OF_ONE_KIND]:
        words = [str(part) for part in (need.topic, need.municipality) if part]
        since, title = timezone.localdate(need.received_at), "Hier fehlt ein Angebot"
        yield Task(since, "Lücke", "target", title, ", ".join(words) or str(need), need.get_absolute_url())


def _barriers() -> Iterable[Task]:
    for report in BarrierReport.objects.unanswered()[:OF_ONE_KIND]:
        note = f"Antwort bis {report.due_on:%d.%m.%Y}"
        since, title = timezone.localdate(report.received_at), f"Meldung {report}"
        yield Task(since, "Barriere", "accessibility", title, note, report.get_absolute_url())


def _surveys() -> Iterable[Task]:
    """Rounds whose time is over and that nobody has closed."""
    late = OfferSurvey.objects.filter(status=OfferSurvey.Status.OPEN, answer_by__lt=timezone.localdate())
    for survey in late.order_by("answer_by")[:OF_ONE_KIND]:
        note = f"Frist endete am {survey.answer_by:%d.%m.%Y}"
        yield Task(survey.answer_by, "Bestandsaufnahme", "chart", survey.title, note, survey.get_absolute_url())


def due_reports() -> QuerySet[UseOfFundsReport]:
    """Verwendungsnachweise that are due within a month or should have been handed in."""
    return UseOfFundsReport.objects.due_by(timezone.localdate() + REPORT_AHEAD)


def _use_reports() -> Iterable[Task]:
    for report in due_reports()[:OF_ONE_KIND]:
        note = f"{report.grant.programme}, fällig am {report.due_on:%d.%m.%Y}"
        yield Task(report.due_on - REPORT_AHEAD, "Nachweis", "euro", str(report), note, report.get_absolute_url())


def _steps() -> Iterable[Task]:
    """Steps of measures at work whose day is over."""
    for step in MeasureStep.objects.overdue(timezone.localdate()).select_related("measure")[:OF_ONE_KIND]:
        since, note = step.due_on or timezone.localdate(), f"{step.measure}, fällig am {step.due_on:%d.%m.%Y}"
        yield Task(since, "Maßnahme", "target", step.text, note, step.measure.get_absolute_url())


def _periods() -> Iterable[Task]:
    """Focus periods that are over, and of which nobody has said what was reached."""
    for period in FocusPeriod.objects.to_be_ended(timezone.localdate())[:OF_ONE_KIND]:
        note = f"endete am {period.ends_on:%d.%m.%Y}, noch nicht ausgewertet"
        yield Task(period.ends_on, "Schwerpunkte", "flag", period.title, note, period.get_absolute_url())


def _failed_jobs() -> Iterable[Task]:
    for job in Job.objects.filter(state=Job.State.FAILED).order_by("finished_at")[:OF_ONE_KIND]:
        since = timezone.localdate(job.finished_at or job.created_at)
        yield Task(since, "Auftrag", "job", str(job), "fehlgeschlagen", job.get_absolute_url())


@dataclass(frozen=True)
class Figures:
    waiting: int
    published: int
    stale: int
    recorded: int
    undeliverable: int
    broken_links: int
    feedback: int
    vain_words: int
    barriers: int
    failed_jobs: int
    running_jobs: int
    concept_drafts: int
    missing_pdfs: int
    running_measures: int
    late_steps: int
    white_spots: int


def figures(centre: Centre, waiting: int) -> Figures:
    """`waiting` is the length of the queue, which the navigation shows, too."""
    today = timezone.localdate()
    return Figures(
        waiting=waiting,
        published=Offer.objects.visible_to_public(today).count(),
        stale=Offer.objects.due_for_confirmation(today, centre.freshness_months).count(),
        recorded=recordings.overdue(today).count(),
        undeliverable=len(board.undeliverable()),
        broken_links=len(link_checks.broken(today)),
        feedback=Hint.objects.waiting().count() + Need.objects.waiting().count(),
        vain_words=VainSearch.objects.since(today - timedelta(days=VAIN_DAYS - 1)).different_words(),
        barriers=BarrierReport.objects.unanswered().count(),
        failed_jobs=Job.objects.filter(state=Job.State.FAILED).count(),
        running_jobs=Job.objects.filter(state=Job.State.RUNNING).count(),
        concept_drafts=ConceptVersion.objects.drafts().count(),
        missing_pdfs=ConceptVersion.objects.finished().filter(pdf=None).count(),
        running_measures=Measure.objects.filter(status=Measure.Status.RUNNING).count(),
        late_steps=MeasureStep.objects.overdue(today).count(),
        white_spots=_white_spots(today),
    )


def _white_spots(today: date) -> int:
    """How many topics have no offer in how many municipalities, as the page shows it first."""
    index = counting.current()
    return sum(1 for _spot in coverage.matrix(index, index.visible(today), "kommune", "thema").gaps())


@dataclass(frozen=True)
class Weeks:
    """(label of the week, number) for each of the last weeks, the current one last."""

    submitted: list[tuple[str, int]]
    published: list[tuple[str, int]]


def weeks() -> Weeks:
    today = timezone.localdate()
    this_week = today - timedelta(days=today.weekday())
    mondays = [this_week - timedelta(weeks=number) for number in reversed(range(WEEKS))]
    rows = (
        StatusChange.objects.filter(
            target_type=ContentType.objects.get_for_model(Offer),
            verb__in=["submit", "confirm_submission", "publish"],
            at__date__gte=mondays[0],
        )
        .order_by()
        .annotate(week=TruncWeek("at"))
        .values_list("week", "verb")
        .annotate(Count("pk"))
    )
    submitted, published = dict.fromkeys(mondays, 0), dict.fromkeys(mondays, 0)
    for week, verb, number in rows:
        (published if verb == "publish" else submitted)[timezone.localdate(week)] += number
    return Weeks(*([(f"ab {day:%d.%m.}", number) for day, number in each.items()] for each in (submitted, published)))


def accounts() -> list[tuple[str, int]]:
    """How many active accounts each role has."""
    counts = dict(
        User.objects.filter(is_active=True).order_by().values_list("groups__name").annotate(Count("pk", distinct=True))
    )
    return [(label, counts.get(role, 0)) for role, label in roles.ROLE_NAMES.items()]
