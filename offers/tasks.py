"""Jobs of this room: ids in, one mail out. What is no longer true is not sent."""

from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils import timezone, translation

from actors.models import ContactPerson, Organisation
from kiportal.common.jobs import JobRefused, Run, job
from kiportal.common.models import AccessLink, Centre, ChangeProposal, Job, StatusChange, User
from offers import brochure, notifications, school_holidays
from offers.coverage import pdf as coverage_pdf
from offers.filters import OfferFilters
from offers.lifecycle.saved_searches import ANSWER_WITHIN
from offers.models import (
    Brochure,
    DataImport,
    Hint,
    Need,
    Offer,
    OfferSurvey,
    SavedSearch,
    SearchHit,
    SurveyInvitation,
)
from offers.permissions import can_write_draft
from offers.resources import RESOURCES, exporting, running
from offers.saved_searches import mails as search_mails
from offers.staff_filters import listed
from offers.upkeep import due, link_checks, mails


@job
def follow_school_holidays(run: Run) -> dict[str, Any]:
    return {"offers": school_holidays.follow(timezone.localdate())}


@job
def make_brochure(run: Run, key: str) -> dict[str, Any]:
    """Make and store a Wegweiser, unless its entries have changed since somebody asked for it."""
    wanted = Brochure.objects.filter(pk=key).first()
    if wanted is None:
        raise JobRefused("Diesen Wegweiser will niemand mehr.")
    if not wanted.is_stored:
        today = timezone.localdate()
        filters = OfferFilters(QueryDict(wanted.query), Offer.objects.visible_to_public(today))
        with translation.override(wanted.language):
            state = brochure.state_of(brochure.render_brochure_html(filters, wanted.grouping, today))
            if state != wanted.state:
                raise JobRefused("Die Angebote haben sich geändert, seit jemand den Wegweiser wollte.")
            html = brochure.render_brochure_html(filters, wanted.grouping, today, with_codes=True)
        total = filters.bits().bit_count()

        def show(page: int, section: str) -> None:
            number = section.removeprefix("eintrag-")
            done = min(int(number), total) if number.isdigit() else 0
            run.progress(done, total, f"Seite {page}" if page else "Angebote werden gesammelt")

        brochure.store(wanted, brochure.render_brochure_pdf(html, state, on_progress=show))
    return {"pages": wanted.pages, "size": wanted.size}


@job
def send_confirmation(run: Run, link_pk: str) -> dict[str, Any] | None:
    link = _link(link_pk)
    offer = _offer(link.target_id)
    if offer.status != Offer.Status.UNCONFIRMED or link.revoked_at:
        return {"skipped": "Die Meldung ist schon bestätigt oder ging an eine andere Adresse."}
    notifications.confirmation(offer, link, run=run)
    return None


@job
def send_draft_link(run: Run, link_pk: str) -> None:
    link = _link(link_pk)
    notifications.draft_link(_offer(link.target_id), link, run=run)


@job
def send_recorded_link(run: Run, link_pk: str, is_reminder: bool = False) -> dict[str, Any] | None:
    link = _link(link_pk)
    offer = _offer(link.target_id)
    if offer.status != Offer.Status.DRAFT or link.revoked_at:
        return {"skipped": "Der Entwurf ist schon bestätigt, oder es gibt einen neueren Link."}
    notifications.recorded_link(offer, link, is_reminder=is_reminder, run=run)
    return None


@job
def send_recorded_reminder(run: Run, link_pk: str) -> dict[str, Any] | None:
    return send_recorded_link(run, link_pk, is_reminder=True)


@job
def send_discarded_notice(run: Run, title: str = "", provider: str = "", words: str = "") -> dict[str, Any] | None:
    """The entry is gone, so the job brings its name and forgets it once the centre knows."""
    _require_centre()
    if not provider:
        return {"skipped": "Die Nachricht ist schon gesendet."}
    notifications.discarded_notice(Offer(title=title, provider=Organisation(name=provider)), words, run=run)
    Job.objects.filter(pk=run.id).update(arguments=[])
    return None


@job
def send_draft_notice(run: Run, offer_pk: int, user_pk: int, erased_on: str) -> dict[str, Any] | None:
    """A notice that is sent late is not sent at all: who went on writing or left needs none."""
    offer = _offer(offer_pk)
    user = User.objects.filter(pk=user_pk, is_active=True).first()
    is_touched = offer.draft_notice_at is None or offer.updated_at > offer.draft_notice_at
    if user is None or is_touched or not can_write_draft(user, offer):
        return {"skipped": "Der Entwurf ist inzwischen geändert oder gesendet, oder das Konto hat keinen Zugang mehr."}
    notifications.draft_notice(offer, user, date.fromisoformat(erased_on), run=run)
    return None


