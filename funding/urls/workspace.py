"""Posts and money: the sheet, and the pages that keep what stands in it."""

from django.urls import URLPattern, path

from funding.views import history, money, overview, posts, reports, summaries

_ROOT = "arbeitsplatz/foerderung"


def _record(folder: str, name: str, edit: type, delete: type) -> list[URLPattern]:
    return [
        path(f"{_ROOT}/{folder}/<int:pk>/bearbeiten/", edit.as_view(), name=f"{name}_edit"),  # type: ignore[attr-defined]
        path(f"{_ROOT}/{folder}/<int:pk>/loeschen/", delete.as_view(), name=f"{name}_delete"),  # type: ignore[attr-defined]
    ]


urlpatterns: list[URLPattern] = [
    path(f"{_ROOT}/", overview.overview, name="sheet"),
    path(f"{_ROOT}/tabelle.xlsx", overview.sheet_workbook, name="sheet_workbook"),
    path(f"{_ROOT}/jahreszahlen.csv", overview.figures_csv, name="figures_csv"),
    path(f"{_ROOT}/planspiel/", overview.simulation, name="simulation"),
    path(f"{_ROOT}/pdf/<slug:kind>/", overview.document_make, name="document_make"),
    path(f"{_ROOT}/pdf/<uuid:pk>/stand/", overview.document_state, name="document_state"),
    path(f"{_ROOT}/pdf/<uuid:pk>/datei.pdf", overview.document_file, name="document_file"),
    # Posts
    path(f"{_ROOT}/stellen/", posts.PositionList.as_view(), name="position_list"),
    path(f"{_ROOT}/stellen/neu/", posts.PositionAdd.as_view(), name="position_add"),
    path(f"{_ROOT}/stellen/<int:pk>/", posts.PositionDetail.as_view(), name="position_detail"),
    *_record("stellen", "position", posts.PositionEdit, posts.PositionDelete),
    path(f"{_ROOT}/stellen/<int:position_pk>/besetzungen/neu/", posts.AssignmentAdd.as_view(), name="assignment_add"),
    *_record("besetzungen", "assignment", posts.AssignmentEdit, posts.AssignmentDelete),
    # Grants
    path(f"{_ROOT}/zuwendungen/", money.GrantList.as_view(), name="grant_list"),
    path(f"{_ROOT}/zuwendungen/neu/", money.GrantAdd.as_view(), name="grant_add"),
    path(f"{_ROOT}/zuwendungen/<int:pk>/", money.GrantDetail.as_view(), name="grant_detail"),
    *_record("zuwendungen", "grant", money.GrantEdit, money.GrantDelete),
    path(f"{_ROOT}/zuwendungen/<int:grant_pk>/abrufe/neu/", money.DrawdownAdd.as_view(), name="drawdown_add"),
    *_record("abrufe", "drawdown", money.DrawdownEdit, money.DrawdownDelete),
    path(f"{_ROOT}/zuwendungen/<int:grant_pk>/nachweise/neu/", reports.ReportAdd.as_view(), name="report_add"),
    path(f"{_ROOT}/nachweise/<int:pk>/", reports.ReportDetail.as_view(), name="report_detail"),
    *_record("nachweise", "report", reports.ReportEdit, reports.ReportDelete),
    path(f"{_ROOT}/nachweise/<int:report_pk>/anlagen/neu/", reports.AttachmentAdd.as_view(), name="attachment_add"),
    path(f"{_ROOT}/anlagen/<uuid:uuid>/", reports.attachment_file, name="attachment_file"),
    path(f"{_ROOT}/anlagen/<uuid:uuid>/loeschen/", reports.attachment_delete, name="attachment_delete"),
    # Costs, contributions
    path(f"{_ROOT}/ausgaben/", money.CostList.as_view(), name="cost_list"),
    path(f"{_ROOT}/ausgaben/neu/", money.CostAdd.as_view(), name="cost_add"),
    *_record("ausgaben", "cost", money.CostEdit, money.CostDelete),
    path(f"{_ROOT}/sachleistungen/neu/", money.InKindAdd.as_view(), name="in_kind_add"),
    *_record("sachleistungen", "in_kind", money.InKindEdit, money.InKindDelete),
    # Programmes and rates
    path(f"{_ROOT}/saetze/", money.ProgrammeList.as_view(), name="programme_list"),
    path(f"{_ROOT}/programme/neu/", money.ProgrammeAdd.as_view(), name="programme_add"),
    *_record("programme", "programme", money.ProgrammeEdit, money.ProgrammeDelete),
    path(f"{_ROOT}/programme/<int:programme_pk>/saetze/neu/", money.RateAdd.as_view(), name="rate_add"),
    *_record("saetze", "rate", money.RateEdit, money.RateDelete),
    # Heard bodies
    path(f"{_ROOT}/gehoert/", money.HeardBodyList.as_view(), name="heard_body_list"),
    path(f"{_ROOT}/gehoert/<int:pk>/bearbeiten/", money.HeardBodyEdit.as_view(), name="heard_body_edit"),
    # What the public reads
    path(f"{_ROOT}/oeffentlich/", summaries.SummaryList.as_view(), name="summary_list"),
    path(f"{_ROOT}/oeffentlich/neu/", summaries.SummaryAdd.as_view(), name="summary_add"),
    path(f"{_ROOT}/oeffentlich/<int:pk>/", summaries.SummaryDetail.as_view(), name="summary_detail"),
    *_record("oeffentlich", "summary", summaries.SummaryEdit, summaries.SummaryDelete),
    path(f"{_ROOT}/verlauf/", history.change_list, name="change_list"),
]
