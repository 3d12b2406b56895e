"""Adding, editing and deleting a record: three pages alike for every kind. A form sent twice makes one record."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views import View

from funding.forms.base import RecordForm
from funding.views.access import ManageMixin
from kiportal.common.forms import StaleSave
from kiportal.common.views.conflicts import conflict


class RecordView(ManageMixin, View):
    """`noun` with its article as it stands in sentences: "Die Stelle", and the part of the page it belongs to."""

    model: type[models.Model]
    form_class: type[RecordForm]
    noun: str
    part: tuple[str, str]  # (URL name, label)
    note = ""

    def page(self, request: HttpRequest, title: str, back_url: str, form: RecordForm | None = None) -> HttpResponse:
        context = {
            "form": form,
            "title": title,
            "note": self.note,
            "back_url": back_url,
            "part_name": self.part[0],
            "part_label": self.part[1],
            "record": None if form is None else form.instance,
        }
        return render(request, "funding/record_form.html", context)


class RecordAdd(RecordView):
    title: str

    def new(self, request: HttpRequest, **arguments: Any) -> models.Model:
        """The record that the form fills; a subclass sets what it belongs to and what is proposed."""
        return self.model()

    def back_url(self, record: Any) -> str:
        url: str = record.get_absolute_url()
        return url

    def get(self, request: HttpRequest, **arguments: Any) -> HttpResponse:
        record = self.new(request, **arguments)
        return self.page(request, self.title, self.back_url(record), self.form_class(instance=record))

    def post(self, request: HttpRequest, **arguments: Any) -> HttpResponse:
        record = self.new(request, **arguments)
        form = self.form_class(request.POST, instance=record)
        if (made := self._made(form)) is not None:
            return self._done(request, made)
        if form.is_valid():
            try:
                with transaction.atomic():
                    self.save(form)
            except IntegrityError:
                if (made := self._made(form)) is not None:
                    return self._done(request, made)
                # What somebody else has stored in between: the form says what is in the way.
                form = self.form_class(request.POST, instance=self.new(request, **arguments))
                if form.is_valid():
                    raise
            else:
                return self._done(request, form.instance)
        return self.page(request, self.title, self.back_url(self.new(request, **arguments)), form)

    def save(self, form: RecordForm) -> None:
        form.save()

    def _made(self, form: RecordForm) -> Any:
        """The record that this very form has made already."""
        try:
            key = form.fields["key"].clean(form.data.get(form.add_prefix("key")))
        except ValidationError:
            return None
        return self.model._default_manager.filter(key=key).first() if key else None

    def _done(self, request: HttpRequest, record: Any) -> HttpResponse:
        messages.success(request, f"{self.noun} ist gespeichert.")
        return redirect(self.back_url(record))


class RecordEdit(RecordView):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        record: Any = get_object_or_404(self.model, pk=pk)
        form = self.form_class(instance=record)
        return self.page(request, f"{self.noun} bearbeiten", record.get_absolute_url(), form)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        record: Any = get_object_or_404(self.model, pk=pk)
        back_url = record.get_absolute_url()
        form = self.form_class(request.POST, instance=record)
        if not form.is_valid():
            return self.page(request, f"{self.noun} bearbeiten", back_url, form)
        try:
            form.save()
        except StaleSave as stale:
            return conflict(request, form, stale, back_url=back_url)
        messages.success(request, f"{self.noun} ist gespeichert.")
        return redirect(form.instance.get_absolute_url())


class RecordDelete(RecordView):
    def refused(self, record: Any) -> str:
        """A sentence that says why it stays, or ""."""
        return ""

    def after_url(self, record: Any) -> str:
        url: str = record.get_absolute_url()
        return url

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._page(request, get_object_or_404(self.model, pk=pk))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        record = get_object_or_404(self.model, pk=pk)
        if self.refused(record):
            return self._page(request, record, status=400)
        after = self.after_url(record)
        try:
            record.delete()
        except ProtectedError:
            messages.error(request, f"{self.noun} bleibt: Daran hängen noch andere Einträge. Löschen Sie zuerst diese.")
            return redirect(record.get_absolute_url())  # type: ignore[attr-defined]
        messages.success(request, f"{self.noun} ist gelöscht.")
        return redirect(after)

    def _page(self, request: HttpRequest, record: Any, status: int = 200) -> HttpResponse:
        context = {
            "record": record,
            "noun": self.noun,
            "refused": self.refused(record),
            "back_url": record.get_absolute_url(),
            "part_name": self.part[0],
            "part_label": self.part[1],
        }
        return render(request, "funding/record_delete.html", context, status=status)
