"""A small world with one record in every state, for tests that look at the whole site."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.mail import EmailMessage
from django.utils import timezone, translation

from actors.models import ContactPerson, FunderNote, Organisation
from concepts import changes, pdf
from concepts.models import ConceptVersion, MeasureTable, PeriodRule, SectionNote, SectionTemplate
from kiportal.common import addresses, jobs, links, roles
from kiportal.common.mail import MailFolderBackend
from kiportal.common.models import AccessLink, Centre, CentreText, ChangeProposal, FollowUp, Job, User
from kiportal.common.pdf.documents import Document
from kiportal.pages.models import BarrierReport
from offers import lifecycle
from offers.coverage import pdf as coverage_pdf
from offers.models import (
    HiddenWords,
    Hint,
    Need,
    Offer,
    OfferDate,
    OfferSurvey,
    Programme,
    ReasonTemplate,
    SavedSearch,
    SchoolHoliday,
    VainSearch,
)
from tests import factories
from tests.concepts.factories import (
    choose,
    citation,
    freeze,
    make_concept,
    make_focus,
    make_image,
    make_measure,
    make_paper,
    make_period,
    make_replacement,
    make_section,
    make_source,
    make_version,
    make_word_import,
    store_pdf,
    store_synopsis,
    store_word,
)
from tests.funding.factories import make_funding
from tests.offers.tables import carry_out, csv_bytes, upload

Purpose = AccessLink.Purpose


@dataclass(frozen=True)
class World:
    """Accounts by role, records by name; `own` belongs to the accounts of Verein and Kommune."""

    users: dict[str, User]
    records: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.records[name]


@dataclass(frozen=True)
class Mail:
    """A mail of the demo, in its file."""

    name: str


def make_mail() -> Mail:
    folder = settings.KIPORTAL_MAIL_FOLDER
    assert folder is not None
    MailFolderBackend(folder).send_messages(
        [
            EmailMessage(
                "Ihre Meldung", "Guten Tag,", to=["verein@example.org"], headers={"Message-ID": "<1@example.org>"}
            )
        ]
    )
    return Mail(max(folder.glob("*.eml")).stem)


def make_coverage_pdf() -> Job:
    """A job that is done, and its file."""
    printed = {"day": timezone.localdate().isoformat()}
    job = Job.objects.create(
        kind="offers.render_coverage", arguments=[printed], state=Job.State.DONE, finished_at=timezone.now()
    )
    coverage_pdf.store(job.pk, Document(b"%PDF-1.7", pages=1))
    return job


@translation.override(settings.LANGUAGE_CODE)
def make_world() -> World:
    """In German, whatever language a page before has left on: texts hold addresses."""
    factories.make_centre()
    own = factories.make_organisation("Verein Brücke")
    municipality = factories.make_municipality("Netphen")
    users = {role: factories.make_user(role) for role in roles.ROLE_PERMISSIONS}
    for role in (roles.PROVIDER, roles.MUNICIPALITY):
        own.memberships.create(user=users[role])
    body, other_body = (
        factories.make_organisation(f"Stadt {place}", kind=Organisation.Kind.MUNICIPALITY, municipality=place)
        for place in (municipality, factories.make_municipality("Kreuztal"))
    )
    body.memberships.create(user=users[roles.MUNICIPALITY])
    offers = {status: _offer(status, own, municipality) for status in Offer.Status}
    published = offers[Offer.Status.PUBLISHED]
    OfferDate.objects.create(offer=published, starts_at=timezone.now() + timedelta(days=3))
    programme = Programme.objects.create(name="Griffbereit", slug="griffbereit", summary="Eltern", strand="bildung")
    proposal = ChangeProposal.objects.create(
        target=published, lock_version=1, changes={"title": {"old": published.title, "new": "Neu"}}
    )
    for target, field in ((own, "city"), (published.contact, "phone")):
        ChangeProposal.objects.create(
            target=target, lock_version=1, changes={field: {"old": "", "new": "Neu"}}, by_account=True
        )
    job = jobs.enqueue("jobsapp.refuse", title="E-Mail")
    Job.objects.filter(pk=job.pk).update(state=Job.State.FAILED, finished_at=timezone.now())
    archived = factories.make_organisation("Ehemaliger Verein", status=Organisation.Status.ARCHIVED)
    expired, revoked = (links.issue(Purpose.CARE, published, "verein@example.org") for _ in range(2))
    AccessLink.objects.filter(pk=expired.pk).update(expires_at=timezone.now() - timedelta(days=1))
    links.revoke(AccessLink.objects.filter(pk=revoked.pk))
    expired_all = links.issue(Purpose.CARE_ALL, own, "verein@example.org")
    AccessLink.objects.filter(pk=expired_all.pk).update(expires_at=timezone.now() - timedelta(days=1))
    spare = factories.make_user(roles.COUNCIL)
    recorded = factories.make_offer(
        "Für einen Verein", status="draft", provider=own, is_address_proven=True, recorded_by=users[roles.EDITOR]
    )
    records = {
        **{str(status): offer for status, offer in offers.items()},
        "foreign": (foreign := factories.make_offer("Fremdes Angebot")),
        "foreign_contact": foreign.contact,
        "contact_of_draft": offers[Offer.Status.DRAFT].contact,
        "own": own,
        "proposed": factories.make_organisation("Neuer Verein", status=Organisation.Status.PROPOSED),
        "archived_organisation": archived,
        "of_archived_organisation": factories.make_offer("Kurs von früher", provider=archived),
        "expired_link": expired,
        "revoked_link": revoked,
        "expired_all_link": expired_all,
        "authenticator": Authenticator.objects.create(user=spare, type=Authenticator.Type.TOTP, data={}),
        "contact": published.contact,
        "municipality": municipality,
        "other_municipality": other_body.municipality,
        "programme": programme,
        "school_holiday": SchoolHoliday.objects.create(
            name="Osterferien", first_day=date(2027, 3, 22), last_day=date(2027, 4, 3)
        ),
        "funder_note": FunderNote.objects.create(text="Gefördert durch das Land"),
        "proposal": proposal,
        "job": job,
        "coverage_job": make_coverage_pdf(),
        "report": BarrierReport.objects.create(key=uuid4(), description="Zu klein"),
        "account": users[roles.PROVIDER],
        "address": EmailAddress.objects.get(user=users[roles.PROVIDER]),
        "group": Group.objects.get(name=roles.EDITOR),
        "membership": own.memberships.first(),
        "centre": Centre.objects.get(),
        "text": CentreText.objects.create(page="impressum", title="Impressum", body="<p>KI</p>"),
        "topic": published.topics.get(),
        "language": published.languages.get(),
        "target_group": published.target_groups.get(),
        "offer_type": published.offer_type,
        "mail": make_mail(),
        **_concepts(users[roles.EDITOR]),
        **_surveys(own, users[roles.EDITOR]),
        "draft_link": links.issue(Purpose.DRAFT, offers[Offer.Status.DRAFT], "verein@example.org"),
        "confirm_link": links.issue(Purpose.CONFIRM, offers[Offer.Status.UNCONFIRMED], "verein@example.org"),
        "address_without_mail": addresses.mark_undeliverable("weg@example.org", reason="550 No such user"),
        "need": Need.objects.create(text="Ein Chor", name="Zoë", email="zoe@example.org"),
        "hint": Hint.objects.create(offer=published, kind=Hint.Kind.TIME, text="Beginnt später"),
        "care_all_link": links.issue(Purpose.CARE_ALL, own, "verein@example.org"),
        "preview_link": links.issue(Purpose.PREVIEW, offers[Offer.Status.SUBMITTED], "verein@example.org"),
        "follow_up": FollowUp.objects.create(target=published, due_on=timezone.localdate(), note="Anrufen"),
        "reason_template": ReasonTemplate.objects.create(slug="danke", verb="publish", label="Dank", text="Danke."),
        "care_link": links.issue(Purpose.CARE, published, "verein@example.org"),
        **_pictures(offers),
        **_searches(),
        **_data(own, users[roles.EDITOR]),
        **make_funding(municipality),
        "recorded": recorded,
        "recorded_link": links.issue(Purpose.DRAFT, recorded, "verein@example.org"),
    }
    # After all that stands in it.
    records["brochure"] = factories.make_brochure()
    return World(users, records)


def _offer(status: str, provider: Organisation, municipality: Any) -> Offer:
    was_public = status in {Offer.Status.PUBLISHED, Offer.Status.HIDDEN, Offer.Status.ARCHIVED}
    contact = ContactPerson.objects.create(organisation=provider, function="Büro", email="buero@example.org")
    return factories.make_offer(
        f"Angebot {status}",
        status=status,
        provider=provider,
        contact=contact,
        municipalities=[municipality],
        slug=f"angebot-{status}" if was_public else None,
        published_at=timezone.now() if was_public else None,
    )


def _surveys(own: Organisation, editor: User) -> dict[str, Any]:
    """A round that runs and asks the organisation, and one that nobody was asked in yet."""
    day = timezone.localdate() + timedelta(days=14)
    survey, draft = (OfferSurvey.objects.create(title=title, answer_by=day) for title in ("Herbst", "Frühling"))
    for entry in (survey, draft):
        lifecycle.invite(entry, [own.pk], by=editor)
    lifecycle.open_survey(survey, by=editor)
    invitation = survey.invitations.get()
    lifecycle.readdress(invitation, "verein@example.org", by=editor)
    invitation.refresh_from_db()
    return {
        "survey": survey,
        "survey_draft": draft,
        "invitation": invitation,
        "invitation_of_draft": draft.invitations.get(),
        "survey_link": invitation.link,
    }


def _searches() -> dict[str, Any]:
    """A saved search that runs, one that ended, words that found nothing, and words that nobody wants to see."""
    now, today = timezone.now(), timezone.localdate()
    search, ended = (
        SavedSearch.objects.create(
            email=f"{name}@example.org", query="q=chor", status="active", since=now, next_on=today, wanted_on=today
        )
        for name in ("sucht", "suchte")
    )
    search_link, ended_link = (links.issue(Purpose.SEARCH, row, row.email) for row in (search, ended))
    lifecycle.end_search(ended, by=ended_link)
    VainSearch.objects.create(
        day=today, words="einradkurs", typed="Einradkurs", language="de", municipality="netphen", counted_at=now
    )
    return {
        "search_link": search_link,
        "ended_search_link": ended_link,
        "hidden_words": HiddenWords.objects.create(words="asdf"),
    }


def _data(own: Organisation, editor: User) -> dict[str, Any]:
    """Tables in every state: to map, to look at with every kind of row, imported, and a list written to a file."""
    rows = [["Titel", "Träger", "Themen"], ["Neuer Kurs", own.name, ""], ["Angebot published", own.name, ""]]
    rows += [["", own.name, ""], ["Noch ein Kurs", f"{own.name} gGmbH", ""], ["Sternenkurs", own.name, "Astrologie"]]
    to_map = upload(csv_bytes([["A", "B"], ["1", "2"]]), "angebote", editor)
    preview = upload(csv_bytes(rows), "angebote", editor)
    imported = carry_out(
        upload(csv_bytes([*rows[:1], ["Importierter Kurs", own.name, ""]]), "angebote", editor), editor
    )
    job = jobs.enqueue("offers.write_export", "angebote", "", title="Excel-Datei: Angebote", by=editor)
    return {"data_to_map": to_map, "data_preview": preview, "data_imported": imported, "export_job": job}


def _pictures(offers: dict[Any, Offer]) -> dict[str, Any]:
    """A picture in every entry, and one that waits beside the published one, from nobody's account."""
    shown = {f"{status}_picture": factories.make_picture(offer) for status, offer in offers.items()}
    return shown | {"waiting_picture": factories.make_picture(offers[Offer.Status.PUBLISHED], is_shown=False)}


