"""The demo's measures: two focus periods, one that has ended and one that runs, and a pool from which they come."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import cycle
from typing import Any
from uuid import UUID

from django.utils import timezone

from actors.models import Organisation
from concepts import lifecycle
from concepts.models import (
    ActionArea,
    ConceptVersion,
    FocusPeriod,
    Measure,
    MeasureStep,
    Selection,
    WorkFocus,
)
from kiportal.common.models import User
from kiportal.pages import data
from kiportal.pages.demo.content import stable_uuid
from kiportal.pages.demo.history import happened
from kiportal.pages.demo.places import Places
from offers.models import Need, Offer, TargetGroup, Topic

_S = Measure.Status


def load(places: Places) -> None:
    _Loader(places).load()


class _Loader:
    def __init__(self, places: Places) -> None:
        self.places = places
        self.plan = data.read("demo/measures")
        self.now, self.today = timezone.now(), timezone.localdate()
        self.editor = User.objects.get(username="redaktion")
        self.lead = User.objects.get(username="leitung")
        self.areas = self._areas_of_themes()
        self.measures: dict[str, Measure] = {}
        self.focuses: dict[tuple[str, str], WorkFocus] = {}

    def load(self) -> None:
        self._add_measures()
        past, current = (self._add_period(entry) for entry in self.plan["periods"])
        self._go_through(self.plan["periods"][0], "past", past)
        self._end(self.plan["periods"][0], past)
        self._go_through(self.plan["periods"][1], "current", current)
        self._finish_stories()

    # Handlungsfelder

    def _areas_of_themes(self) -> dict[str, UUID]:
        """{theme: the Handlungsfeld that describes it} of the integration concept; empty where there is none."""
        profile = self.places.profile
        if profile is None:
            return {}
        themes = data.read("demo/concept")["themes"][profile["slug"]]
        row = next(row for row in profile["concepts"] if row["kind"] == "integrationskonzept")
        versions = ConceptVersion.objects.filter(concept__slug=row["slug"]).order_by("number")
        areas = dict(ActionArea.objects.filter(version=versions.first()).values_list("title", "uuid"))
        by_key = {area["key"]: areas[area["title"]] for area in row["action_areas"]}
        return {theme: by_key[key] for key, names in themes.items() for theme in names if key in by_key}

    def _area(self, themes: list[str]) -> UUID | None:
        return next((self.areas[theme] for theme in themes if theme in self.areas), None)

    # Measures

    def _add_measures(self) -> None:
        written = self._day(-1100)
        for entry in self.plan["measures"]:
            measure = lifecycle.add_measure(
                Measure(
                    uuid=stable_uuid("measure", entry["key"]),
                    title=entry["title"],
                    action_area=self._area(entry["themes"]),
                    situation=entry["situation"],
                    goal=entry["goal"],
                    lead_office=entry["lead"],
                    delegated_to=entry.get("delegated_to", ""),
                    delegated_contact=entry.get("delegated_contact", ""),
                    cost_amount=Decimal(entry["cost"]) if "cost" in entry else None,
                    origin=entry.get("origin", Measure.Origin.PAPER),
                    origin_note=entry.get("origin_note", ""),
                    starts_on=self._period_of(entry, "begins_days_ago"),
                )
            )
            measure.target_groups.set(TargetGroup.objects.filter(slug__in=entry["groups"]))
            measure.municipalities.set({self.places.at(index) for index in entry.get("places", ())})
            keys = [stable_uuid("organisation", key) for key in entry.get("partners", ())]
            measure.partners.set(Organisation.objects.filter(uuid__in=keys))
            offers = [stable_uuid("offer", key) for key in entry.get("offers", ())]
            measure.offers.set(Offer.objects.filter(uuid__in=offers, status=Offer.Status.PUBLISHED))
            self._add_parts(measure, entry)
            Measure.objects.filter(pk=measure.pk).update(created_at=self._moment(written))
            self.measures[entry["key"]] = measure
        self._fill_empty_areas()
        needs = list(Need.objects.filter(status=Need.Status.NOTED).order_by("pk")[:2])
        self.measures["anerkennung"].needs.set(needs)

    def _fill_empty_areas(self) -> None:
        """Every Handlungsfeld has a measure: those that fit into none of a Kreis go where nothing is yet."""
        used = {measure.action_area for measure in self.measures.values()}
        empty = [uuid for uuid in dict.fromkeys(self.areas.values()) if uuid not in used]
        proposed = [m for m in self.measures.values() if m.action_area is None]
        for measure, uuid in zip(proposed, cycle(empty or list(dict.fromkeys(self.areas.values()))), strict=False):
            Measure.objects.filter(pk=measure.pk).update(action_area=uuid)

    def _period_of(self, entry: dict[str, Any], name: str) -> date | None:
        for period in self.plan["periods"]:
            if period["key"] in entry:
                return self._day(-period[name])
        return None

    def _add_parts(self, measure: Measure, entry: dict[str, Any]) -> None:
        MeasureStep.objects.bulk_create(
            MeasureStep(measure=measure, sort_order=place, text=text, due_on=self._day(due), done_on=self._day(done))
            for place, (text, due, done) in enumerate(entry["steps"], start=1)
        )
        for place, (name, unit, direction, target, target_on, counts) in enumerate(entry["indicators"], start=1):
            indicator = measure.indicators.create(
                sort_order=place,
                name=name,
                unit=unit,
                direction=direction,
                target=target,
                target_on=self._day(target_on),
            )
            for day, value in counts:
                indicator.values.create(counted_on=self._day(day), value=value)
        for place, (day, text, is_public) in enumerate(entry["notes"]):
            measure.notes.create(
                key=stable_uuid("note", f"{entry['key']}/{place}"),
                reported_on=self._day(day),
                text=text,
                is_public=is_public,
                created_by=self.editor,
            )

    # Periods

    def _add_period(self, entry: dict[str, Any]) -> FocusPeriod:
        begin = self._day(-entry["begins_days_ago"])
        period = FocusPeriod.objects.create(
            key=stable_uuid("period", entry["key"]),
            title=entry["title"],
            starts_on=begin,
            ends_on=begin + timedelta(days=entry["days"]),
            reason=entry["reason"],
            version=ConceptVersion.objects.in_force().first() if entry["key"] == "current" else None,
        )
        for place, row in enumerate(entry["focuses"]):
            self.focuses[entry["key"], row["key"]] = WorkFocus.objects.create(
                key=stable_uuid("focus", f"{entry['key']}/{row['key']}"),
                period=period,
                sort_order=place,
                title=row["title"],
                topic=Topic.objects.filter(slug=row.get("topic", "")).first(),
                target_group=TargetGroup.objects.filter(slug=row.get("target_group", "")).first(),
                action_area=self._area([row["theme"]]),
                reason=row["reason"],
                decision_note=row["decision_note"],
            )
        return period

    def _go_through(self, plan: dict[str, Any], key: str, period: FocusPeriod) -> None:
        """Choose, decide, begin: each at its time."""
        decided = self._day(-plan["decided_days_ago"])
        chosen = [entry for entry in self.plan["measures"] if key in entry]
        for entry in chosen:
            measure = self.measures[entry["key"]]
            measure.refresh_from_db()
            if period.selections.filter(measure=measure).exists():
                continue
            with self._on(decided - timedelta(days=10)):
                lifecycle.select_measure(measure, by=self.editor, focus=self.focuses[key, entry[key]])
        Selection.objects.filter(period=period).update(selected_on=decided - timedelta(days=10))
        with self._on(decided):
            lifecycle.decide_period(
                period,
                by=self.lead,
                decided_by="Kreistag",
                decided_on=decided,
                paper_number=f"{decided:%j}/{decided:%Y}",
            )
        for entry in chosen:
            measure = self.measures[entry["key"]]
            measure.refresh_from_db()
            begun = any(done is not None for _text, _due, done in entry["steps"])
            if measure.status == _S.SELECTED and begun:
                with self._on(period.starts_on + timedelta(days=20)):
                    lifecycle.start_measure(measure, by=self.editor)

    def _end(self, plan: dict[str, Any], period: FocusPeriod) -> None:
        """What was done is done before the end; the rest goes where the demo wants it."""
        rest, focuses = {}, {}
        for entry in self.plan["measures"]:
            if "past" not in entry:
                continue
            measure = self.measures[entry["key"]]
            measure.refresh_from_db()
            if entry["status"] == _S.DONE:
                with self._on(period.ends_on - timedelta(days=30)):
                    lifecycle.finish_measure(measure, by=self.editor)
            elif "current" in entry:
                focus = self.focuses["current", entry["current"]]
                rest[measure.pk], focuses[focus.pk] = str(focus.pk), focus
            else:
                rest[measure.pk] = lifecycle.POOL
        ended = self._day(-plan["ended_days_ago"])
        with self._on(ended):
            lifecycle.end_period(period, by=self.lead, summary=plan["summary"], rest=rest, focuses=focuses)
        FocusPeriod.objects.filter(pk=period.pk).update(ended_on=ended)

    def _finish_stories(self) -> None:
        """What runs elsewhere, what was put back or given up."""
        for entry in self.plan["measures"]:
            measure = self.measures[entry["key"]]
            measure.refresh_from_db()
            with self._on(self._day(-95)):
                if entry["status"] == _S.RUNNING and measure.status in {_S.PROPOSED, _S.SELECTED}:
                    lifecycle.start_measure(measure, by=self.editor)
                elif entry["status"] == _S.POSTPONED and measure.status == _S.PROPOSED:
                    lifecycle.postpone_measure(measure, by=self.editor, reason="Erst nach den laufenden Schwerpunkten.")
                elif entry["status"] == _S.DROPPED:
                    lifecycle.drop_measure(measure, by=self.editor, reason=entry["reason"])

    # Days

    def _day(self, days: int | None) -> Any:
        return None if days is None else self.today + timedelta(days=days)

    def _moment(self, day: date) -> datetime:
        return timezone.make_aware(datetime.combine(day, time(9, 40)))

    def _on(self, day: date) -> Any:
        return happened(self._moment(day), self.now)
