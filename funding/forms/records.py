"""Forms of posts, money and rates. What the database refuses they say in a sentence at the field."""

from typing import Any, ClassVar

from django import forms

from funding.forms.base import GermanDecimalField, MoneyField, RecordForm
from funding.models import (
    Assignment,
    Cost,
    Drawdown,
    FundingProgramme,
    FundingRate,
    FundingSummary,
    Grant,
    HeardBody,
    InKindContribution,
    Position,
    UseOfFundsReport,
)
from kiportal.common.fieldsets import Folded
from kiportal.common.widgets import DateInput

_TIME: dict[str, Any] = {"starts_on": DateInput(), "ends_on": DateInput()}


def _area(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class PositionForm(RecordForm):
    fieldsets = [
        ("Stelle", ["title", ("role", "share"), "is_inferred"]),
        ("Bezahlung", ["funded_by", ("programme", "grant")]),
        ("Zeitraum", [("starts_on", "ends_on")]),
        Folded("Quelle und Vermerk", ["source", "source_url", "note"]),
    ]

    class Meta:
        model = Position
        fields = [
            *("title", "role", "funded_by", "share", "programme", "grant", "starts_on", "ends_on", "is_inferred"),
            *("source", "source_url", "note"),
        ]
        field_classes: ClassVar[dict[str, Any]] = {"share": GermanDecimalField}
        widgets: ClassVar[dict[str, Any]] = _TIME | {"note": _area()}


class AssignmentForm(RecordForm):
    """The name is asked here, although old ones are emptied later."""

    class Meta:
        model = Assignment
        fields = ["name", "share", "starts_on", "ends_on", "is_head"]
        field_classes: ClassVar[dict[str, Any]] = {"share": GermanDecimalField}
        widgets: ClassVar[dict[str, Any]] = _TIME | {"name": forms.TextInput(attrs={"autocomplete": "off"})}

    fieldsets = [("", ["name", "share", ("starts_on", "ends_on"), "is_head"])]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True


class ProgrammeForm(RecordForm):
    class Meta:
        model = FundingProgramme
        fields = ["name", "authority", "funder_note", "note"]
        widgets: ClassVar[dict[str, Any]] = {"note": _area()}


class RateForm(RecordForm):
    fieldsets = [
        ("Richtlinie", ["basis", ("starts_on", "ends_on")]),
        ("Fördersatz", ["role", ("amount", "per_fte"), ("max_fte", "proration")]),
        ("Eigenanteil", ["own_share_percent", "not_eligible"]),
        ("Quelle", ["source", "source_url", "is_inferred", "note"]),
    ]

    class Meta:
        model = FundingRate
        fields = [
            *("programme", "basis", "starts_on", "ends_on", "role", "amount", "per_fte", "max_fte", "proration"),
            *("own_share_percent", "not_eligible", "source", "source_url", "is_inferred", "note"),
        ]
        field_classes: ClassVar[dict[str, Any]] = {
            "amount": MoneyField,
            "per_fte": GermanDecimalField,
            "max_fte": GermanDecimalField,
            "own_share_percent": GermanDecimalField,
        }
        widgets: ClassVar[dict[str, Any]] = _TIME | {
            "programme": forms.HiddenInput(),
            "note": _area(2),
            "not_eligible": _area(2),
        }


class GrantForm(RecordForm):
    fieldsets = [
        ("Bescheid", ["programme", ("notice_number", "notice_date"), "authority"]),
        ("Bewilligung", [("starts_on", "ends_on"), "amount", "is_yearly", "note"]),
    ]

    class Meta:
        model = Grant
        fields = [
            *("programme", "notice_number", "notice_date", "authority", "starts_on", "ends_on", "amount"),
            *("is_yearly", "note"),
        ]
        field_classes: ClassVar[dict[str, Any]] = {"amount": MoneyField}
        widgets: ClassVar[dict[str, Any]] = _TIME | {"notice_date": DateInput(), "note": _area()}


class DrawdownForm(RecordForm):
    fieldsets = [("", ["amount", ("requested_on", "received_on"), "note"])]

    class Meta:
        model = Drawdown
        fields = ["amount", "requested_on", "received_on", "note"]
        field_classes: ClassVar[dict[str, Any]] = {"amount": MoneyField}
        widgets: ClassVar[dict[str, Any]] = {"requested_on": DateInput(), "received_on": DateInput()}


class CostForm(RecordForm):
    fieldsets = [("", [("year", "amount"), "kind", ("paid_by", "grant"), "title"])]

    class Meta:
        model = Cost
        fields = ["year", "kind", "paid_by", "grant", "title", "amount"]
        field_classes: ClassVar[dict[str, Any]] = {"amount": MoneyField}


class InKindForm(RecordForm):
    fieldsets = [("", [("year", "municipality"), "kind", "title", "value"])]

    class Meta:
        model = InKindContribution
        fields = ["year", "municipality", "kind", "title", "value"]
        field_classes: ClassVar[dict[str, Any]] = {"value": MoneyField}


class UseReportForm(RecordForm):
    fieldsets = [("", [("starts_on", "ends_on"), "due_on", "note"])]

    class Meta:
        model = UseOfFundsReport
        fields = ["starts_on", "ends_on", "due_on", "note"]
        widgets: ClassVar[dict[str, Any]] = _TIME | {"due_on": DateInput(), "note": _area()}

    def save(self, commit: bool = True) -> Any:
        """Another due date has mails of its own."""
        use_report = super().save(commit)
        if "due_on" in self.changed_data:
            UseOfFundsReport.objects.filter(pk=use_report.pk).update(reminded_days=None)
        return use_report


class SummaryForm(RecordForm):
    class Meta:
        model = FundingSummary
        fields = ["year", "introduction"]
        widgets: ClassVar[dict[str, Any]] = {"introduction": _area(4)}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """What was published is of one year: another year is another summary."""
        super().__init__(*args, **kwargs)
        self.fields["year"].disabled = self.instance.pk is not None


class HeardBodyForm(RecordForm):
    class Meta:
        model = HeardBody
        fields = ["heard_on", "note"]
        widgets: ClassVar[dict[str, Any]] = {"heard_on": DateInput()}
