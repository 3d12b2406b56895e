"""Every step of a version from every status by every role, and what follows from a step."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from actors.models import FunderNote
from concepts import changes, lifecycle
from concepts.lifecycle import VERSION
from concepts.models import ConceptVersion
from concepts.permissions import readable_versions
from kiportal.common.models import Job, StatusChange, User
from kiportal.common.transitions import SomebodyWasFaster, TransitionError, apply, possible
from tests import factories
from tests.concepts.factories import freeze, make_concept, make_image, make_section
from tests.concurrency import Thread, at_once

pytestmark = pytest.mark.django_db
S = ConceptVersion.Status
TODAY = date(2026, 11, 22)

# DESIGN 4, word for word: (from, verb) -> to. Nothing else.
FROM_FROZEN_ON = (S.FROZEN, S.COMMITTEE, S.ADOPTED, S.SUPERSEDED)
STEPS = {
    (S.DRAFT, "freeze"): S.FROZEN,
    (S.FROZEN, "forward"): S.COMMITTEE,
    (S.COMMITTEE, "adopt"): S.ADOPTED,
    (S.ADOPTED, "supersede"): S.SUPERSEDED,
    **{(status, "publish"): status for status in FROM_FROZEN_ON},
    **{(status, "withdraw"): status for status in FROM_FROZEN_ON},
}
MAY = {verb: {"lead"} for verb in VERSION} | {"freeze": {"editor", "lead"}}


def make(status: str = S.FROZEN, title: str = "Integrationskonzept", **values: Any) -> ConceptVersion:
    version = make_concept(title)
    make_section(version, "Einleitung")
    if status != S.DRAFT:
        dates = {"forwarded_on": TODAY} if status != S.FROZEN else {}
        dates |= {"adopted_on": TODAY} if status in {S.ADOPTED, S.SUPERSEDED} else {}
        freeze(version, status=status, **(dates | values))
    return version


@pytest.mark.parametrize("status", S.values)
@pytest.mark.parametrize("verb", VERSION)
def test_verb_leads_only_where_the_table_says(cast: dict[str, User], status: str, verb: str) -> None:
    dates = {"published_on": TODAY} if verb == "withdraw" and status != S.DRAFT else {}
    version = make(status, **dates)
    changed = {
        "freeze": {"as_of": TODAY, "frozen_at": timezone.now()},
        "forward": {"forwarded_on": TODAY},
        "adopt": {"adopted_on": TODAY},
    }
    if (status, verb) in STEPS:
        apply(VERSION, version, verb, by=cast["lead"], **changed.get(verb, {}))
        version.refresh_from_db()
        assert version.status == STEPS[status, verb]
        told = StatusChange.objects.for_target(version).get()
        assert (told.verb, told.from_status, told.to_status) == (verb, status, version.status)
    else:
        with pytest.raises(SomebodyWasFaster):
            apply(VERSION, version, verb, by=cast["lead"])


@pytest.mark.parametrize("status", S.values)
def test_verbs_are_offered_to_those_who_may(cast: dict[str, User], status: str) -> None:
    version = make(status)
    for role, user in cast.items():
        verbs = {verb for (source, verb) in STEPS if source == status and role in MAY[verb]}
        assert set(possible(VERSION, version, user)) == verbs


@pytest.mark.parametrize("role", ["editor", "council", "provider", "municipality", "admin"])
def test_deciding_is_for_the_head_only(cast: dict[str, User], role: str) -> None:
    with pytest.raises(PermissionDenied):
        lifecycle.publish(make(), by=cast[role])
    with pytest.raises(PermissionDenied):
        lifecycle.forward(make(title="B"), by=cast[role], committee="Kreistag")
    with pytest.raises(PermissionDenied):
        lifecycle.adopt(make(S.COMMITTEE, "C"), by=cast[role], adopted_by="Kreistag", adopted_on=TODAY)


# Freezing


def test_freeze_keeps_the_names_of_that_day_and_has_the_pdf_made(editor: User) -> None:
    centre = factories.make_centre(name="KI Musterkreis", accent="rot")
    FunderNote.objects.create(text="Land")
    FunderNote.objects.create(text="Früher", valid_from=date(2000, 1, 1), valid_until=date(2001, 1, 1))
    version = make(S.DRAFT)
    job = lifecycle.freeze(version, by=editor, as_of=date(2013, 8, 28))
    centre.name = "KI Neuer Name"
    centre.save()
    version.refresh_from_db()
    assert (version.status, version.as_of) == (S.FROZEN, date(2013, 8, 28))
    assert version.frozen_at is not None
    assert (version.cover["centre_name"], version.cover["accent"]) == ("KI Musterkreis", "rot")
    assert version.cover["funders"] == [{"text": "Land", "logo": "", "logo_alternative": ""}]
    assert (job.kind, job.arguments, job.created_by) == ("concepts.render_version", [version.pk], editor)


def test_freeze_with_a_date_in_the_future_is_refused(editor: User) -> None:
    version = make(S.DRAFT)
    with pytest.raises(TransitionError, match="Zukunft"):
        lifecycle.freeze(version, by=editor, as_of=timezone.localdate() + timedelta(days=1))
    assert not Job.objects.exists()


def test_freeze_of_an_unfinished_draft_is_refused_with_all_reasons(editor: User) -> None:
    version = make(S.DRAFT)
    make_section(version, "Tabelle", body="<table><tbody><tr><td>x</td></tr></tbody></table>")
    make_section(version, "Bild", body=f'<p>x</p><img src="{make_image(version.concept).get_absolute_url()}">')
    with pytest.raises(TransitionError) as error:
        lifecycle.freeze(version, by=editor, as_of=TODAY)
    assert str(error.value) == (
        "Kapitel 2 Tabelle hat eine Tabelle ohne Kopfzeile. Kapitel 3 Bild hat ein Bild ohne Alternativtext."
    )
    version.refresh_from_db()
    assert version.status == S.DRAFT


@pytest.mark.django_db(transaction=True)
def test_freeze_by_two_people_at_once_makes_one_pdf(editor: User, lead: User) -> None:
    version = make(S.DRAFT)
    copies = [ConceptVersion.objects.get(pk=version.pk) for _ in range(2)]
    results = at_once(
        lambda: lifecycle.freeze(copies[0], by=editor, as_of=TODAY),
        lambda: lifecycle.freeze(copies[1], by=lead, as_of=TODAY),
    )
    assert sorted(type(result).__name__ for result in results) == ["Job", "SomebodyWasFaster"]
    assert Job.objects.filter(kind="concepts.render_version").count() == 1


# Deciding


def test_forward_names_the_committee(lead: User) -> None:
    version = make()
    lifecycle.forward(version, by=lead, committee="Kreisausschuss", meets_on=date(2026, 12, 1), paper_number="118/2026")
    version.refresh_from_db()
    assert (version.status, version.committee, version.paper_number) == (S.COMMITTEE, "Kreisausschuss", "118/2026")
    assert version.forwarded_on == timezone.localdate()


def test_adopt_supersedes_the_version_in_force(lead: User) -> None:
    old = make(S.ADOPTED, published_on=TODAY)
    new = changes.copy_version(old)
    freeze(new, status=S.COMMITTEE, forwarded_on=TODAY, paper_number="118/2026")
    elsewhere = make(S.ADOPTED, title="Schwerpunkte")
    lifecycle.adopt(
        new, by=lead, adopted_by="Kreistag", adopted_on=date(2026, 11, 20), decision_url="https://x.example"
    )
    for version in (old, new, elsewhere):
        version.refresh_from_db()
    assert (old.status, new.status, elsewhere.status) == (S.SUPERSEDED, S.ADOPTED, S.ADOPTED)
    assert (new.adopted_by, new.adopted_on, new.paper_number) == ("Kreistag", date(2026, 11, 20), "118/2026")
    assert old.published_on == TODAY
    assert StatusChange.objects.for_target(old).get().reason == "Fassung 2 ist am 20.11.2026 beschlossen."


def test_adopt_in_the_future_is_refused(lead: User) -> None:
    version = make(S.COMMITTEE)
    with pytest.raises(TransitionError, match="Zukunft"):
        lifecycle.adopt(version, by=lead, adopted_by="Kreistag", adopted_on=timezone.localdate() + timedelta(days=1))


@pytest.mark.django_db(transaction=True)
def test_adopt_twice_at_once_is_recorded_once(lead: User) -> None:
    version = make(S.COMMITTEE)
    copies = [ConceptVersion.objects.get(pk=version.pk) for _ in range(2)]
    with transaction.atomic():
        lifecycle.adopt(copies[0], by=lead, adopted_by="Kreistag", adopted_on=TODAY)
        second = Thread(lambda: lifecycle.adopt(copies[1], by=lead, adopted_by="Kreistag", adopted_on=TODAY))
        assert second.blocked()
    assert isinstance(second.result(), SomebodyWasFaster)
    assert StatusChange.objects.for_target(version).count() == 1


def test_publish_and_withdraw_are_told_and_undo_each_other(lead: User) -> None:
    version = make(S.ADOPTED)
    lifecycle.publish(version, by=lead)
    assert version.published_on == timezone.localdate()
    with pytest.raises(TransitionError, match="schon veröffentlicht"):
        lifecycle.publish(version, by=lead)
    with pytest.raises(TransitionError, match="Grund"):
        lifecycle.withdraw(version, by=lead, reason=" ")
    lifecycle.withdraw(version, by=lead, reason="Ein Anhang fehlt.")
    version.refresh_from_db()
    assert version.published_on is None
    with pytest.raises(TransitionError, match="nicht veröffentlicht"):
        lifecycle.withdraw(version, by=lead, reason="Noch einmal")
    verbs = StatusChange.objects.for_target(version).values_list("verb", "from_status", "to_status")
    assert list(verbs) == [("publish", "adopted", "adopted"), ("withdraw", "adopted", "adopted")]


# The next version


def test_start_next_version_opens_a_draft(editor: User) -> None:
    draft = lifecycle.start_next_version(make(S.ADOPTED), by=editor)
    assert (draft.number, draft.status) == (2, S.DRAFT)


def test_start_next_version_of_a_draft_is_refused(editor: User) -> None:
    with pytest.raises(TransitionError, match="noch ein Entwurf"):
        lifecycle.start_next_version(make(S.DRAFT), by=editor)


def test_start_next_version_is_for_editors(cast: dict[str, User]) -> None:
    with pytest.raises(PermissionDenied):
        lifecycle.start_next_version(make(S.ADOPTED), by=cast["council"])


# Reading

READERS = {
    "draft": set(),
    "frozen": {"editor", "lead"},
    "committee": {"editor", "lead", "council"},
    "adopted": {"editor", "lead", "council"},
    "superseded": {"editor", "lead", "council"},
}


@pytest.mark.parametrize("status", S.values)
@pytest.mark.parametrize("published_on", [None, TODAY, TODAY + timedelta(days=1)])
def test_versions_are_read_by_those_who_may(cast: dict[str, User], status: str, published_on: date | None) -> None:
    version = make(status, **({"published_on": published_on} if status != S.DRAFT else {}))
    is_public = version.published_on == TODAY
    for role, user in cast.items():
        assert readable_versions(user, TODAY).exists() == (role in READERS[status] or is_public)
