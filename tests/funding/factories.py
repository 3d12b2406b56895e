"""Posts and money for tests; every keyword overrides a field."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from actors.models import Municipality
from funding import lifecycle, pdf
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
    ReportAttachment,
    UseOfFundsReport,
)
from kiportal.common import roles
from kiportal.common.models import Job
from kiportal.common.pdf.documents import Document
from tests import factories

_number = count(1)
START = date(2020, 1, 1)


def make_programme(name: str = "KI-Förderung", **values: Any) -> FundingProgramme:
    number = next(_number)
    return FundingProgramme.objects.create(
        name=name, **({"slug": f"programm-{number}", "authority": "Arnsberg"} | values)
    )


def make_rate(
    programme: FundingProgramme, role: str = "specialist", amount: str | None = "50000", **values: Any
) -> FundingRate:
    defaults = {"basis": "Richtlinie 2012", "starts_on": START, "max_fte": Decimal(3), "source": "BASS 11-02 Nr. 10"}
    return FundingRate.objects.create(
        programme=programme, role=role, amount=None if amount is None else Decimal(amount), **(defaults | values)
    )


def make_rates(programme: FundingProgramme) -> list[FundingRate]:
    """Those of 2012: three specialists, half a post of administration, two seconded teachers."""
    half = Decimal("0.5")
    return [
        make_rate(programme),
        make_rate(programme, "administration", "20000", per_fte=half, max_fte=half),
        make_rate(programme, "teacher", None, max_fte=Decimal(2)),
    ]


def make_position(title: str = "Beratung", programme: FundingProgramme | None = None, **values: Any) -> Position:
    defaults: dict[str, Any] = {"role": "specialist", "funded_by": "grant", "share": Decimal(1), "starts_on": START}
    if (defaults | values)["funded_by"] != "county":
        defaults["programme"] = programme or FundingProgramme.objects.first() or make_programme()
    return Position.objects.create(title=title, **(defaults | values))


def make_assignment(position: Position, name: str = "Ada Beispiel", **values: Any) -> Assignment:
    return Assignment.objects.create(
        position=position, name=name, **({"share": position.share, "starts_on": position.starts_on} | values)
    )


def make_grant(programme: FundingProgramme | None = None, **values: Any) -> Grant:
    defaults = {
        "notice_number": f"36.01-{next(_number)}",
        "authority": "Arnsberg",
        "starts_on": START,
        "amount": 170000,
    }
    programme = programme or FundingProgramme.objects.first() or make_programme()
    return Grant.objects.create(programme=programme, **(defaults | values))


def make_report(grant: Grant | None = None, **values: Any) -> UseOfFundsReport:
    today = timezone.localdate()
    defaults = {
        "starts_on": date(today.year - 1, 1, 1),
        "ends_on": date(today.year - 1, 12, 31),
        "due_on": today + timedelta(days=20),
    }
    return UseOfFundsReport.objects.create(grant=grant or make_grant(), **(defaults | values))


def make_attachment(use_report: UseOfFundsReport, **values: Any) -> ReportAttachment:
    content = b"%PDF-1.7 Anlage %%EOF"
    defaults = {
        "title": "Sachbericht",
        "file": ContentFile(content, name="anlage.pdf"),
        "media_type": "application/pdf",
        "size": len(content),
        "sha256": f"{next(_number):064d}",
    }
    return ReportAttachment.objects.create(use_report=use_report, **(defaults | values))


def make_summary(year: int | None = None, *, is_published: bool = True, **values: Any) -> FundingSummary:
    summary = FundingSummary.objects.create(year=year or timezone.localdate().year, **values)
    if is_published:
        lifecycle.publish(summary, by=factories.make_user(roles.LEAD))
        summary.refresh_from_db()
    return summary


def make_funding(municipality: Municipality) -> dict[str, Any]:
    """One record of every kind, for tests that look at the whole site."""
    today = timezone.localdate()
    programme = make_programme()
    rates = make_rates(programme)
    grant = make_grant(programme)
    position = make_position(programme=programme)
    use_report = make_report(grant)
    lifecycle.submit(use_report, by=factories.make_user(roles.LEAD))
    period = [date(today.year, 1, 1).isoformat(), date(today.year, 12, 31).isoformat()]
    job = Job.objects.create(
        kind="funding.render_document",
        arguments=["uebersicht", *period],
        state=Job.State.DONE,
        finished_at=timezone.now(),
        result={"pages": 2},
    )
    pdf.store(job.pk, Document(b"%PDF-1.7", pages=2))
    return {
        "funding_programme": programme,
        "rate": rates[0],
        "grant": grant,
        "position": position,
        "assignment": make_assignment(position, is_head=True),
        "drawdown": Drawdown.objects.create(grant=grant, requested_on=today, amount=Decimal(1000)),
        "use_report": use_report,
        "attachment": make_attachment(use_report),
        "cost": Cost.objects.create(
            year=today.year, kind="staff", paid_by="county", title="Gehälter", amount=Decimal(90000)
        ),
        "in_kind": InKindContribution.objects.create(
            year=today.year, municipality=municipality, kind="rooms", title="Zwei Büros", value=Decimal(1200)
        ),
        "heard_body": HeardBody.objects.create(kind="mso", heard_on=today),
        "summary": make_summary(introduction="Wir haben Stellen."),
        "funding_job": job,
    }
