"""A measure in the workspace: what it is, how far it is, what can be done with it."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.db.models import Prefetch
from django.utils import timezone

from concepts import lifecycle, progress
from concepts.areas import Areas
from concepts.forms.measures import CountForm, NoteForm, SelectForm
from concepts.history import timeline
from concepts.models import Indicator, Measure, Selection, WorkFocus
from concepts.permissions import can_take_out
from concepts.progress import standing_in
from concepts.views.measures import PERMISSION, choices_for
from kiportal.common.forms import ReasonForm
from kiportal.common.views.acting import acting_user
from kiportal.common.views.steps import Step, StepView

_CHOOSING = ("select", "carry_over")


class MeasureDetail(StepView):
    permission_required = PERMISSION
    template_name = "concepts/measure_detail.html"
    context_object_name = "measure"
    queryset = Measure.objects.select_related("lead_organisation")
    transitions = lifecycle.MEASURE
    steps = (
        Step(
            "select",
            "Auswählen",
            "flag",
            lifecycle.select_measure,
            "Die Maßnahme gehört dann zu einem Arbeitsschwerpunkt. Im Arbeitspapier bleibt sie stehen.",
            "„{}“ ist ausgewählt.",
            form_class=SelectForm,
        ),
        Step(
            "start",
            "Umsetzung beginnen",
            "refresh",
            lifecycle.start_measure,
            "Die Maßnahme ist dann „in Umsetzung“ und steht auf der öffentlichen Seite, wenn sie das darf.",
            "Die Umsetzung von „{}“ hat begonnen.",
            form_class=NoteForm,
        ),
        Step(
            "finish",
            "Abschließen",
            "check",
            lifecycle.finish_measure,
            "Die Maßnahme zählt danach als abgeschlossen. Tragen Sie am besten vorher den letzten Stand ein.",
            "„{}“ ist abgeschlossen.",
            form_class=NoteForm,
        ),
        Step(
            "resume",
            "Wieder aufnehmen",
            "undo",
            lifecycle.resume_measure,
            "Die Maßnahme ist dann wieder „in Umsetzung“.",
            "„{}“ läuft wieder.",
            form_class=NoteForm,
        ),
        Step(
            "carry_over",
            "Anderen Schwerpunkt wählen",
            "flag",
            lifecycle.select_measure,
            "In derselben Periode wechselt die Maßnahme den Schwerpunkt, in einer anderen kommt sie dazu.",
            "„{}“ ist ausgewählt.",
            form_class=SelectForm,
        ),
        Step(
            "postpone",
            "Zurückstellen",
            "clock",
            lifecycle.postpone_measure,
            "Die Maßnahme geht zurück ins Arbeitspapier und kann später ausgewählt werden.",
            "„{}“ ist zurückgestellt.",
            form_class=NoteForm,
        ),
        Step(
            "drop",
            "Verwerfen",
            "close",
            lifecycle.drop_measure,
            "Die Maßnahme wird nicht weiter verfolgt. Gelöscht wird sie nicht.",
            "„{}“ ist verworfen.",
            needs_reason=True,
        ),
        Step(
            "take_up",
            "Wieder vorschlagen",
            "undo",
            lifecycle.take_up_measure,
            "Die Maßnahme steht dann wieder als Vorschlag im Arbeitspapier.",
            "„{}“ ist wieder vorgeschlagen.",
            form_class=NoteForm,
        ),
    )

    def get_history(self) -> Sequence[Any]:
        return timeline(self.object)

    def offered_verbs(self) -> list[str]:
        verbs = lifecycle.offered(self.object, acting_user(self.request))
        return verbs if self.focuses else [verb for verb in verbs if verb not in _CHOOSING]

    def step_form(self, step: Step, data: Any = None) -> ReasonForm:
        """Only focuses that this person may choose for."""
        form = super().step_form(step, data)
        if step.verb in _CHOOSING:
            field = cast("forms.ModelChoiceField[WorkFocus]", form.fields["focus"])
            assert field.queryset is not None  # noqa: S101  (SelectForm gives one)
            field.queryset = field.queryset.filter(pk__in=[focus.pk for focus in self.focuses])
        return form

    @property
    def focuses(self) -> list[WorkFocus]:
        if not hasattr(self, "_focuses"):
            self._focuses = choices_for(acting_user(self.request))
        return self._focuses

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        measure = self.object
        context = super().get_context_data(**kwargs)
        selections = measure.selections.select_related("focus", "period").order_by("-period__starts_on")
        indicators = Indicator.objects.filter(measure=measure).prefetch_related("values")
        return context | {
            "area": Areas.known().get(measure.action_area),
            "standing": progress.standing(measure),
            "how": progress.HOW,
            "today": timezone.localdate(),
            "selections": [(each, standing_in(each)) for each in _with_steps(selections)],
            "indicators": [(each, CountForm(prefix=f"k{each.pk}")) for each in indicators],
            "notes": measure.notes.select_related("created_by"),
            "may_take_out": can_take_out(acting_user(self.request), measure),
        }


def _with_steps(selections: Any) -> Sequence[Selection]:
    return list(selections.prefetch_related(Prefetch("measure", Measure.objects.prefetch_related("steps"))))