def _concepts(editor: User) -> dict[str, Any]:
    """A concept with two public versions, one in force, and the next one before a committee; one frozen, a draft."""
    status, today = ConceptVersion.Status, timezone.localdate()
    former = make_concept("Konzept in Kraft")
    image = make_image(former.concept)
    source = make_source(former, year="2024", published_in="Düsseldorf", remark="Nur für uns")
    body = (
        f'<figure><img src="{image.get_absolute_url()}" alt="Bild"></figure>'
        f'<p>Text<span class="fn">Quelle</span> {citation(source, "S. 12")}</p>'
    )
    make_section(former, "Kapitel", body=body)
    area = changes.add_action_area(former, title="Bildung", strand="bildung")
    freeze(former, status=status.SUPERSEDED, adopted_on=today, adopted_by="Kreistag", published_on=today)
    in_force = changes.copy_version(former)
    freeze(in_force, status=status.ADOPTED, adopted_on=today, adopted_by="Kreistag", published_on=today)
    in_committee = make_version(status.COMMITTEE, concept=in_force.concept)
    frozen, draft = make_version(status.FROZEN), make_version(status.DRAFT)
    chapter = in_force.sections.get()
    for version in (in_force, in_committee, frozen):
        store_pdf(version)
        pdf.store_chapter(version, chapter.uuid, Document(b"%PDF-1.7 Kapitel", pages=1))
        store_word(version)
    store_synopsis(former, in_force)
    store_synopsis(in_force, in_committee)
    return {
        "concept": in_force.concept,
        "former": former,
        "in_force": in_force,
        "chapter": chapter,
        "image": image,
        "in_committee": in_committee,
        "frozen": frozen,
        "frozen_concept": frozen.concept,
        "concept_draft": draft,
        "concept_of_draft": draft.concept,
        "area_of_draft": changes.add_action_area(draft, title="Bildung", strand="bildung"),
        "word_import": make_word_import(draft),
        "replacement": make_replacement(draft, by=editor),
        "source": in_force.sources.get(),
        "source_of_draft": make_source(draft),
        "section_of_draft": draft.sections.get(parent=None),
        "section_note": SectionNote.objects.create(section=chapter, text="Notiz"),
        "section_template": SectionTemplate.objects.create(name="Handlungsfeld", parts="Ziele | Wohin?"),
        **_measures(area.uuid),
    }


