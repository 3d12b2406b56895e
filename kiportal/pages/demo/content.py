"""Organisations, offers, proposals and reports of the demo, with the histories they would have."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

import actors.lifecycle
from actors import consents
from actors.models import ContactPerson, FunderNote, Language, Membership, Municipality, Organisation
from kiportal.common import links
from kiportal.common.models import AccessLink, Consent, StatusChange, User
from kiportal.pages import data
from kiportal.pages import lifecycle as pages_lifecycle
from kiportal.pages.demo import gallery
from kiportal.pages.demo.history import happened
from kiportal.pages.demo.places import Places
from kiportal.pages.models import BarrierReport
from offers import changes, lifecycle, rows
from offers.models import Offer, OfferDate, OfferType, Programme, TargetGroup, Topic

FUNDER_NOTE = (
    "Ministerium für Kinder, Jugend, Familie, Gleichstellung, Flucht und Integration des Landes Nordrhein-Westfalen"
)
CONSENT = "Ich bin einverstanden, dass mein Name als Ansprechperson auf dieser Internetseite steht."
RECENT = 8  # days: younger entries came by the public form, older ones from the first stocktaking of the centre
WRITING = timedelta(minutes=25)
STAFF_REASON = "Aus der Bestandsaufnahme übernommen und mit dem Träger abgestimmt."
REASONS = ("Vollständig und gut verständlich.", "", "Zeiten telefonisch bestätigt.", "", "Schöne Idee, vielen Dank!")


def stable_uuid(kind: str, key: str) -> uuid.UUID:
    """The same entry has the same identifier in every installation, so that it is never loaded twice."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"https://example.org/kiportal/demo/{kind}/{key}")


def is_loaded() -> bool:
    first = data.read("demo/organisations")[0]["key"]
    return Organisation.objects.filter(uuid=stable_uuid("organisation", first)).exists()


def load(places: Places) -> None:
    _Loader(places).load()


@dataclass(frozen=True)
class _Days:
    """How many days ago each step of an entry was; `number` spreads what would else fall on one hour."""

    number: int
    sent: int
    published: int
    confirmed: int
    changed: int

    @classmethod
    def of(cls, number: int, entry: dict[str, Any]) -> "_Days":
        changed, confirmed = entry.get("status_days_ago", 0), entry.get("confirmed_days_ago", 0)
        is_new = confirmed <= RECENT or (confirmed < 60 and number % 2 == 0)
        published = confirmed if is_new else confirmed + number * 53 % 400
        before = {"submitted": changed, "changes_requested": changed + 3, "rejected": changed + 4}
        sent = before.get(entry.get("status", "published"), published + 2 + number % 3)
        return cls(number, sent, published, confirmed, changed)


