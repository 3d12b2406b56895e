"""Import and export: a table of 10,000 new offers against a flat bulk_create, and what an export adds to memory."""

import csv
import gc
import io
import os
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import transaction
from openpyxl import Workbook

from actors.models import Language, Municipality, Organisation
from bench.memory import Peak
from kiportal.common import roles
from kiportal.common.models import User
from offers import lifecycle
from offers.models import DataImport, Offer, TargetGroup, Topic
from offers.resources import OfferResource, running
from offers.resources.writing import csv_lines, excel_file

ROWS = 10_000
ROUNDS = 3
ORGANISATIONS = 500
HEADERS = (
    *("Titel", "Träger", "Kurz gesagt", "Beschreibung", "Themen", "Zielgruppen", "Sprachen", "Kommunen", "Kosten"),
    *("Straße und Hausnummer", "Postleitzahl", "Ort", "Zeiten in Worten", "Anmeldung", "Angebot beginnt am"),
    *("Kontakt: Funktion", "Kontakt: Telefon", "Öffnungszeiten"),
)


def measure() -> list[dict[str, Any]]:
    user, _made = User.objects.get_or_create(username="bench", defaults={"email": "bench@example.org"})
    user.groups.set(Group.objects.filter(name=roles.EDITOR))
    call_command("setup_centre", verbosity=0)
    providers = _providers()
    table = _table(providers)
    as_csv, as_excel = _csv(table), _excel(table)
    flat, whole, parts, excel = [], [], [], []
    for _round in range(ROUNDS + 1):
        flat.append(_undone(lambda: _flat(table, providers)))
        begun = time.perf_counter()
        parts.append(_import(as_csv, user))
        whole.append(time.perf_counter() - begun)
        excel.append(_import(as_excel, user)[0])
        gc.collect()
    flat, whole, parts, excel = flat[1:], whole[1:], parts[1:], excel[1:]
    more = round(median(excel) - median(part[0] for part in parts), 2)
    return [
        {
            "name": f"Import of {ROWS} new offers with preview, against a flat bulk_create",
            "value": round(median(whole) / median(flat), 2),
            "target": 8,
            "unit": "times as long",
            "details": {
                "flat bulk_create (s)": [round(seconds, 2) for seconds in flat],
                "whole import (s)": [round(seconds, 2) for seconds in whole],
                "of it the preview (s)": [round(part[0], 2) for part in parts],
            },
        },
        {
            "name": "The same from XLSX, more than from CSV",
            "value": more,
            "target": 2.5,
            "unit": "seconds",
            "details": {"preview from XLSX (s)": [round(seconds, 2) for seconds in excel]},
        },
        *_exports(table, providers),
    ]


def _providers() -> dict[str, Organisation]:
    made = [
        Organisation(name=f"Verein Brücke {number}", slug=f"bench-{number}", kind="verein", status="published")
        for number in range(ORGANISATIONS)
    ]
    Organisation.objects.bulk_create(made, ignore_conflicts=True)
    found = Organisation.objects.filter(slug__startswith="bench-")
    return {organisation.name: organisation for organisation in found}


def _table(providers: dict[str, Organisation]) -> list[list[str]]:
    names = list(providers)
    topics, groups, languages, places = (
        list(model.objects.values_list("name", flat=True)) for model in (Topic, TargetGroup, Language, Municipality)
    )
    return [
        [
            *(f"Nähkurs für alle, Gruppe {number}", names[number % len(names)], "Gemeinsam nähen und Deutsch lernen."),
            "Wir treffen uns jede Woche.\n\n- Stoff ist da\n- Maschinen auch",
            f"{topics[number % len(topics)]}; {topics[(number + 1) % len(topics)]}",
            groups[number % len(groups)],
            f"{languages[number % len(languages)]}; {languages[(number + 3) % len(languages)]}",
            *(places[number % len(places)], "kostenfrei", f"Hauptstraße {number % 90 + 1}", "57072", "Siegen"),
            *("jeden Dienstag, 9 bis 11 Uhr", "telefonisch", "01.09.2026", "Büro", f"0271 {number % 700}"),
            "Dienstag 09:00–11:00",
        ]
        for number in range(ROWS)
    ]