@job
def send_receipt(run: Run, change_pk: int) -> None:
    change = _change(change_pk)
    notifications.receipt(_offer(change.target_id), change, run=run)


@job
def send_decision(run: Run, change_pk: int, link_pk: str | None = None) -> None:
    change = _change(change_pk)
    link = _link(link_pk) if link_pk else None
    notifications.decision(_offer(change.target_id), change, link, run=run)


@job
def send_proposal_decision(run: Run, change_pk: int, link_pk: str | None = None) -> None:
    change = _change(change_pk)
    proposal = _proposal(change.target_id)
    link = _link(link_pk) if link_pk else None
    notifications.proposal_decision(_target(proposal), proposal, change, link, run=run)


@job
def send_care_link(run: Run, link_pk: str) -> None:
    link = _link(link_pk)
    notifications.care_link(_offer(link.target_id), link, run=run)


@job
def send_preview_link(run: Run, link_pk: str) -> dict[str, Any] | None:
    """Of an entry, or of a change of one; its author may have taken the change back meanwhile."""
    link = _link(link_pk)
    record = link.target
    if record is None:
        return {"skipped": "Die Änderung ist inzwischen zurückgenommen."}
    is_change = isinstance(record, ChangeProposal)
    notifications.preview_link(_offer(record.target_id if is_change else record.pk), link, run=run, is_change=is_change)
    return None


@job
def send_submission_notice(run: Run, change_pk: int) -> None:
    _require_centre()
    change = _change(change_pk)
    notifications.submission_notice(_offer(change.target_id), change, run=run)


@job
def send_proposal_notice(run: Run, proposal_pk: int) -> dict[str, Any] | None:
    """Somebody may have decided before the mail was on its way."""
    _require_centre()
    proposal = _proposal(proposal_pk)
    was_applied = StatusChange.objects.for_target(proposal).filter(verb="apply_proposal").exists()
    if proposal.status != ChangeProposal.Status.OPEN and not was_applied:
        return {"skipped": "Über die Änderung ist schon entschieden."}
    notifications.proposal_notice(_target(proposal), proposal, run=run)
    return None


@job
def send_ended_notice(run: Run, change_pk: int) -> dict[str, Any] | None:
    """The author may have undone it before the mail was on its way."""
    _require_centre()
    offer = _offer(_change(change_pk).target_id)
    if offer.status != Offer.Status.ARCHIVED:
        return {"skipped": "Der Eintrag ist inzwischen wieder veröffentlicht."}
    notifications.ended_notice(offer, run=run)
    return None


@job
def send_confirmation_request(run: Run, link_pk: str) -> dict[str, Any] | None:
    link = _link(link_pk)
    entries = due.of_address(_organisation(link), link.email, timezone.localdate())
    if not entries:
        return {"skipped": "Inzwischen ist alles bestätigt oder beendet."}
    mails.confirmation_request(link, entries, run=run)
    return None


@job
def send_care_all_link(run: Run, link_pk: str) -> None:
    link = _link(link_pk)
    _organisation(link)
    mails.care_all_link(link, run=run)


@job
def send_survey_invitation(run: Run, link_pk: str, invitation_pk: int, is_reminder: bool) -> dict[str, Any] | None:
    link = _link(link_pk)
    invitation = SurveyInvitation.objects.select_related("survey", "organisation").filter(pk=invitation_pk).first()
    if invitation is None:
        raise JobRefused("Die Anfrage ist inzwischen gelöscht.")
    if invitation.link_id != link.pk or invitation.survey.status != OfferSurvey.Status.OPEN:
        return {"skipped": "Die Bestandsaufnahme ist abgeschlossen, oder es gilt eine andere Adresse."}
    if is_reminder and not SurveyInvitation.objects.unanswered().filter(pk=invitation.pk).exists():
        return {"skipped": "Die Organisation hat inzwischen geantwortet."}
    mails.survey_invitation(invitation, link, run=run, is_reminder=is_reminder)
    return None


@job
def send_need_notice(run: Run, pk: int) -> None:
    _require_centre()
    mails.need_notice(_message(Need, pk), run=run)


@job
def send_hint_notice(run: Run, pk: int) -> None:
    _require_centre()
    mails.hint_notice(_message(Hint, pk), run=run)


@job
def send_need_answer(run: Run, change_pk: int) -> None:
    change = _change(change_pk)
    mails.need_answer(_message(Need, change.target_id), change, run=run)


@job
def send_hint_answer(run: Run, change_pk: int) -> None:
    change = _change(change_pk)
    mails.hint_answer(_message(Hint, change.target_id), change, run=run)


@job
def send_hint_forward(run: Run, change_pk: int, link_pk: str) -> None:
    change = _change(change_pk)
    mails.hint_forward(_message(Hint, change.target_id), change, _link(link_pk), run=run)


