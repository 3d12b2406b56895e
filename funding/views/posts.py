"""Posts and who holds them. Editors see the posts; names are for the head alone and are read for nobody else."""

from typing import Any

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.generic import DetailView

from funding.calculation.periods import year
from funding.forms.records import AssignmentForm, PositionForm
from funding.models import Assignment, FundingProgramme, Position
from funding.overview import sheet
from funding.overview.reading import book
from funding.permissions import can_manage_funding
from funding.views.access import ViewMixin, tabs
from funding.views.records import RecordAdd, RecordDelete, RecordEdit

PART = ("funding:position_list", "Stellen")


class PositionList(ViewMixin, DetailView):
    """All posts, of every time: those of today, those to come, those that are over."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        today = timezone.localdate()
        positions = Position.objects.select_related("programme").in_order()
        over = [position for position in positions if position.ends_on and position.ends_on < today]
        coming = [position for position in positions if position.starts_on > today]
        current = [position for position in positions if position not in over and position not in coming]
        context = {
            "groups": [("Heute", current), ("Künftig", coming), ("Beendet", over)],
            "tabs": tabs(request, "position_list"),
            "is_empty": not positions,
            "can_manage": can_manage_funding(request.user),
        }
        return render(request, "funding/position_list.html", context)


class PositionDetail(ViewMixin, DetailView):
    template_name = "funding/position_detail.html"
    context_object_name = "position"
    queryset = Position.objects.select_related("programme", "grant")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today, can_manage = timezone.localdate(), can_manage_funding(self.request.user)
        rows = sheet.post_rows(book(), year(today.year))
        mismatches = next((row.mismatches for row in rows if row.post.key == self.object.pk), [])
        assignments = list(self.object.assignments.all()) if can_manage else []
        return super().get_context_data(
            can_manage=can_manage,
            assignments=assignments,
            mismatches=mismatches,
            year=today.year,
            today=today,
            **kwargs,
        )


class PositionAdd(RecordAdd):
    model, form_class, part = Position, PositionForm, PART
    noun, title = "Die Stelle", "Stelle anlegen"

    def new(self, request: HttpRequest, **arguments: Any) -> Model:
        programmes = list(FundingProgramme.objects.all()[:1])
        return Position(programme=programmes[0] if programmes else None)

    def back_url(self, record: Position) -> str:
        return record.get_absolute_url() if record.pk else reverse("funding:position_list")


class PositionEdit(RecordEdit):
    model, form_class, part, noun = Position, PositionForm, PART, "Die Stelle"


class PositionDelete(RecordDelete):
    model, part, noun = Position, PART, "Die Stelle"

    def refused(self, record: Position) -> str:
        if record.assignments.exists():
            return "Die Stelle ist oder war besetzt. Tragen Sie ein Ende ein, dann bleiben die Zahlen früherer Jahre."
        return ""

    def after_url(self, record: Position) -> str:
        return reverse("funding:position_list")


class AssignmentAdd(RecordAdd):
    model, form_class, part = Assignment, AssignmentForm, PART
    noun, title = "Die Besetzung", "Besetzung eintragen"
    note = "Den Namen sehen nur Konten der Leitung. Er steht in keiner Datei und auf keiner öffentlichen Seite."

    def new(self, request: HttpRequest, **arguments: Any) -> Model:
        position = get_object_or_404(Position, pk=arguments["position_pk"])
        return Assignment(position=position, share=position.share)


class AssignmentEdit(RecordEdit):
    model, form_class, part, noun = Assignment, AssignmentForm, PART, "Die Besetzung"
    note = AssignmentAdd.note


class AssignmentDelete(RecordDelete):
    model, part, noun = Assignment, PART, "Die Besetzung"
