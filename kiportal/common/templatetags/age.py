"""How old something is: `{{ entry.since|age }}` gives "seit 3 Tagen", `offer|stale:12` whether it needs a new word."""

from datetime import date, datetime
from typing import Protocol

from django import template
from django.utils import timezone

register = template.Library()


class Confirmed(Protocol):
    def is_stale(self, on: date, months: int) -> bool: ...


@register.filter
def age(since: date) -> str:
    """Count calendar days in Europe/Berlin; from two weeks on whole weeks, from two months on months of 30 days."""
    day = timezone.localdate(since) if isinstance(since, datetime) else since
    days = (timezone.localdate() - day).days
    if days <= 0:
        return "seit heute"
    if days == 1:
        return "seit gestern"
    if days < 14:
        return f"seit {days} Tagen"
    return f"seit {days // 7} Wochen" if days < 60 else f"seit {days // 30} Monaten"


@register.filter
def stale(record: Confirmed, months: int) -> bool:
    """Whether the last confirmation lies more than `months` back."""
    return record.is_stale(timezone.localdate(), months)