@job
def check_links(run: Run, keys: list[int]) -> dict[str, Any]:
    return link_checks.look(keys, timezone.localdate(), progress=run.progress)


@job
def send_search_link(run: Run, link_pk: str) -> None:
    link = _link(link_pk)
    search_mails.confirmation(_search(link), link, run=run)


@job
def send_search_hits(run: Run, link_pk: str, day: str) -> dict[str, Any] | None:
    link = _link(link_pk)
    search = _search(link)
    told = SearchHit.objects.filter(search=search, told_on=date.fromisoformat(day))
    public = Offer.objects.visible_to_public(timezone.localdate()).filter(pk__in=told.values("offer"))
    offers = list(public.select_related("provider").prefetch_related("municipalities").order_by("-published_at", "pk"))
    if not (search.is_active and offers):
        return {"skipped": "Die Suche ist angehalten, oder die Angebote sind nicht mehr öffentlich."}
    search_mails.hits(search, link, offers, run=run)
    return None


@job
def send_search_question(run: Run, link_pk: str) -> dict[str, Any] | None:
    link = _link(link_pk)
    search = _search(link)
    if search.asked_on is None:
        return {"skipped": "Die Antwort ist schon da."}
    search_mails.question(search, link, run=run, until=search.asked_on + ANSWER_WITHIN)
    return None


@job
def read_import(run: Run, pk: int) -> dict[str, Any] | None:
    return running.read(_import(pk), run.progress)


@job
def run_import(run: Run, pk: int) -> dict[str, Any] | None:
    return running.write(_import(pk), run.progress)


@job
def undo_import(run: Run, pk: int) -> dict[str, Any] | None:
    return running.undo(_import(pk), run.progress)


@job
def write_export(run: Run, kind: str, query: str) -> dict[str, Any]:
    records = RESOURCES[kind]().rows().filter(pk__in=listed(kind, query)).order_by("sort_key", "pk")
    return exporting.store(run.id, kind, records, run.progress)


@job
def render_coverage(run: Run, printed: dict[str, Any]) -> dict[str, Any]:
    """Print the table that somebody looks at; `coverage.pdf.name` says where the file lies."""
    document = coverage_pdf.render_pdf(
        printed, run.id, on_progress=lambda page, _section: run.progress(0, 1, f"Seite {page}")
    )
    coverage_pdf.store(run.id, document)
    return {"pages": document.pages}


def _import(pk: int) -> DataImport:
    data_import = DataImport.objects.select_related("created_by").filter(pk=pk).first()
    if data_import is None:
        raise JobRefused("Der Import ist inzwischen gelöscht.")
    return data_import


def _message[M: (Need, Hint)](model: type[M], pk: int) -> M:
    message = model.objects.filter(pk=pk).first()
    if message is None:
        raise JobRefused("Die Meldung ist inzwischen gelöscht.")
    return message


def _organisation(link: AccessLink) -> Organisation:
    organisation = Organisation.objects.filter(pk=link.target_id).first()
    if organisation is None:
        raise JobRefused("Die Organisation ist inzwischen gelöscht.")
    return organisation


def _search(link: AccessLink) -> SavedSearch:
    search = SavedSearch.objects.filter(pk=link.target_id).first()
    if search is None:
        raise JobRefused("Die gemerkte Suche ist inzwischen gelöscht.")
    return search


def _offer(pk: int) -> Offer:
    offer = Offer.objects.select_related("provider").filter(pk=pk).first()
    if offer is None:
        raise JobRefused("Der Eintrag ist inzwischen gelöscht.")
    return offer


def _target(proposal: ChangeProposal) -> notifications.Record:
    record = proposal.target
    if not isinstance(record, Offer | Organisation | ContactPerson):
        raise JobRefused("Was geändert werden sollte, ist inzwischen gelöscht.")
    return record


def _change(pk: int) -> StatusChange:
    change = StatusChange.objects.filter(pk=pk).first()
    if change is None:
        raise JobRefused("Der Eintrag ist inzwischen gelöscht.")
    return change


def _proposal(pk: int) -> ChangeProposal:
    proposal = ChangeProposal.objects.filter(pk=pk).first()
    if proposal is None:
        raise JobRefused("Der Änderungsvorschlag wurde zurückgenommen oder gelöscht.")
    return proposal


def _link(pk: str) -> AccessLink:
    link = AccessLink.objects.filter(pk=pk).first()
    if link is None:
        raise JobRefused("Der Link ist inzwischen gelöscht.")
    return link


def _require_centre() -> None:
    if not Centre.objects.current().email:
        raise JobRefused("Das Integrationszentrum hat noch keine E-Mail-Adresse. Bitte in der Verwaltung eintragen.")