def _measures(area: UUID) -> dict[str, Any]:
    """A period that was decided on, with a measure that may be known and one that may not; one in preparation."""
    period, draft = make_period("decided"), make_period(starts_in=700)
    focus, draft_focus = make_focus(period, "Elementarbereich"), make_focus(draft, "Primarbereich")
    measure = make_measure("Öffentlich", steps=1, action_area=area)
    for chosen in (measure, make_measure("Intern", is_public=False, steps=1)):
        choose(chosen, focus)
        indicator = chosen.indicators.create(name="Lotsen", unit="Menschen", target=20)
        value = indicator.values.create(counted_on=date(2026, 1, 1), value=12)
        note = chosen.notes.create(reported_on=date(2026, 1, 2), text="Läuft.", is_public=chosen == measure)
        chosen.notes.create(reported_on=date(2026, 1, 1), text="Nur für das KI.")
    choose(make_measure("Vorbereitet"), draft_focus)
    return {
        "period": period,
        "period_draft": draft,
        "focus": focus,
        "focus_of_draft": draft_focus,
        "measure": measure,
        "pool_measure": make_measure("Im Arbeitspapier"),
        "mistaken_measure": make_measure("Aus Versehen"),
        "measure_step": measure.steps.get(),
        "indicator": indicator,
        "indicator_value": value,
        "note": note,
        "measure_paper": make_paper(),
        "measure_table": MeasureTable.objects.create(file_name="x.csv", headers=["Titel"], rows=[[2, ["Neu"]]]),
        "period_rule": PeriodRule.objects.create(valid_from=date(2013, 1, 1), months=24, source="Papier"),
    }