class _Loader:
    def __init__(self, places: Places) -> None:
        self.places = places
        self.now = timezone.now()
        self.today = timezone.localdate()
        self.editor = User.objects.get(username="redaktion")
        self.lead = User.objects.get(username="leitung")
        self.organisations: dict[str, Organisation] = {}
        self.offers: dict[str, Offer] = {}
        self.types = {row.slug: row for row in OfferType.objects.all()}
        self.programmes = {row.slug: row for row in Programme.objects.all()}
        self.lists: dict[str, dict[str, Any]] = {
            "topics": {row.slug: row for row in Topic.objects.all()},
            "target_groups": {row.slug: row for row in TargetGroup.objects.all()},
            "languages": {row.slug: row for row in Language.objects.all()},
        }

    def load(self) -> None:
        for number, entry in enumerate(data.read("demo/organisations")):
            self._add_organisation(number, entry)
        self._join_organisations()
        for number, entry in enumerate(data.read("demo/offers")):
            self._add_offer(number, entry)
        for entry in data.read("demo/proposals"):
            self._add_proposal(entry)
        self._add_barrier_reports()
        FunderNote.objects.get_or_create(text=FUNDER_NOTE)

    def _moment(self, days_ago: int, number: int = 0) -> datetime:
        """A moment in office hours, `days_ago` before today and never in the future."""
        day = timezone.localtime(self.now) - timedelta(days=days_ago)
        return min(day.replace(hour=8 + number % 9, minute=number * 7 % 60), self.now - timedelta(minutes=number % 50))

    # Organisations

    def _add_organisation(self, number: int, entry: dict[str, Any]) -> None:
        place = self.places.at(entry["municipality"])
        organisation = Organisation(
            uuid=stable_uuid("organisation", entry["key"]),
            name=self.places.fill(entry["name"], place),
            kind=entry["kind"],
            municipality=place,
            street=self.places.fill(entry["street"], place),
            postcode=self.places.postcode(place),
            city=place.name,
            phone=entry["phone"],
            email=entry["email"],
            website=entry["website"],
            is_trusted=entry.get("trusted", False),
            description=self.places.fill(entry["description"], place),
        )
        since = self._moment(3 if entry.get("status") else 500 + number * 7, number)
        with happened(since - WRITING, self.now):
            actors.lifecycle.add(organisation, by=None if entry.get("status") else self.editor)
        if not entry.get("status"):
            with happened(since, self.now):
                actors.lifecycle.publish(organisation, by=self.lead)
        Organisation.objects.filter(pk=organisation.pk).update(created_at=since)
        self._add_contact(organisation, {"phone": entry["phone"], "email": entry["email"]} | entry["contact"])
        for member in entry.get("team", []):
            self._add_contact(organisation, member)
        self.organisations[entry["key"]] = organisation

    def _add_contact(self, organisation: Organisation, values: dict[str, str]) -> None:
        contact = ContactPerson.objects.create(organisation=organisation, **values)
        if contact.name:
            consents.record(
                contact, wording=CONSENT, channel=Consent.Channel.LETTER, given_on=self.today - timedelta(days=300)
            )

    def _join_organisations(self) -> None:
        for row in data.read("demo/accounts"):
            if key := row.get("organisation"):
                user = User.objects.get(username=row["username"])
                Membership.objects.create(user=user, organisation=self.organisations[key])

    # Offers

    def _add_offer(self, number: int, entry: dict[str, Any]) -> None:
        days = _Days.of(number, entry)
        by_form = days.sent <= RECENT + 5 or entry.get("status") == "rejected"
        offer = self._new_offer(entry, by_form=by_form)
        if by_form:
            self._send_by_form(offer, entry, days)
        else:
            self._enter_by_staff(offer, entry, days)
        self._decide(offer, entry, days)
        self._date(offer, entry, days)
        self.offers[entry["key"]] = offer

    def _new_offer(self, entry: dict[str, Any], *, by_form: bool) -> Offer:
        municipalities, place = self._places_of(entry)
        provider = self.organisations[entry["provider"]]
        attendance, project, spot = entry["attendance"], entry.get("project", {}), entry.get("place")
        cost, registration = entry["cost"], entry["registration"]

        def fill(text: str) -> str:
            return self.places.fill(text, place)

        return Offer(
            uuid=stable_uuid("offer", entry["key"]),
            kind=Offer.Kind.PROJECT if project else Offer.Kind.OFFER,
            title=fill(entry["title"]),
            summary=fill(entry["summary"]),
            description=fill(entry["description"]),
            offer_type=self.types[entry["offer_type"]],
            programme=self.programmes.get(entry.get("programme", "")),
            provider=provider,
            contact=provider.contacts.earliest("pk"),
            is_countywide=not municipalities,
            is_on_site="vor-ort" in attendance,
            is_online="online" in attendance,
            is_outreach="aufsuchend" in attendance,
            place_name=fill(spot["name"]) if spot else "",
            street=fill(spot["street"]) if spot else "",
            postcode=self.places.postcode(place) if spot else "",
            city=place.name if spot else "",
            district=spot.get("district", "") if spot else "",
            **(self.places.point(place, spot["street"]) if spot and spot.get("on_map") else {}),
            schedule=entry["schedule"],
            schedule_text=entry["schedule_text"],
            cost_kind=cost["kind"],
            cost_amount=Decimal(cost["amount"]) if "amount" in cost else None,
            cost_note=fill(cost.get("note", "")),
            registration=registration["kind"],
            registration_note=registration.get("note", ""),
            project_state=project.get("state", ""),
            project_period=project.get("period", ""),
            project_cost_range=project.get("cost_range", ""),
            funding_note=fill(entry.get("funding", "")),
            **{f"project_{part}": fill(project.get(part, "")) for part in ("goal", "steps", "needs", "results")},
            submitter_email=provider.email if by_form else "",
            **entry.get("more", {}),
            submitter_note=entry.get("note", "") if entry.get("status") == "submitted" else "",
        )

    def _places_of(self, entry: dict[str, Any]) -> tuple[list[Municipality], Municipality]:
        """The municipalities (none: the whole Kreis) and the one its address and texts speak of."""
        if entry["municipalities"] == "all":
            return [], self.places.at(entry.get("place", {}).get("municipality", "seat"))
        found = [self.places.at(index) for index in entry["municipalities"]]
        return found, found[0]

    def _fill_relations(self, offer: Offer, entry: dict[str, Any]) -> None:
        for name, known in self.lists.items():
            getattr(offer, name).add(*(known[slug] for slug in entry[name]))
        offer.municipalities.add(*self._places_of(entry)[0])
        OfferDate.objects.bulk_create(
            OfferDate(offer=offer, starts_at=start, ends_at=end) for start, end in self._dates_of(entry)
        )
        rows.write(offer, entry.get("rows", {}) | self._partners_of(entry) | self._rule_of(entry))

    def _partners_of(self, entry: dict[str, Any]) -> dict[str, Any]:
        """A partner is the key of an organisation of the demo, or a name."""
        found = []
        for role, partner in entry.get("partners", []):
            known = self.organisations.get(partner)
            found.append([role, known.pk if known else None, "" if known else partner])
        return {"partners": found}

    def _rule_of(self, entry: dict[str, Any]) -> dict[str, Any]:
        first = (self.today - timedelta(days=200)).isoformat()
        return {
            "recurrence": [
                [
                    rule["rule"],
                    first,
                    None,
                    rule["start"],
                    rule["end"],
                    rule.get("skips_school_holidays", False),
                    True,
                    [],
                ]
                for rule in entry.get("repeat", [])
            ]
        }

    def _dates_of(self, entry: dict[str, Any]) -> list[tuple[datetime, datetime]]:
        if not (rule := entry.get("dates")):
            return []
        first = self._next(rule["season"]) if "season" in rule else self.today + timedelta(days=rule["after_days"])
        first += timedelta(days=(rule["weekday"] - first.weekday()) % 7)
        days = [first + timedelta(weeks=week * rule.get("every_weeks", 1)) for week in range(rule["count"])]
        return [(_local(day, rule["start"]), _local(day, rule["end"])) for day in days]

    def _next(self, season: str) -> date:
        """The next day of the year "MM-DD", for feasts that belong to a time of the year."""
        month, day = map(int, season.split("-"))
        this_year = self.today.replace(month=month, day=day)
        return this_year if this_year > self.today else this_year.replace(year=this_year.year + 1)

    # Their history

    def _send_by_form(self, offer: Offer, entry: dict[str, Any], days: _Days) -> None:
        """The author wrote the entry without an account and confirmed the link in the mail."""
        sent = self._moment(days.sent, days.number)
        with happened(sent - WRITING, self.now):
            draft = lifecycle.start_draft(offer)
            self._fill_relations(offer, entry)
            gallery.add(offer, entry["key"], by=draft, at=sent)
            lifecycle.send(offer, by=draft)
        confirmation = AccessLink.objects.for_target(offer).get(purpose=AccessLink.Purpose.CONFIRM)
        with happened(sent, self.now):
            lifecycle.confirm_submission(offer, by=confirmation)

    def _enter_by_staff(self, offer: Offer, entry: dict[str, Any], days: _Days) -> None:
        offer.save()
        self._fill_relations(offer, entry)
        sent = self._moment(days.sent, days.number)
        gallery.add(offer, entry["key"], by=self.editor, at=sent)
        with happened(sent, self.now):
            lifecycle.submit(offer, by=self.editor)

    def _decide(self, offer: Offer, entry: dict[str, Any], days: _Days) -> None:
        """Review, and what became of the entry since. Whoever enters an offer does not publish it."""
        status, number = entry.get("status", "published"), days.number
        if status in {"published", "hidden", "archived"}:
            reviewer = self.editor if offer.submitter_email else self.lead
            reason = REASONS[number % len(REASONS)] if offer.submitter_email else STAFF_REASON
            with happened(self._moment(days.published, number), self.now):
                lifecycle.publish(offer, by=reviewer, reason=reason)
        steps: dict[str, Callable[..., StatusChange]] = {
            "changes_requested": lifecycle.request_changes,
            "rejected": lifecycle.reject,
            "hidden": lifecycle.hide,
            "archived": lifecycle.archive,
        }
        if status in steps:
            with happened(self._moment(days.changed, number), self.now):
                steps[status](offer, by=self.editor, reason=entry["note"])

    def _date(self, offer: Offer, entry: dict[str, Any], days: _Days) -> None:
        """Set the days that the steps above have written as today."""
        sent = self._moment(days.sent, days.number)
        dates: dict[str, Any] = {
            "created_at": sent - WRITING,
            "submitted_at": sent,
            "submitter_email": offer.provider.email,
        }
        if offer.published_at:
            dates["published_at"] = self._moment(days.published, days.number)
            dates["last_confirmed_on"] = self.today - timedelta(days=days.confirmed)
        if entry["schedule"] == Offer.Schedule.DATES:
            dates["valid_until"] = timezone.localdate(max(end for _, end in self._dates_of(entry)))
        Offer.objects.filter(pk=offer.pk).update(**dates)
        for name, value in dates.items():
            setattr(offer, name, value)

    # What waits for an answer

    def _add_proposal(self, entry: dict[str, Any]) -> None:
        if "offer" not in entry:
            self._add_profile_proposal(entry)
            return
        offer = self.offers[entry["offer"]]
        at = self._moment(entry["days_ago"], 3)
        with happened(at, self.now):
            by: User | AccessLink = (
                links.issue(AccessLink.Purpose.CARE, offer, offer.submitter_email)
                if entry["by"] == "link"
                else User.objects.get(username=entry["by"])
            )
            values = dict(entry["changes"])
            if picture := entry.get("picture"):
                values["images"] = [gallery.keep(offer, **picture, by=by, at=at)]
            proposed = changes.between(offer, values)
            lifecycle.propose(offer, proposed, by=by, message=entry["message"], email=offer.submitter_email)

    def _add_profile_proposal(self, entry: dict[str, Any]) -> None:
        """What an account would change about its organisation or about the first contact of it."""
        organisation = self.organisations[entry.get("organisation") or entry["contact_of"]]
        record = organisation if "organisation" in entry else organisation.contacts.with_consent().earliest("pk")
        proposed = changes.fields_of(record).between(record, entry["changes"])
        by = User.objects.get(username=entry["by"])
        with happened(self._moment(entry["days_ago"], 5), self.now):
            actors.lifecycle.propose(record, proposed, by=by, message=entry["message"])

    def _add_barrier_reports(self) -> None:
        for number, entry in enumerate(data.read("demo/barrier_reports")):
            with happened(self._moment(entry["days_ago"], number), self.now):
                report = pages_lifecycle.receive(
                    stable_uuid("barrier", str(number)),
                    page=entry["page"],
                    description=entry["description"],
                    name="",
                    email=entry["email"],
                    language="de",
                )
            if "answer" in entry:
                answered = self._moment(entry["answered_days_ago"], number)
                with happened(answered, self.now):
                    pages_lifecycle.answer(report, by=self.editor, text=entry["answer"])
                BarrierReport.objects.filter(pk=report.pk).update(answered_at=answered)


def _local(day: date, clock: str) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.fromisoformat(clock)))
