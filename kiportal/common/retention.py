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

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone

from kiportal.common.models import AccessLink, ChangeProposal, Job, RateCount, StatusChange


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
    """Count the records; with `delete` remove them, what points at them generically, and their history."""
    keys = list(records.values_list("pk", flat=True))
    if not delete or not keys:
        return len(keys)
    content_type = ContentType.objects.get_for_model(records.model)
    for model in (StatusChange, ChangeProposal, AccessLink):
        model._default_manager.filter(target_type=content_type, target_id__in=keys).delete()
    records.model._default_manager.filter(pk__in=keys).delete()
    events = getattr(records.model, "pgh_event_model", None)
    if events is not None:
        events.objects.filter(pgh_obj_id__in=keys).delete()
    return len(keys)


@rule("Abgelaufene Links aus E-Mails", days=30)
def expired_links(before: datetime, *, delete: bool) -> int:
    links = AccessLink.objects.filter(expires_at__lt=before)
    return links.delete()[0] if delete else links.count()


@rule("Erledigte Aufträge", days=90)
def finished_jobs(before: datetime, *, delete: bool) -> int:
    finished = Job.objects.filter(finished_at__lt=before)
    return finished.delete()[0] if delete else finished.count()


@rule("Zähler gegen Missbrauch", days=2)
def rate_counts(before: datetime, *, delete: bool) -> int:
    counts = RateCount.objects.filter(window_start__lt=before)
    return counts.delete()[0] if delete else counts.count()
