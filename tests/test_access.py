"""Who may open what: one line for every URL name, and a URL without a line fails.

A line says who may, and what those get for a GET and for an empty POST. From that follows what the others get: 302 to
the sign-in for strangers, 403 for the wrong role. Every address with an argument is also tried with one that nobody
knows (404), and `HIDDEN` lists records that exist but that somebody may not know of (404, too).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve, reverse
from django.utils import translation

from kiportal.common import links, roles
from kiportal.common.models import User
from tests.world import World, make_world

PROVIDER, MUNICIPALITY, EDITOR, LEAD, COUNCIL, ADMIN = roles.ROLE_PERMISSIONS
STRANGER = "stranger"
SIGNED_IN = frozenset(roles.ROLE_PERMISSIONS)
ANYBODY = SIGNED_IN | {STRANGER}
STAFF = frozenset({EDITOR, LEAD})
HEADS = frozenset({LEAD})
ADMINS = frozenset({ADMIN})
NOBODY: frozenset[str] = frozenset()
# Who reads nothing of a concept but what is published.
READERS = ANYBODY - STAFF - {COUNCIL}
OWNERS = frozenset({PROVIDER, MUNICIPALITY})
KOMMUNEN = frozenset({MUNICIPALITY})
MEMBERS = frozenset({PROVIDER, MUNICIPALITY, EDITOR, LEAD})


@dataclass(frozen=True)
class Row:
    """`get` and `post` are what `who` gets, `signed_in` what those get of them who have an account (GET and POST).

    `others` is what people with an account get who may not.
    """

    name: str
    who: frozenset[str]
    get: int
    post: int
    arguments: dict[str, str] = field(default_factory=dict)
    signed_in: tuple[int, int] | None = None
    others: int = 403

    def expected(self, who: str, method: str) -> set[int]:
        get, post = self.signed_in if self.signed_in and who != STRANGER else (self.get, self.post)
        status = get if method == "get" else post
        if who in self.who:
            return {status}
        if who == STRANGER:
            return {302}
        return {self.others, 405} if status == 405 else {self.others}


def row(name: str, who: frozenset[str], get: int, post: int, /, **keywords: Any) -> Row:
    options = {key: keywords.pop(key) for key in ("signed_in", "others") if key in keywords}
    return Row(name, who, get, post, keywords, **options)


def admin_model(
    name: str, *, record: str, view: bool = True, add: bool = True, change: bool = True, delete: bool = False
) -> list[Row]:
    """The five pages of a model in the Django admin, and which of them the role admin may open."""
    readers = ADMINS if view else NOBODY
    return [
        row(f"admin:{name}_changelist", readers, 200, 200),
        row(f"admin:{name}_add", ADMINS if view and add else NOBODY, 200, 200),
        row(f"admin:{name}_change", readers, 200, 200 if change else 403, object_id=record),
        row(f"admin:{name}_history", readers, 200, 200, object_id=record),
        row(f"admin:{name}_delete", ADMINS if delete else NOBODY, 200, 200, object_id=record),
    ]


ROWS = [
    # For operators and search engines
    row("health_live", ANYBODY, 200, 405),
    row("health_ready", ANYBODY, 200, 405),
    row("robots", ANYBODY, 200, 405),
    row("sitemap", ANYBODY, 200, 405),
    row("sitemap_part", ANYBODY, 200, 405, section="angebote"),
    # Public pages
    row("pages:start", ANYBODY, 200, 405),
    row("pages:about", ANYBODY, 200, 405),
    row("pages:contact", ANYBODY, 200, 405),
    row("pages:imprint", ANYBODY, 200, 405),
    row("pages:privacy", ANYBODY, 200, 405),
    row("pages:accessibility", ANYBODY, 200, 405),
    row("pages:easy_language", ANYBODY, 200, 405),
    row("pages:sign_language", ANYBODY, 200, 405),
    row("pages:barrier_report", ANYBODY, 200, 200),
    row("pages:barrier_thanks", ANYBODY, 200, 405, key="report.key"),
    row("offers:offer_list", ANYBODY, 200, 405),
    row("offers:offer_export", ANYBODY, 200, 405, extension="csv"),
    row("offers:offer_detail", ANYBODY, 200, 405, slug="published.slug"),
    row("offers:offer_feed", ANYBODY, 200, 405),
    row("offers:offer_calendar", ANYBODY, 200, 405, slug="published.slug"),
    row("offers:offer_code", ANYBODY, 200, 405, slug="published.slug"),
    row("offers:offer_code_svg", ANYBODY, 200, 405, slug="published.slug"),
    row("offers:offer_code_png", ANYBODY, 200, 405, slug="published.slug"),
    row("offers:brochure_order", ANYBODY, 200, 302),
    row("offers:brochure_detail", ANYBODY, 200, 405, key="brochure.key"),
    row("offers:brochure_file", ANYBODY, 200, 405, key="brochure.key"),
    row("offers:date_list", ANYBODY, 200, 405),
    row("offers:date_calendar", ANYBODY, 200, 405),
    row("offers:organisation_list", ANYBODY, 200, 405),
    row("offers:organisation_detail", ANYBODY, 200, 405, slug="own.slug"),
    row("offers:programme_list", ANYBODY, 200, 405),
    row("offers:programme_detail", ANYBODY, 200, 405, slug="programme.slug"),
    row("concepts:implementation", ANYBODY, 200, 405),
    row("concepts:concept_list", ANYBODY, 200, 405),
    row("concepts:concept_detail", ANYBODY, 200, 405, slug="concept.slug"),
    row("concepts:version_compare", ANYBODY, 200, 405, slug="concept.slug"),
    row("concepts:synopsis_file", ANYBODY, 200, 405, slug="concept.slug", old="former.number", new="in_force.number"),
    row("concepts:version_detail", ANYBODY, 200, 405, slug="concept.slug", number="in_force.number"),
    row("concepts:version_pdf", ANYBODY, 200, 405, slug="concept.slug", number="in_force.number"),
    row("concepts:version_word", ANYBODY, 200, 405, slug="concept.slug", number="in_force.number"),
    row(
        "concepts:section_detail", ANYBODY, 200, 405, slug="concept.slug", number="in_force.number", uuid="chapter.uuid"
    ),
    row("concepts:chapter_pdf", ANYBODY, 200, 405, slug="concept.slug", number="in_force.number", uuid="chapter.uuid"),
    row("concepts:image_file", ANYBODY, 200, 405, uuid="image.uuid"),
    row("offers:offer_image", ANYBODY, 200, 405, uuid="published_picture.uuid", size="gross"),
    row("offers:need_add", ANYBODY, 200, 200),
    row("offers:need_thanks", ANYBODY, 200, 405, key="need.key"),
    row("offers:offer_hint", ANYBODY, 200, 200, slug="published.slug"),
    row("offers:organisation_hint", ANYBODY, 200, 200, slug="own.slug"),
    row("offers:hint_thanks", ANYBODY, 200, 405, key="hint.key"),
    row("offers:search_save", ANYBODY, 200, 200),
    row("offers:search_saved", ANYBODY, 200, 405),
    row("offers:search_ended", ANYBODY, 200, 405),
    # By signed link
    row("offers:search_detail", ANYBODY, 200, 200, token="search_link.token"),
    row("offers:search_unsubscribe", ANYBODY, 302, 200, token="search_link.token"),
    row("offers:submission_start", ANYBODY, 200, 200),
    row("offers:submission_resume", ANYBODY, 302, 302, token="draft_link.token"),
    row("offers:submission_step", ANYBODY, 200, 200, token="draft_link.token", step="pruefen"),
    row("offers:submission_discard", ANYBODY, 200, 302, token="recorded_link.token"),
    row("offers:submission_discarded", ANYBODY, 200, 405),
    row("offers:submission_confirm", ANYBODY, 200, 302, token="confirm_link.token"),
    row("offers:care_detail", ANYBODY, 200, 200, token="care_link.token"),
    row("offers:offer_preview", ANYBODY, 200, 200, token="preview_link.token"),
    row("offers:public_alike", ANYBODY, 200, 405),
    row("offers:care_edit", ANYBODY, 200, 200, token="care_link.token"),
    row("offers:care_pictures", ANYBODY, 200, 200, token="care_link.token"),
    row("offers:care_all_pictures", ANYBODY, 200, 200, token="care_all_link.token", pk="published.pk"),
    row("offers:care_all", ANYBODY, 200, 302, token="care_all_link.token"),
    row("offers:care_all_organisation", ANYBODY, 200, 200, token="care_all_link.token"),
    row("offers:care_all_edit", ANYBODY, 200, 200, token="care_all_link.token", pk="published.pk"),
    row("offers:care_all_end", ANYBODY, 200, 302, token="care_all_link.token"),
    row("offers:survey_answer", ANYBODY, 200, 200, token="survey_link.token"),
    row("offers:survey_answer_edit", ANYBODY, 200, 200, token="survey_link.token", pk="published.pk"),
    # Workspace
    row("pages:workspace_home", SIGNED_IN, 200, 405),
    row("pages:barrier_list", STAFF, 200, 405),
    row("pages:barrier_detail", STAFF, 200, 200, pk="report.pk"),
    row("pages:mailbox_list", STAFF | ADMINS, 200, 405),
    row("pages:mailbox_detail", STAFF | ADMINS, 200, 405, name="mail.name"),
    row("pages:mailbox_html", STAFF | ADMINS, 200, 405, name="mail.name"),
    row("offers:data_list", STAFF, 200, 200),
    row("offers:data_template", STAFF, 200, 405, kind="angebote"),
    row("offers:data_export", STAFF, 200, 200, kind="angebote", extension="csv"),
    row("offers:data_export_state", STAFF, 200, 405, pk="export_job.pk"),
    row("offers:data_export_file", STAFF, 302, 405, pk="export_job.pk"),
    row("offers:data_detail", STAFF, 200, 405, pk="data_preview.pk"),
    row("offers:data_columns", STAFF, 200, 200, pk="data_to_map.pk"),
    row("offers:data_match", STAFF, 405, 302, pk="data_preview.pk"),
    row("offers:data_names", STAFF, 200, 200, pk="data_preview.pk"),
    row("offers:data_terms", STAFF, 200, 302, pk="data_preview.pk"),
    row("offers:data_run", STAFF, 405, 302, pk="data_preview.pk"),
    row("offers:data_undo", STAFF, 405, 302, pk="data_imported.pk"),
    row("offers:data_discard", STAFF, 405, 302, pk="data_preview.pk"),
    row("offers:review_list", STAFF, 200, 200),
    row("offers:review_detail", STAFF, 200, 200, pk="submitted.pk"),
    row("offers:proposal_detail", STAFF, 200, 200, pk="proposal.pk"),
    row("offers:proposal_preview", STAFF, 405, 302, pk="proposal.pk"),
    row("offers:review_assign", STAFF, 405, 400, kind="angebot", pk="submitted.pk"),
    row("offers:review_preview", STAFF, 405, 302, pk="submitted.pk"),
    row("offers:staff_alike", STAFF, 200, 405),
    row("offers:merge_find", STAFF, 200, 405, kind="angebot", pk="published.pk"),
    row("offers:merge_confirm", STAFF, 200, 409, kind="angebot", pk="published.pk", other_pk="hidden.pk"),
    row("offers:follow_up_list", STAFF, 200, 405),
    row("offers:follow_up_add", STAFF, 200, 200, kind="angebot", pk="published.pk"),
    row("offers:follow_up_done", STAFF, 405, 302, pk="follow_up.pk"),
    row("offers:feedback_list", STAFF, 200, 405),
    row("offers:vain_list", STAFF, 200, 405),
    row("offers:vain_hide", STAFF, 405, 400),
    row("offers:vain_show", STAFF, 405, 302, pk="hidden_words.pk"),
    row("offers:coverage_table", STAFF, 200, 405),
    row("offers:coverage_detail", STAFF, 200, 405),
    row("offers:coverage_workbook", STAFF, 200, 405),
    row("offers:coverage_csv", STAFF, 200, 405),
    row("offers:coverage_keep", STAFF, 405, 302),
    row("offers:coverage_pdf_make", STAFF, 405, 302),
    row("offers:coverage_pdf", STAFF, 200, 405, pk="coverage_job.pk"),
    row("offers:coverage_pdf_file", STAFF, 200, 405, pk="coverage_job.pk"),
    row("offers:need_record", STAFF, 200, 200),
    row("offers:need_assign", STAFF, 200, 200, pk="need.pk"),
    row("offers:need_detail", STAFF, 200, 200, pk="need.pk"),
    row("offers:hint_detail", STAFF, 200, 200, pk="hint.pk"),
    row("offers:survey_list", STAFF, 200, 405),
    row("offers:survey_add", STAFF, 200, 200),
    row("offers:survey_detail", STAFF, 200, 400, pk="survey.pk"),
    row("offers:survey_edit", STAFF, 200, 200, pk="survey.pk"),
    row("offers:survey_choose", STAFF, 200, 200, pk="survey.pk"),
    row("offers:survey_remind", STAFF, 405, 302, pk="survey.pk"),
    row("offers:survey_result", STAFF, 200, 405, pk="survey.pk"),
    row("offers:survey_workbook", STAFF, 200, 405, pk="survey.pk"),
    row("offers:survey_on_phone", STAFF, 200, 200, pk="invitation.pk"),
    row("offers:invitation_address", STAFF, 200, 200, pk="invitation.pk"),
    row("offers:invitation_send", STAFF, 405, 302, pk="invitation.pk"),
    row("offers:invitation_remove", STAFF, 405, 302, pk="invitation.pk"),
    row("offers:freshness_board", STAFF, 200, 405),
    row("offers:freshness_ask", STAFF, 405, 302, pk="published.pk"),
    row("offers:freshness_ask_all", STAFF, 405, 302),
    row("offers:freshness_phone", STAFF, 405, 302, pk="published.pk"),
    row("offers:address_mark", STAFF, 405, 200),
    row("offers:address_clear", STAFF, 405, 302, pk="address_without_mail.pk"),
    row("offers:address_replace", STAFF, 200, 200, pk="address_without_mail.pk"),
    row("offers:holiday_list", STAFF, 200, 405),
    row("offers:holiday_add", STAFF, 200, 200),
    row("offers:holiday_edit", STAFF, 200, 200, pk="school_holiday.pk"),
    row("offers:holiday_delete", STAFF, 405, 302, pk="school_holiday.pk"),
    row("offers:reason_list", STAFF, 200, 405),
    row("offers:reason_add", STAFF, 200, 200),
    row("offers:reason_edit", STAFF, 200, 200, pk="reason_template.pk"),
    row("offers:reason_move", STAFF, 405, 302, pk="reason_template.pk"),
    row("offers:reason_delete", STAFF, 405, 302, pk="reason_template.pk"),
    row("offers:staff_brochure_list", STAFF, 200, 302),
    row("offers:staff_offer_list", STAFF, 200, 405),
    row("offers:recording_add", STAFF, 200, 200),
    row("offers:recording_organisation", STAFF, 200, 405),
    row("offers:recording_list", STAFF, 200, 405),
    row("offers:recording_edit", STAFF, 200, 200, pk="recorded.pk"),
    row("offers:recording_link", STAFF, 405, 302, pk="recorded.pk"),
    row("offers:recording_submit", STAFF, 405, 302, pk="recorded.pk"),
    row("offers:recording_discard", STAFF, 405, 302, pk="recorded.pk"),
    row("offers:staff_offer_add", STAFF, 200, 200),
    row("offers:staff_offer_detail", STAFF, 200, 400, pk="published.pk"),
    row("offers:staff_offer_pictures", STAFF, 200, 200, pk="published.pk"),
    row("offers:staff_offer_edit", STAFF, 200, 200, pk="published.pk"),
    row("offers:staff_offer_note", STAFF, 405, 302, pk="published.pk"),
    row("offers:staff_offer_care_link", STAFF, 405, 302, pk="published.pk"),
    row("offers:offer_confirm", MEMBERS, 405, 302, pk="published.pk", others=404),
    row("offers:staff_organisation_list", STAFF, 200, 405),
    row("offers:staff_organisation_add", STAFF, 200, 200),
    row("offers:staff_organisation_detail", STAFF, 200, 400, pk="own.pk"),
    row("offers:staff_organisation_edit", STAFF, 200, 200, pk="own.pk"),
    row("offers:staff_contact_add", STAFF, 200, 200, organisation_pk="own.pk"),
    row("offers:staff_contact_edit", STAFF, 200, 200, organisation_pk="own.pk", pk="contact.pk"),
    row("offers:staff_consent_withdraw", STAFF, 405, 302, organisation_pk="own.pk", pk="contact.pk"),
    row("concepts:staff_concept_list", STAFF, 200, 405),
    row("concepts:staff_concept_add", STAFF, 200, 200),
    row("concepts:staff_concept_detail", STAFF, 200, 405, pk="concept.pk"),
    row("concepts:staff_concept_edit", STAFF, 200, 200, pk="concept.pk"),
    row("concepts:staff_version_compare", STAFF, 200, 302, pk="concept.pk"),
    row(
        "concepts:staff_synopsis_file",
        STAFF,
        200,
        405,
        pk="concept.pk",
        old="former.number",
        new="in_force.number",
    ),
    row("concepts:staff_image_list", STAFF, 200, 405, concept_pk="concept.pk"),
    row("concepts:staff_image_add", STAFF, 405, 200, concept_pk="concept.pk"),
    row("concepts:staff_version_detail", STAFF, 200, 400, pk="concept_draft.pk"),
    row("concepts:staff_version_edit", STAFF, 200, 200, pk="concept_draft.pk"),
    row("concepts:staff_version_freeze", STAFF, 200, 200, pk="concept_draft.pk"),
    row("concepts:staff_version_preview", STAFF, 404, 302, pk="concept_draft.pk"),
    row("concepts:staff_version_next", STAFF, 405, 302, pk="in_force.pk"),
    row("concepts:staff_version_discard", STAFF, 200, 302, pk="concept_draft.pk"),
    row("concepts:staff_replace", STAFF, 200, 200, pk="concept_draft.pk"),
    row("concepts:staff_replace_undo", STAFF, 405, 302, pk="concept_draft.pk", key="replacement.key"),
    row("concepts:staff_section_add", STAFF, 200, 200, version_pk="concept_draft.pk"),
    row("concepts:staff_section_edit", STAFF, 200, 200, pk="section_of_draft.pk"),
    row("concepts:staff_section_aside", STAFF, 200, 405, pk="section_of_draft.pk"),
    row("concepts:staff_section_preview", STAFF, 200, 405, pk="section_of_draft.pk"),
    row("concepts:staff_section_move", STAFF, 405, 302, pk="section_of_draft.pk"),
    row("concepts:staff_section_delete", STAFF, 200, 302, pk="section_of_draft.pk"),
    row("concepts:staff_section_sign", STAFF, 405, 200, pk="section_of_draft.pk"),
    row("concepts:staff_note_list", STAFF, 200, 200, pk="section_of_draft.pk"),
    row("concepts:staff_note_mark", STAFF, 405, 302, pk="section_note.pk"),
    row("concepts:staff_template_list", STAFF, 200, 405),
    row("concepts:staff_template_add", STAFF, 200, 200),
    row("concepts:staff_template_edit", STAFF, 200, 200, pk="section_template.pk"),
    row("concepts:staff_template_delete", STAFF, 405, 302, pk="section_template.pk"),
    row("concepts:staff_source_list", STAFF, 200, 405, version_pk="concept_draft.pk"),
    row("concepts:staff_source_add", STAFF, 200, 200, version_pk="concept_draft.pk"),
    row("concepts:staff_source_edit", STAFF, 200, 200, pk="source_of_draft.pk"),
    row("concepts:staff_source_delete", STAFF, 200, 302, pk="source_of_draft.pk"),
    row("concepts:staff_action_area_add", STAFF, 200, 200, version_pk="concept_draft.pk"),
    row("concepts:staff_action_area_edit", STAFF, 200, 200, pk="area_of_draft.pk"),
    row("concepts:staff_action_area_move", STAFF, 405, 302, pk="area_of_draft.pk"),
    row("concepts:staff_action_area_delete", STAFF, 200, 302, pk="area_of_draft.pk"),
    # Posts and money
    row("funding:public_summary", ANYBODY, 200, 405),
    row("funding:sheet", STAFF, 200, 405),
    row("funding:position_list", STAFF, 200, 405),
    row("funding:position_detail", STAFF, 200, 405, pk="position.pk"),
    row("funding:sheet_workbook", HEADS, 200, 405),
    row("funding:figures_csv", HEADS, 200, 405),
    row("funding:simulation", HEADS, 200, 405),
    row("funding:document_make", HEADS, 405, 302, kind="uebersicht"),
    row("funding:document_state", HEADS, 200, 405, pk="funding_job.pk"),
    row("funding:document_file", HEADS, 200, 405, pk="funding_job.pk"),
    row("funding:position_add", HEADS, 200, 200),
    row("funding:position_edit", HEADS, 200, 200, pk="position.pk"),
    row("funding:position_delete", HEADS, 200, 400, pk="position.pk"),
    row("funding:assignment_add", HEADS, 200, 200, position_pk="position.pk"),
    row("funding:assignment_edit", HEADS, 200, 200, pk="assignment.pk"),
    row("funding:assignment_delete", HEADS, 200, 302, pk="assignment.pk"),
    row("funding:grant_list", HEADS, 200, 405),
    row("funding:grant_add", HEADS, 200, 200),
    row("funding:grant_detail", HEADS, 200, 405, pk="grant.pk"),
    row("funding:grant_edit", HEADS, 200, 200, pk="grant.pk"),
    row("funding:grant_delete", HEADS, 200, 400, pk="grant.pk"),
    row("funding:drawdown_add", HEADS, 200, 200, grant_pk="grant.pk"),
    row("funding:drawdown_edit", HEADS, 200, 200, pk="drawdown.pk"),
    row("funding:drawdown_delete", HEADS, 200, 302, pk="drawdown.pk"),
    row("funding:report_add", HEADS, 200, 200, grant_pk="grant.pk"),
    row("funding:report_detail", HEADS, 200, 400, pk="use_report.pk"),
    row("funding:report_edit", HEADS, 200, 200, pk="use_report.pk"),
    row("funding:report_delete", HEADS, 200, 400, pk="use_report.pk"),
    row("funding:attachment_add", HEADS, 200, 200, report_pk="use_report.pk"),
    row("funding:attachment_file", HEADS, 200, 405, uuid="attachment.uuid"),
    row("funding:attachment_delete", HEADS, 405, 302, uuid="attachment.uuid"),
    row("funding:cost_list", HEADS, 200, 405),
    row("funding:cost_add", HEADS, 200, 200),
    row("funding:cost_edit", HEADS, 200, 200, pk="cost.pk"),
    row("funding:cost_delete", HEADS, 200, 302, pk="cost.pk"),
    row("funding:in_kind_add", HEADS, 200, 200),
    row("funding:in_kind_edit", HEADS, 200, 200, pk="in_kind.pk"),
    row("funding:in_kind_delete", HEADS, 200, 302, pk="in_kind.pk"),
    row("funding:programme_list", HEADS, 200, 405),
    row("funding:programme_add", HEADS, 200, 200),
    row("funding:programme_edit", HEADS, 200, 200, pk="funding_programme.pk"),
    row("funding:programme_delete", HEADS, 200, 400, pk="funding_programme.pk"),
    row("funding:rate_add", HEADS, 200, 200, programme_pk="funding_programme.pk"),
    row("funding:rate_edit", HEADS, 200, 200, pk="rate.pk"),
    row("funding:rate_delete", HEADS, 200, 302, pk="rate.pk"),
    row("funding:heard_body_list", HEADS, 200, 405),
    row("funding:heard_body_edit", HEADS, 200, 200, pk="heard_body.pk"),
    row("funding:summary_list", HEADS, 200, 405),
    row("funding:summary_add", HEADS, 200, 200),
    row("funding:summary_detail", HEADS, 200, 400, pk="summary.pk"),
    row("funding:summary_edit", HEADS, 200, 200, pk="summary.pk"),
    row("funding:summary_delete", HEADS, 200, 400, pk="summary.pk"),
    row("funding:change_list", HEADS, 200, 405),
    row("concepts:measure_list", STAFF, 200, 405),
    row("concepts:measure_add", STAFF, 200, 200),
    row("concepts:measure_detail", STAFF, 200, 400, pk="measure.pk"),
    row("concepts:measure_edit", STAFF, 200, 200, pk="measure.pk"),
    row("concepts:measure_move", STAFF, 405, 302, pk="pool_measure.pk"),
    row("concepts:measure_delete", STAFF, 200, 302, pk="mistaken_measure.pk"),
    row("concepts:measure_select", STAFF, 405, 302, pk="pool_measure.pk"),
    row("concepts:measure_steps", STAFF, 200, 200, pk="measure.pk"),
    row("concepts:step_mark", STAFF, 405, 302, pk="measure_step.pk"),
    row("concepts:measure_indicators", STAFF, 200, 200, pk="measure.pk"),
    row("concepts:indicator_count", STAFF, 200, 200, pk="indicator.pk"),
    row("concepts:indicator_value_remove", STAFF, 405, 302, pk="indicator_value.pk"),
    row("concepts:note_add", STAFF, 200, 200, pk="measure.pk"),
    row("concepts:note_edit", STAFF, 200, 200, pk="note.pk"),
    row("concepts:measure_links", STAFF, 200, 400, pk="measure.pk"),
    row("concepts:measure_template", STAFF, 200, 405),
    row("concepts:measure_export", STAFF, 200, 405, extension="csv"),
    row("concepts:word_draft", STAFF, 200, 405, pk="concept_draft.pk"),
    row("concepts:word_add", STAFF, 200, 200, pk="concept_draft.pk"),
    row("concepts:word_import", STAFF, 200, 200, key="word_import.key"),
    row("concepts:word_undo", STAFF, 405, 409, key="word_import.key"),
    row("concepts:word_discard", STAFF, 405, 302, key="word_import.key"),
    row("concepts:word_picture", STAFF, 404, 405, key="word_import.key", uuid="word_import.key"),
    row("concepts:measure_table_list", STAFF, 200, 200),
    row("concepts:measure_table", STAFF, 200, 405, key="measure_table.key"),
    row("concepts:measure_table_take", STAFF, 405, 409, key="measure_table.key"),
    row("concepts:measure_table_discard", STAFF, 405, 302, key="measure_table.key"),
    row("concepts:paper_list", STAFF, 200, 200),
    row("concepts:paper_detail", STAFF, 200, 405, key="measure_paper.key"),
    row("concepts:paper_file", STAFF, 200, 405, key="measure_paper.key"),
    row("concepts:period_list", STAFF, 200, 405),
    row("concepts:period_add", STAFF, 200, 200),
    row("concepts:period_detail", STAFF, 200, 400, pk="period.pk"),
    row("concepts:period_edit", STAFF, 200, 200, pk="period_draft.pk"),
    row("concepts:period_end", HEADS, 200, 200, pk="period.pk"),
    row("concepts:period_discard", STAFF, 200, 302, pk="period_draft.pk"),
    row("concepts:focus_add", STAFF, 200, 200, period_pk="period_draft.pk"),
    row("concepts:focus_edit", STAFF, 200, 200, pk="focus_of_draft.pk"),
    row("concepts:focus_remove", STAFF, 405, 302, pk="focus_of_draft.pk"),
    # A Kommune and its place
    row("offers:local_home", KOMMUNEN, 302, 405),
    row("offers:local_offer_list", KOMMUNEN, 200, 405, slug="municipality.slug"),
    row("offers:local_offer_detail", KOMMUNEN, 200, 405, slug="municipality.slug", pk="published.pk"),
    row("offers:local_hint_add", KOMMUNEN, 200, 200, slug="municipality.slug", pk="submitted.pk"),
    row("offers:local_hint_list", KOMMUNEN, 200, 405, slug="municipality.slug"),
    row("offers:local_gap_list", KOMMUNEN, 200, 405, slug="municipality.slug"),
    row("offers:local_need_add", KOMMUNEN, 200, 200, slug="municipality.slug"),
    # People of a Verein or a Kommune
    row("offers:member_offer_add", OWNERS, 200, 200),
    row("offers:member_offer_detail", OWNERS, 200, 400, pk="published.pk"),
    row("offers:member_offer_pictures", OWNERS, 200, 200, pk="published.pk"),
    row("offers:member_offer_edit", OWNERS, 200, 200, pk="published.pk"),
    row("offers:member_profile", OWNERS, 200, 400, organisation_pk="own.pk"),
    row("offers:member_profile_edit", OWNERS, 200, 200, organisation_pk="own.pk"),
    row("offers:member_contact_add", OWNERS, 200, 200, organisation_pk="own.pk"),
    row("offers:member_contact_edit", OWNERS, 200, 200, organisation_pk="own.pk", pk="contact.pk"),
    row("offers:member_contact_step", OWNERS, 405, 400, organisation_pk="own.pk", pk="contact.pk"),
    row("offers:member_access", MEMBERS, 200, 200, organisation_pk="own.pk"),
    row("offers:member_access_take", MEMBERS, 405, 302, organisation_pk="own.pk", pk="membership.pk"),
    row("offers:member_access_hand_over", STAFF, 200, 200, organisation_pk="own.pk"),
    row("offers:member_offer_step", OWNERS, 200, 302, pk="changes_requested.pk", step="pruefen"),
    row("offers:member_survey", OWNERS, 200, 200, pk="invitation.pk"),
    row("offers:member_survey_edit", OWNERS, 200, 200, pk="invitation.pk", offer_pk="published.pk"),
    row("common:job_list", STAFF, 200, 405),
    row("common:job_detail", STAFF, 200, 405, pk="job.pk"),
    row("common:job_retry", STAFF, 405, 302, pk="job.pk"),
    # Accounts (nobody in this world has a second factor, nobody has just typed a password)
    row("account_login", ANYBODY, 200, 200, signed_in=(302, 302)),
    row("account_logout", ANYBODY, 302, 302, signed_in=(200, 302)),
    row("account_inactive", ANYBODY, 200, 405),
    row("account_reauthenticate", SIGNED_IN, 200, 200),
    row("account_email", SIGNED_IN, 200, 302),
    row("account_email_verification_sent", ANYBODY, 200, 405),
    row("account_confirm_email", ANYBODY, 200, 404, key="unknown"),
    row("account_change_password", SIGNED_IN, 200, 200),
    row("account_reset_password", ANYBODY, 200, 200),
    row("account_reset_password_done", ANYBODY, 200, 405),
    row("account_reset_password_from_key_done", ANYBODY, 200, 405),
    row("account_reset_password_from_key", ANYBODY, 200, 200, uidb36="1", key="unknown"),
    row("mfa_index", SIGNED_IN, 200, 405),
    row("mfa_authenticate", ANYBODY, 302, 302),
    row("mfa_reauthenticate", SIGNED_IN, 302, 302),
    row("mfa_activate_totp", SIGNED_IN, 302, 302),
    row("mfa_deactivate_totp", SIGNED_IN, 404, 404),
    row("mfa_view_recovery_codes", SIGNED_IN, 404, 405),
    row("mfa_generate_recovery_codes", SIGNED_IN, 302, 302),
    row("mfa_download_recovery_codes", SIGNED_IN, 404, 404),
    # Django admin
    row("admin:index", ADMINS, 200, 200),
    row("admin:login", ADMINS, 302, 302),
    row("admin:logout", ADMINS, 302, 302),
    row("admin:jsi18n", ADMINS, 200, 405),
    row("admin:autocomplete", ADMINS, 403, 405),
    row("admin:view_on_site", ADMINS, 302, 302, content_type_id="programme.type", object_id="programme.pk"),
    row("admin:app_list", ADMINS, 200, 200, app_label="offers"),
    row("admin:<path:object_id>/", ADMINS, 302, 302, path="/admin/offers/topic/1/"),
    row("admin:(?P<url>.*)$", ADMINS, 404, 404, path="/admin/gibt-es-nicht"),
    *admin_model("common_user", record="account.pk"),
    *admin_model("auth_group", add=False, change=False, record="group.pk"),
    *admin_model("common_centre", add=False, record="centre.pk"),
    *admin_model("common_centretext", record="text.pk"),
    *admin_model("actors_municipality", record="municipality.pk"),
    *admin_model("actors_language", record="language.pk"),
    *admin_model("actors_organisation", add=False, change=False, record="own.pk"),
    *admin_model("actors_membership", delete=True, record="membership.pk"),
    *admin_model("actors_fundernote", delete=True, record="funder_note.pk"),
    *admin_model("offers_topic", record="topic.pk"),
    *admin_model("offers_targetgroup", record="target_group.pk"),
    *admin_model("offers_offertype", record="offer_type.pk"),
    *admin_model("offers_programme", record="programme.pk"),
    *admin_model("offers_reasontemplate", delete=True, record="reason_template.pk"),
    *admin_model("offers_schoolholiday", delete=True, record="school_holiday.pk"),
    *admin_model("concepts_periodrule", delete=True, record="period_rule.pk"),
    *admin_model("account_emailaddress", view=False, record="address.pk"),
    *admin_model("mfa_authenticator", view=False, record="authenticator.pk"),
]


def url_names(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name or entry.pattern}"
        else:
            yield from url_names(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)


# The tests


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Made once: every request is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def sessions(world: World) -> dict[str, str]:
    """The session cookie of each role; strangers have none."""
    sessions = {STRANGER: ""}
    for role, user in world.users.items():
        client = Client()
        client.force_login(user)
        sessions[role] = client.cookies[settings.SESSION_COOKIE_NAME].value
    return sessions


def answer(session: str, method: str, url: str) -> HttpResponseBase:
    client = Client(raise_request_exception=False)
    if session:
        client.cookies[settings.SESSION_COOKIE_NAME] = session
    with transaction.atomic():
        response: HttpResponseBase = getattr(client, method)(url)
        transaction.set_rollback(True)
    return response


def value(world: World, text: str) -> Any:
    """ "published.pk" is the primary key of that record, "draft_link.token" its token; other words stay as they are."""
    name, _dot, attribute = text.partition(".")
    if not attribute:
        return text
    record = world[name]
    match attribute:
        case "token":
            return links.token(record)
        case "type":
            return ContentType.objects.get_for_model(record).pk
        case _:
            return getattr(record, attribute)


def address(world: World, entry: Row) -> str:
    if path := entry.arguments.get("path"):
        return path
    return reverse(entry.name, kwargs={name: value(world, text) for name, text in entry.arguments.items()})


def test_every_url_has_a_line_and_every_line_a_url() -> None:
    listed = [entry.name for entry in ROWS]
    assert len(listed) == len(set(listed))
    assert set(listed) == set(url_names(get_resolver()))


def test_every_model_of_the_admin_has_its_lines() -> None:
    registered = {f"admin:{model._meta.app_label}_{model._meta.model_name}_add" for model in admin.site._registry}
    assert registered <= {entry.name for entry in ROWS}


@pytest.mark.django_db
@pytest.mark.parametrize("entry", ROWS, ids=lambda entry: entry.name)
def test_page_answers_each_role_as_its_line_says(entry: Row, world: World, sessions: dict[str, str]) -> None:
    url = address(world, entry)
    found = {
        f"{who} {method}": response.status_code
        for who, session in sessions.items()
        for method in ("get", "post")
        if (response := answer(session, method, url)).status_code not in entry.expected(who, method)
    }
    assert not found, f"{url}: {found}"


def unknown(argument: Any) -> Any:
    match argument:
        case int():
            return 10**9
        case UUID():
            return UUID(int=0)
        case _:
            return "A" * len(argument) if len(argument) == 43 else "gibt-es-nicht"


ROOMS = ("pages:", "funding:", "concepts:", "offers:", "common:")
OURS = [entry for entry in ROWS if entry.arguments and entry.name.startswith(ROOMS)]


@pytest.mark.django_db
@pytest.mark.parametrize("entry", OURS, ids=lambda entry: entry.name)
def test_page_of_a_record_that_nobody_knows_is_not_found(entry: Row, world: World, sessions: dict[str, str]) -> None:
    known = {name: value(world, text) for name, text in entry.arguments.items()}
    method = "post" if entry.get == 405 else "get"
    for name, argument in known.items():
        url = reverse(entry.name, kwargs=known | {name: unknown(argument)})
        found = {who: answer(sessions[who], method, url).status_code for who in entry.who}
        assert found == dict.fromkeys(entry.who, 404), url


# Records that exist: to whom they answer as if they did not. An offer that is over says so (410).
HIDDEN = [
    ("offers:offer_detail", ANYBODY, 404, {"slug": "hidden.slug"}),
    ("offers:offer_detail", ANYBODY, 410, {"slug": "archived.slug"}),
    ("offers:offer_detail", ANYBODY, 404, {"slug": "of_archived_organisation.slug"}),
    *(
        ("offers:offer_image", who, 404, {"uuid": f"{name}_picture.uuid", "size": "klein"})
        for who, names in (
            (ANYBODY, ("draft", "unconfirmed")),
            (ANYBODY - STAFF - OWNERS, ("submitted", "changes_requested", "hidden", "archived", "rejected")),
            (ANYBODY - STAFF, ("waiting",)),
        )
        for name in names
    ),
    *(
        (f"offers:{name}", ANYBODY, 404, {"slug": f"{record}.slug"})
        for name in ("offer_calendar", "offer_code", "offer_code_svg", "offer_code_png")
        for record in ("hidden", "archived", "of_archived_organisation")
    ),
    ("offers:member_offer_pictures", OWNERS, 404, {"pk": "foreign.pk"}),
    ("offers:care_pictures", ANYBODY, 404, {"token": "draft_link.token"}),
    ("offers:care_pictures", ANYBODY, 410, {"token": "revoked_link.token"}),
    ("offers:care_all_pictures", ANYBODY, 404, {"token": "care_all_link.token", "pk": "foreign.pk"}),
    ("offers:staff_offer_pictures", STAFF, 404, {"pk": "draft.pk"}),
    ("offers:offer_hint", ANYBODY, 404, {"slug": "hidden.slug"}),
    ("offers:organisation_hint", ANYBODY, 404, {"slug": "archived_organisation.slug"}),
    ("offers:organisation_detail", ANYBODY, 404, {"slug": "proposed.slug"}),
    ("offers:organisation_detail", ANYBODY, 404, {"slug": "archived_organisation.slug"}),
    ("concepts:version_detail", READERS, 404, {"slug": "concept.slug", "number": "in_committee.number"}),
    ("concepts:version_word", READERS, 404, {"slug": "concept.slug", "number": "in_committee.number"}),
    (
        "concepts:synopsis_file",
        READERS,
        404,
        {"slug": "concept.slug", "old": "in_force.number", "new": "in_committee.number"},
    ),
    ("concepts:version_pdf", READERS, 404, {"slug": "concept.slug", "number": "in_committee.number"}),
    *(
        (name, READERS, 404, {"slug": "concept.slug", "number": "in_committee.number", "uuid": "chapter.uuid"})
        for name in ("concepts:section_detail", "concepts:chapter_pdf")
    ),
    ("concepts:concept_detail", READERS | {COUNCIL}, 404, {"slug": "frozen_concept.slug"}),
    ("concepts:concept_detail", ANYBODY, 404, {"slug": "concept_of_draft.slug"}),
    ("concepts:version_detail", ANYBODY, 404, {"slug": "concept_of_draft.slug", "number": "concept_draft.number"}),
    (
        "concepts:section_detail",
        ANYBODY,
        404,
        {"slug": "concept_of_draft.slug", "number": "concept_draft.number", "uuid": "section_of_draft.uuid"},
    ),
    # What is decided on is changed by the head alone
    ("concepts:period_edit", frozenset({EDITOR}), 403, {"pk": "period.pk"}),
    ("concepts:focus_add", frozenset({EDITOR}), 403, {"period_pk": "period.pk"}),
    ("concepts:focus_edit", frozenset({EDITOR}), 403, {"pk": "focus.pk"}),
    ("offers:member_profile", OWNERS, 404, {"organisation_pk": "proposed.pk"}),
    ("offers:member_profile_edit", OWNERS, 404, {"organisation_pk": "archived_organisation.pk"}),
    ("offers:member_contact_add", OWNERS, 404, {"organisation_pk": "proposed.pk"}),
    ("offers:member_contact_edit", OWNERS, 404, {"organisation_pk": "proposed.pk", "pk": "contact.pk"}),
    ("offers:member_contact_edit", OWNERS, 404, {"organisation_pk": "own.pk", "pk": "foreign_contact.pk"}),
    # of a draft that somebody writes by a link
    ("offers:member_contact_edit", OWNERS, 404, {"organisation_pk": "own.pk", "pk": "contact_of_draft.pk"}),
    ("offers:member_contact_step", OWNERS, 404, {"organisation_pk": "own.pk", "pk": "foreign_contact.pk"}),
    ("offers:member_access", OWNERS, 404, {"organisation_pk": "archived_organisation.pk"}),
    ("offers:member_access_take", OWNERS, 404, {"organisation_pk": "proposed.pk", "pk": "membership.pk"}),
    ("offers:member_offer_detail", OWNERS, 404, {"pk": "foreign.pk"}),
    ("offers:member_offer_detail", OWNERS, 404, {"pk": "draft.pk"}),  # somebody writes it by a link
    ("offers:member_offer_detail", OWNERS, 404, {"pk": "unconfirmed.pk"}),
    ("offers:member_offer_edit", OWNERS, 404, {"pk": "foreign.pk"}),
    ("offers:member_offer_step", OWNERS, 404, {"pk": "foreign.pk", "step": "pruefen"}),
    ("offers:member_offer_step", OWNERS, 404, {"pk": "draft.pk", "step": "angebot"}),
    *(
        (f"offers:local_{page}", KOMMUNEN, 404, {"slug": "other_municipality.slug"})
        for page in ("offer_list", "hint_list", "gap_list", "need_add")
    ),
    *(
        (f"offers:local_{page}", KOMMUNEN, 404, {"slug": "municipality.slug", "pk": f"{name}.pk"})
        for page in ("offer_detail", "hint_add")
        for name in ("draft", "unconfirmed", "rejected", "foreign")
    ),
    ("offers:local_offer_detail", KOMMUNEN, 404, {"slug": "other_municipality.slug", "pk": "published.pk"}),
    ("offers:submission_resume", ANYBODY, 404, {"token": "care_link.token"}),
    ("offers:submission_confirm", ANYBODY, 404, {"token": "draft_link.token"}),
    ("offers:care_detail", ANYBODY, 404, {"token": "confirm_link.token"}),
    ("offers:care_edit", ANYBODY, 404, {"token": "draft_link.token"}),
    ("offers:care_all", ANYBODY, 404, {"token": "care_link.token"}),
    ("offers:care_all", ANYBODY, 410, {"token": "expired_all_link.token"}),
    ("offers:care_all_end", ANYBODY, 404, {"token": "care_link.token"}),
    ("offers:care_all_edit", ANYBODY, 404, {"token": "care_all_link.token", "pk": "foreign.pk"}),
    ("offers:care_detail", ANYBODY, 410, {"token": "expired_link.token"}),
    ("offers:care_edit", ANYBODY, 410, {"token": "revoked_link.token"}),
    ("offers:search_detail", ANYBODY, 404, {"token": "care_link.token"}),
    ("offers:search_detail", ANYBODY, 410, {"token": "ended_search_link.token"}),
    ("offers:search_unsubscribe", ANYBODY, 410, {"token": "ended_search_link.token"}),
    ("offers:survey_answer", ANYBODY, 404, {"token": "care_link.token"}),
    ("offers:survey_answer", ANYBODY, 410, {"token": "expired_all_link.token"}),
    ("offers:survey_answer_edit", ANYBODY, 404, {"token": "survey_link.token", "pk": "foreign.pk"}),
    ("offers:survey_result", STAFF, 404, {"pk": "survey_draft.pk"}),
    ("offers:survey_workbook", STAFF, 404, {"pk": "survey_draft.pk"}),
    ("offers:survey_on_phone", STAFF, 404, {"pk": "invitation_of_draft.pk"}),
    ("offers:member_survey", OWNERS, 404, {"pk": "invitation_of_draft.pk"}),
    ("offers:member_survey_edit", OWNERS, 404, {"pk": "invitation.pk", "offer_pk": "foreign.pk"}),
    ("offers:review_detail", STAFF, 404, {"pk": "draft.pk"}),
    ("offers:review_detail", STAFF, 404, {"pk": "unconfirmed.pk"}),
    ("offers:staff_offer_detail", STAFF, 404, {"pk": "draft.pk"}),
    ("offers:staff_offer_detail", STAFF, 404, {"pk": "unconfirmed.pk"}),
    ("offers:staff_offer_edit", STAFF, 404, {"pk": "draft.pk"}),
    ("offers:staff_offer_detail", STAFF, 404, {"pk": "recorded.pk"}),
    ("offers:recording_edit", STAFF, 404, {"pk": "draft.pk"}),
    ("offers:recording_edit", STAFF, 404, {"pk": "submitted.pk"}),
    ("offers:recording_link", STAFF, 404, {"pk": "draft.pk"}),
    ("offers:recording_submit", STAFF, 404, {"pk": "draft.pk"}),
    ("offers:recording_discard", STAFF, 404, {"pk": "draft.pk"}),
    ("offers:recording_discard", STAFF, 404, {"pk": "published.pk"}),
    ("offers:submission_discard", ANYBODY, 404, {"token": "draft_link.token"}),
    ("offers:member_offer_detail", OWNERS, 404, {"pk": "recorded.pk"}),
    ("offers:member_offer_step", OWNERS, 404, {"pk": "recorded.pk", "step": "angebot"}),
    ("offers:staff_offer_edit", STAFF, 404, {"pk": "unconfirmed.pk"}),
    ("offers:staff_contact_edit", STAFF, 404, {"organisation_pk": "proposed.pk", "pk": "contact.pk"}),
    ("offers:staff_consent_withdraw", STAFF, 404, {"organisation_pk": "proposed.pk", "pk": "contact.pk"}),
    ("offers:offer_confirm", frozenset({PROVIDER, MUNICIPALITY}), 404, {"pk": "foreign.pk"}),
    ("offers:offer_confirm", STAFF, 404, {"pk": "draft.pk"}),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "who", "status", "arguments"), HIDDEN)
def test_page_of_a_record_that_one_may_not_know_of(
    name: str, who: frozenset[str], status: int, arguments: dict[str, str], world: World, sessions: dict[str, str]
) -> None:
    entry = next(entry for entry in ROWS if entry.name == name)
    url = address(world, Row(name, who, 200, 200, arguments))
    method = "post" if entry.get == 405 else "get"
    found = {person: answer(sessions[person], method, url).status_code for person in who}
    assert found == dict.fromkeys(who, status), url


@pytest.mark.django_db
@pytest.mark.parametrize("entry", [entry for entry in ROWS if entry.who == ANYBODY], ids=lambda entry: entry.name)
def test_public_page_answers_strangers_in_every_language(entry: Row, world: World) -> None:
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            url = address(world, entry)
        assert answer("", "get", url).status_code == entry.get, url


@pytest.mark.django_db
def test_stranger_comes_back_to_the_page_after_signing_in(world: World) -> None:
    response = answer("", "get", "/arbeitsplatz/pruefung/")
    assert response.headers["Location"] == "/konto/anmelden/?next=/arbeitsplatz/pruefung/"


@pytest.mark.django_db
def test_switched_off_account_is_a_stranger_at_once(world: World, sessions: dict[str, str]) -> None:
    User.objects.filter(pk=world.users[EDITOR].pk).update(is_active=False)
    assert answer(sessions[EDITOR], "get", "/arbeitsplatz/pruefung/").status_code == 302


@pytest.mark.parametrize("path", ["/konto/signup/", "/konto/registrieren/", "/accounts/login/", "/konto/login/code/"])
def test_there_is_no_sign_up_and_no_second_door(path: str) -> None:
    with pytest.raises(Resolver404):
        resolve(path)
