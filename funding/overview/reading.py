"""Rows of the database as the values that `calculation` reckons with: the same number of queries, however many rows."""

from dataclasses import dataclass

from funding.calculation.values import Filling, Post, Rate
from funding.models import Assignment, FundingRate, Position


@dataclass(frozen=True)
class Book:
    """All posts, who holds them (without names) and all rates."""

    posts: tuple[Post, ...]
    fillings: tuple[Filling, ...]
    rates: tuple[Rate, ...]


def book() -> Book:
    return Book(
        tuple(map(as_post, Position.objects.in_order())),
        tuple(
            Filling(*row)
            for row in Assignment.objects.order_by("pk").values_list("position_id", "share", "starts_on", "ends_on")
        ),
        tuple(map(as_rate, FundingRate.objects.select_related("programme").order_by("starts_on", "role", "pk"))),
    )


def as_post(position: Position) -> Post:
    return Post(
        key=position.pk,
        title=position.title,
        role=position.role,
        funded_by=position.funded_by,
        share=position.share,
        first=position.starts_on,
        last=position.ends_on,
        programme=position.programme_id,
        is_inferred=position.is_inferred,
    )


def as_rate(rate: FundingRate) -> Rate:
    return Rate(
        key=rate.pk,
        programme=rate.programme_id,
        programme_name=rate.programme.name,
        role=rate.role,
        amount=rate.amount,
        first=rate.starts_on,
        last=rate.ends_on,
        per_fte=rate.per_fte,
        max_fte=rate.max_fte,
        is_by_months=rate.proration == FundingRate.Proration.MONTHS,
        own_share_percent=rate.own_share_percent,
        basis=rate.basis,
        source=rate.source,
        source_url=rate.source_url,
        not_eligible=rate.not_eligible,
        is_inferred=rate.is_inferred,
        note=rate.note,
    )