def _csv(table: list[list[str]]) -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=";").writerows([HEADERS, *table])
    return stream.getvalue().encode("utf-8-sig")


def _excel(table: list[list[str]]) -> bytes:
    book, stream = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet("Angebote")
    for row in [list(HEADERS), *table]:
        sheet.append(row)
    book.save(stream)
    return stream.getvalue()


def _undone(work: Callable[[], object]) -> float:
    with transaction.atomic():
        begun = time.perf_counter()
        work()
        seconds = time.perf_counter() - begun
        transaction.set_rollback(True)
    return seconds


def _flat(table: list[list[str]], providers: dict[str, Organisation]) -> None:
    """The rows of the table alone: no relation, no check, no preview; indexes, search vector and history as ever."""
    Offer.objects.bulk_create(
        [
            Offer(
                title=row[0],
                provider=providers[row[1]],
                summary=row[2],
                description=row[3],
                street=row[9],
                postcode=row[10],
                city=row[11],
                schedule_text=row[12],
                cost_kind="kostenfrei",
                registration="telefon",
                status="submitted",
            )
            for row in table
        ],
        batch_size=1000,
    )


def _import(content: bytes, user: User) -> tuple[float, float]:
    """Seconds of preview and import, as the jobs do them; nothing stays."""
    with transaction.atomic():
        data_import = DataImport(kind="angebote", file=ContentFile(content, name="x"), file_name="x")
        lifecycle.start_import(data_import, by=user)
        begun = time.perf_counter()
        running.read(data_import, _silent)
        read = time.perf_counter() - begun
        lifecycle.order_import(data_import, by=user)
        begun = time.perf_counter()
        running.write(data_import, _silent)
        written = time.perf_counter() - begun
        name = data_import.file.name
        data_import.refresh_from_db()
        if data_import.status != DataImport.Status.IMPORTED:
            raise RuntimeError(data_import.problem or data_import.counts)
        # The import deletes the file after its commit, which never comes.
        data_import.file.storage.delete(str(name))
        transaction.set_rollback(True)
    return read, written


def _silent(done: int, total: int, step: str = "") -> None:
    """Nobody looks."""


def _exports(table: list[list[str]], providers: dict[str, Organisation]) -> list[dict[str, Any]]:
    """What the second half of many rows adds to the memory of this process, over what a tenth of them takes."""
    with transaction.atomic():
        for _copy in range(5):
            _flat(table, providers)
        few, many = (_memory(number) for number in (ROWS // 2, 5 * ROWS))
        transaction.set_rollback(True)
    return [
        {
            "name": f"Memory of an export of {5 * ROWS} offers, more than of {ROWS // 2}, {kind}",
            "value": max(0, many[kind][0] - few[kind][0]),
            "target": 10,
            "unit": "MB",
            "details": {"seconds": round(many[kind][1], 1), "rows a second": round(5 * ROWS / many[kind][1])},
        }
        for kind in ("CSV", "XLSX")
    ]


def _memory(number: int) -> dict[str, tuple[int, float]]:
    resource = OfferResource()
    found = {}
    for kind in ("CSV", "XLSX"):
        records = resource.rows().order_by("pk")
        keys = Offer.objects.order_by("pk").values("pk")[:number]
        begun = time.perf_counter()
        with Peak(os.getpid()) as peak:
            if kind == "CSV":
                for _line in csv_lines(resource, records.filter(pk__in=keys)):
                    pass
            else:
                excel_file(resource, records.filter(pk__in=keys), "Angebote").close()
        found[kind] = (peak.shared_mb, time.perf_counter() - begun)
    return found
