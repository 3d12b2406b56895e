"""What the sheet and the what-if page are asked by their address."""

from datetime import date
from decimal import Decimal
from itertools import batched
from typing import Any

from django import forms
from django.utils import timezone

from funding.calculation import words
from funding.calculation.periods import Period, year
from funding.calculation.staffing import RATED
from funding.calculation.values import Post, Rate
from funding.forms.base import GermanDecimalField, MoneyField
from funding.models.choices import Role
from funding.overview.sheet import Time
from kiportal.common.widgets import DateInput

FIRST_YEAR, LAST_YEAR = 2012, 2099


class TimeForm(forms.Form):
    """A year, or a day instead. What makes no sense falls back to this year, with a sentence."""

    jahr = forms.IntegerField(label="Jahr", min_value=FIRST_YEAR, max_value=LAST_YEAR, required=False)
    stichtag = forms.DateField(label="oder Stichtag", widget=DateInput(), required=False)
    mark_optional = False

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        today = timezone.localdate()
        super().__init__(data or {"jahr": str(today.year)}, **kwargs)

    def clean_stichtag(self) -> date | None:
        day: date | None = self.cleaned_data["stichtag"]
        if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise forms.ValidationError(f"Bitte wählen Sie einen Tag ab {FIRST_YEAR}.")
        return day

    @property
    def time(self) -> Time:
        given = self.cleaned_data if self.is_valid() else {}
        if day := given.get("stichtag"):
            return Time(Period(day, day))
        return Time(year(given.get("jahr") or timezone.localdate().year))


class WhatIfForm(forms.Form):
    """Other shares, further posts, other rates. What the address leaves out is as it is; nothing of it is stored."""

    mark_optional = False

    def __init__(self, data: Any = None, *, posts: list[Post], rates: list[Rate]) -> None:
        super().__init__()
        rates = sorted(rates, key=lambda rate: (rate.programme_name, list(Role).index(Role(rate.role))))
        several = len({rate.programme for rate in rates}) > 1
        for post in posts:
            self.fields[f"stelle-{post.key}"] = _number(f"{post.title} ({post.role_label})", post.share)
        for role in RATED:
            self.fields[f"neu-{role.value}"] = _number(str(role.label), Decimal(0))
        for rate in rates:
            label = str(Role(rate.role).label) + (f", {rate.programme_name}" if several else "")
            if rate.amount is not None:
                self.fields[f"betrag-{rate.key}"] = MoneyField(
                    label=f"{label}: Euro im Jahr für {words.posts(rate.per_fte)}",
                    initial=rate.amount,
                    max_digits=10,
                    decimal_places=2,
                    min_value=Decimal(0),
                    required=False,
                )
            self.fields[f"grenze-{rate.key}"] = _number(f"{label}: höchstens Stellen", rate.max_fte)
        keys = [f"stelle-{post.key}" for post in posts]
        self.fieldsets = [
            ("Stellen", list(batched(keys, 2)), "0 lässt eine Stelle weg."),
            ("Weitere Stellen", [tuple(f"neu-{role.value}" for role in RATED)]),
            ("Fördersätze", [(f"betrag-{rate.key}", f"grenze-{rate.key}") for rate in rates]),
        ]
        if data:
            as_it_is = {name: field.prepare_value(field.initial) for name, field in self.fields.items()}
            self.data = {name: "" if value is None else value for name, value in as_it_is.items()} | data.dict()
            self.is_bound = True

    def given(self, prefix: str) -> dict[Any, Decimal]:
        """What was typed for posts, further posts, amounts or limits, by key."""
        found = {
            name.removeprefix(prefix): value for name, value in self.cleaned_data.items() if name.startswith(prefix)
        }
        return {int(name) if name.isdigit() else name: value for name, value in found.items() if value is not None}


def _number(label: str, initial: Decimal | None) -> GermanDecimalField:
    return GermanDecimalField(
        label=label, initial=initial, max_digits=5, decimal_places=2, min_value=Decimal(0), required=False
    )
