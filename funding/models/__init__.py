from funding.models.choices import FundedBy, Role
from funding.models.grants import Cost, Drawdown, Grant, InKindContribution
from funding.models.hearings import HeardBody
from funding.models.posts import Assignment, Position
from funding.models.programmes import FundingProgramme, FundingRate
from funding.models.reports import ReportAttachment, UseOfFundsReport
from funding.models.summaries import FundingSummary

__all__ = [
    "Assignment",
    "Cost",
    "Drawdown",
    "FundedBy",
    "FundingProgramme",
    "FundingRate",
    "FundingSummary",
    "Grant",
    "HeardBody",
    "InKindContribution",
    "Position",
    "ReportAttachment",
    "Role",
    "UseOfFundsReport",
]
