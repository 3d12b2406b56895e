"""Who holds the posts of the profile, a grant with what belongs to it, and last year's public summary. All invented."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from dateutil.relativedelta import relativedelta
from django.utils import timezone

from actors.models import FunderNote, Municipality
from funding import lifecycle
from funding.calculation.grants import compute
from funding.calculation.periods import Period
from funding.models import (
    Assignment,
    Cost,
    Drawdown,
    FundedBy,
    FundingProgramme,
    FundingSummary,
    Grant,
    HeardBody,
    InKindContribution,
    Position,
    UseOfFundsReport,
)
from funding.overview.reading import book
from kiportal.common.models import User
from kiportal.pages import data
from kiportal.pages.demo.content import stable_uuid
from kiportal.pages.demo.history import happened

CENT = Decimal("0.01")


def load() -> None:
    rows, today = data.read("demo/funding"), timezone.localdate()
    programme = FundingProgramme.objects.get(slug="ki-foerderung")
    programme.funder_note = FunderNote.objects.order_by("pk").first()
    programme.save()
    _posts(rows, programme, today)
    _assignments(rows["people"], today)
    day = Period(today, today)
    found = book()
    yearly = compute(found.posts, found.rates, day, is_whole_year=True).computable
    grant = _grant(rows, programme, today, yearly)
    _money(rows, grant, today, yearly)
    _heard(today)
    _reports(grant, today)
    _summary(rows["summary"], today)


def _posts(rows: dict[str, Any], programme: FundingProgramme, today: date) -> None:
    """The posts of the profile, or invented ones where the sources name none; and one that the county pays."""
    start = date(today.year - 3, 1, 1)
    if not Position.objects.exists():
        for row in rows["posts"]:
            values = {name: value for name, value in row.items() if name != "id"}
            _add(Position, row["id"], starts_on=start, programme=programme, note=rows["post_note"], **values)
    _add(Position, "county", starts_on=start, note="Beispielwert.", **rows["county_post"])


def _add(model: Any, key: str, **values: Any) -> Any:
    return model.objects.create(key=stable_uuid("funding", f"{model.__name__}/{key}"), **values)


def _assignments(people: dict[str, Any], today: date) -> None:
    """Not everything is filled: the sheet has vacancies to show."""
    start = date(today.year - 2, 3, 1)
    for position in Position.objects.exclude(funded_by=FundedBy.COUNTY):
        left = position.share
        for name, share, is_head in people[position.role]:
            part = min(Decimal(share), left)
            if part:
                _add(
                    Assignment,
                    f"{position.role}/{name}",
                    position=position,
                    name=name,
                    share=part,
                    starts_on=max(start, position.starts_on),
                    is_head=is_head,
                )
                left -= part


def _grant(rows: dict[str, Any], programme: FundingProgramme, today: date, yearly: Decimal) -> Grant:
    grant: Grant = _add(
        Grant,
        "grant",
        programme=programme,
        notice_date=date(today.year - 1, 12, 1) - relativedelta(years=1),
        starts_on=date(today.year - 1, 1, 1),
        ends_on=date(today.year + 1, 12, 31),
        amount=yearly,
        is_yearly=True,
        **rows["grant"],
    )
    Position.objects.filter(funded_by=FundedBy.GRANT).update(grant=grant)
    return grant


def _money(rows: dict[str, Any], grant: Grant, today: date, yearly: Decimal) -> None:
    for days, part in rows["drawdowns"]:
        requested = max(date(today.year, 1, 1), today - timedelta(days=days))
        amount = (yearly * Decimal(part)).quantize(CENT)
        if amount:
            _add(Drawdown, part, grant=grant, requested_on=requested, received_on=requested, amount=amount)
    for year in (today.year - 1, today.year):
        for row in rows["costs"]:
            amount = (
                Decimal(row["amount"]) if "amount" in row else (yearly * Decimal(row["part_of_grant"])).quantize(CENT)
            )
            values = {name: row[name] for name in ("kind", "paid_by", "title")}
            if amount:
                linked = grant if row["paid_by"] == Cost.PaidBy.GRANT else None
                _add(Cost, f"{year}/{row['title']}", year=year, amount=amount, grant=linked, **values)
        places = list(Municipality.objects.order_by("pk"))
        for row in rows["in_kind"]:
            place = None if row["municipality"] is None else places[row["municipality"]]
            value = None if row["value"] is None else Decimal(row["value"])
            key = f"{year}/{row['title']}"
            _add(
                InKindContribution,
                key,
                year=year,
                municipality=place,
                kind=row["kind"],
                title=row["title"],
                value=value,
            )


def _heard(today: date) -> None:
    """All but the last one."""
    bodies = list(HeardBody.objects.all())
    for number, body in enumerate(bodies[:-1]):
        body.heard_on = today - timedelta(days=400 + 9 * number)
        body.save()


def _reports(grant: Grant, today: date) -> None:
    """One that is due soon, one that the authority has checked."""
    head, now = User.objects.get(username="leitung"), timezone.now()
    _add(
        UseOfFundsReport,
        "due",
        grant=grant,
        starts_on=date(today.year, 1, 1),
        ends_on=date(today.year, 12, 31),
        due_on=today + timedelta(days=24),
    )
    checked = _add(
        UseOfFundsReport,
        "checked",
        grant=grant,
        starts_on=date(today.year - 1, 1, 1),
        ends_on=date(today.year - 1, 12, 31),
        due_on=today - timedelta(days=200),
    )
    with happened(_at(now, 210), now):
        lifecycle.submit(checked, by=head, submitted_on=today - timedelta(days=210))
    with happened(_at(now, 90), now):
        lifecycle.accept(checked, by=head, accepted_on=today - timedelta(days=90))


def _summary(introduction: str, today: date) -> None:
    now = timezone.now()
    row = _add(FundingSummary, "summary", year=today.year - 1, introduction=introduction)
    with happened(_at(now, 40), now):
        lifecycle.publish(row, by=User.objects.get(username="leitung"))
    FundingSummary.objects.filter(pk=row.pk).update(published_at=_at(now, 40))


def _at(now: datetime, days: int) -> datetime:
    return now - timedelta(days=days)
