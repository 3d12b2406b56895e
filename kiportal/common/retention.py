"""How long personal data is kept: one rule for each kind, carried out by `manage.py purge` every day.

Each room registers its rules in its own `retention.py`:

    @rule("Unbestätigte Meldungen", days=14)
    def unconfirmed_submissions(before: datetime, *, delete: bool) -> int: ...

A rule counts what is older than `before` and, with `delete=True`, erases it from every table that holds it, history
tables included.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.models.deletion import Collector
from django.utils import timezone

from kiportal.common import mail
from kiportal.common.models import AccessLink, FollowUp, Job, RateCount, User
from kiportal.common.targets import pointing_at, pointing_models

# An account without a sign-in for this long is erased, after a notice so many days before.
UNUSED = timedelta(days=730)
NOTICE_DAYS = 30


@dataclass(frozen=True)
class Rule:
    title: str
    days: int
    function: Callable[..., int]


RULES: list[Rule] = []


def rule(title: str, *, days: int) -> Callable[[Callable[..., int]], Callable[..., int]]:
    def register(function: Callable[..., int]) -> Callable[..., int]:
        RULES.append(Rule(title, days, function))
        return function

    return register


def carry_out(*, delete: bool) -> list[tuple[Rule, int]]:
    """Apply every rule and return how many records each found."""
    now = timezone.now()
    return [(entry, entry.function(now - timedelta(days=entry.days), delete=delete)) for entry in RULES]


def erase(records: models.QuerySet, *, delete: bool) -> int:
    """Count the records; with `delete` remove them with all that goes with them, in the field history, too."""
    if not delete:
        return records.count()
    with transaction.atomic():
        if keys := locked_keys(records):
            _erase(records.model._base_manager.filter(pk__in=keys))
    return len(keys)


def locked_keys(records: models.QuerySet) -> list[Any]:
    """The keys of rows that nobody changes until the transaction ends: what is confirmed just now stays out."""
    return list(records.select_for_update(of=("self",)).values_list("pk", flat=True))


def _erase(records: models.QuerySet) -> None:
    collector = Collector(using=records.db, origin=records)
    collector.collect(records)
    doomed: list[tuple[type[models.Model], list[Any]]] = [
        *((model, [row.pk for row in rows]) for model, rows in collector.data.items()),
        *((rows.model, list(rows.values_list("pk", flat=True))) for rows in collector.fast_deletes),
    ]
    for model, keys in doomed:
        for holder in _holders(model) if keys else ():
            _erase(pointing_at(holder, model).filter(target_id__in=keys))
    collector.delete()
    for model, keys in doomed:
        if (events := getattr(model, "pgh_event_model", None)) is not None:
            events._base_manager.filter(pgh_obj_id__in=keys).delete()


def _holders(model: type[models.Model]) -> list[type[models.Model]]:
    """The models whose rows may point at the model without a foreign key."""
    may_be_target = isinstance(model._meta.pk, models.IntegerField) and not model._meta.auto_created
    return pointing_models() if may_be_target else []


@rule("Geschichte gelöschter Einträge", days=30)
def history_of_deleted(before: datetime, *, delete: bool) -> int:
    """What was deleted other than by `erase` (in the admin, with its parent) leaves the field history later."""
    count = 0
    for events in apps.get_models():
        tracked = getattr(events, "pgh_tracked_model", None)
        if tracked is not None:
            living = tracked._base_manager.filter(pk=models.OuterRef("pgh_obj_id"))
            orphans = events._base_manager.filter(~models.Exists(living), pgh_created_at__lt=before)
            count += orphans.delete()[0] if delete else orphans.count()
    return count


@rule("Konten, die trotz Hinweis niemand mehr nutzt", days=NOTICE_DAYS)
def unused_accounts(before: datetime, *, delete: bool) -> int:
    """24 months without a sign-in; `remind_unused_accounts` has written to the owner in time."""
    reminded = User.objects.filter(inactivity_notice_at__lt=before)
    return erase(reminded.unused_since(timezone.now() - UNUSED), delete=delete)


@rule("Abgelaufene Links aus E-Mails", days=30)
def expired_links(before: datetime, *, delete: bool) -> int:
    links = AccessLink.objects.filter(expires_at__lt=before)
    return links.delete()[0] if delete else links.count()


@rule("Erledigte Wiedervorlagen", days=183)
def done_follow_ups(before: datetime, *, delete: bool) -> int:
    return erase(FollowUp.objects.filter(done_at__lt=before), delete=delete)


@rule("Erledigte Aufträge", days=90)
def finished_jobs(before: datetime, *, delete: bool) -> int:
    finished = Job.objects.filter(finished_at__lt=before)
    if delete:
        mail.forget(finished.values_list("pk", flat=True))
    return finished.delete()[0] if delete else finished.count()


@rule("Zähler gegen Missbrauch", days=2)
def rate_counts(before: datetime, *, delete: bool) -> int:
    counts = RateCount.objects.filter(window_start__lt=before)
    return counts.delete()[0] if delete else counts.count()
