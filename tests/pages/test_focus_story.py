"""The first focus period of the Rhein-Erft-Kreis, as its paper of 28.08.2013 tells it: entered, chosen, printed."""

import re
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from concepts.models import FocusPeriod, Measure, MeasurePaper, WorkFocus
from kiportal.common.models import Job, User
from kiportal.pages import data
from kiportal.pages.setup import set_up
from offers.models import TargetGroup, Topic
from tests import pdf_structure, verapdf

pytestmark = pytest.mark.django_db
MEASURES, PERIODS = "/arbeitsplatz/massnahmen/", "/arbeitsplatz/schwerpunkte/"
KOMMKO = "Kommunale Koordinierungsstelle im Neuen Übergangssystem (KommKo)"
# (title, Handlungsfeld, focus): the pool of which the paper says what came first
POOL = [
    ("Fachkräfte schulen", "Handlungsfeld Bildung", "Elementarbereich"),
    ("Sprachtrainingskonzepte entwickeln", "Handlungsfeld Bildung", "Elementarbereich"),
    ("Gesundheitsvorsorge verbessern", "Handlungsfeld Bildung", "Elementarbereich"),
    ("Lehrkräftefortbildungen", "Handlungsfeld Bildung", "Primarbereich"),
    ("Hilfe bei Anträgen auf Integrationsstellen", "Handlungsfeld Bildung", "Primarbereich"),
    ("Beratung von Seiteneinsteigern", "Handlungsfeld Bildung", "Seiteneinsteiger"),
    ("Bestandsaufnahme der Integrationsangebote", "Handlungsfeld Querschnitt", "Neu Zugewanderte"),
    ("Willkommensmappe", "Handlungsfeld Querschnitt", "Neu Zugewanderte"),
    ("Mehrsprachiger Ärzteführer", "Handlungsfeld Querschnitt", "Neu Zugewanderte"),
    ("Integrationslotsen ausbilden", "Handlungsfeld Querschnitt", "Neu Zugewanderte"),
    (
        "Kreisintegrationskonzept mit Ansätzen für Antidiskriminierung",
        "Handlungsfeld Querschnitt",
        "Antidiskriminierung",
    ),
    ("Hausaufgabenhilfe", "Handlungsfeld Bildung", ""),
]
FOCUSES = {
    "Elementarbereich": ("topic", "fruehe-bildung-kita"),
    "Primarbereich": ("topic", "schule"),
    "Seiteneinsteiger": ("target_group", "seiteneinsteiger"),
    "Neu Zugewanderte": ("target_group", "neuzugewanderte"),
    "Antidiskriminierung": ("topic", "antidiskriminierung"),
}


def enter(staff: Client, title: str, area: str, **more: str) -> Measure:
    page = staff.get(f"{MEASURES}neu/").text
    # The paper's own Handlungsfelder, not those of the concept that was still to be written
    group = page[page.index("Arbeitsschwerpunkte des Kommunalen") :]
    uuid = re.search(rf'value="([0-9a-f-]{{36}})"[^>]*>\s*{area}', group)
    assert uuid
    values = {
        "title": title,
        "action_area": uuid[1],
        "origin": "arbeitspapier",
        "lock_version": "1",
        "key": str(uuid4()),
    }
    answer = staff.post(f"{MEASURES}neu/", values | {"is_public": "on"} | more)
    assert answer.status_code == 302, answer.text
    return Measure.objects.latest("number")


def test_first_two_years_are_entered_chosen_and_printed(
    client: Client, editor: User, lead: User, run_jobs: Callable[[], list[Job]], settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    set_up("rhein-erft-kreis")
    Measure.objects.all().delete()  # they are entered by hand here
    staff, head = client, Client()
    staff.force_login(editor)
    head.force_login(lead)

    # Entered
    measures = {title: enter(staff, title, area) for title, area, _focus in POOL}
    transition = enter(
        staff,
        "Übergang Schule-Beruf",
        "Handlungsfeld Bildung",
        delegated_to=KOMMKO,
        delegated_contact="Geschäftsstelle",
    )
    answer = staff.post(
        f"{PERIODS}neu/",
        {
            "title": "Arbeitsschwerpunkte der ersten zwei Jahre",
            "starts_on": "2013-09-01",
            "reason": "Im Konsens der Kommunen festgelegt.",
            "lock_version": "1",
            "key": str(uuid4()),
        },
    )
    period = FocusPeriod.objects.get()
    assert answer["Location"] == period.get_absolute_url()
    assert f"{period.ends_on:%d.%m.%Y}" == "31.08.2015"  # two years, by the rule
    for title, (kind, slug) in FOCUSES.items():
        model = Topic if kind == "topic" else TargetGroup
        values = {"title": title, kind: model.objects.get(slug=slug).pk, "reason": "So beraten.", "lock_version": 1}
        assert staff.post(f"{PERIODS}{period.pk}/schwerpunkte/neu/", values | {"key": uuid4()}).status_code == 302

    # Chosen
    for title, _area, focus in POOL:
        if focus:
            key = WorkFocus.objects.get(title=focus).pk
            staff.post(f"{MEASURES}{measures[title].pk}/auswaehlen/", {"focus": key, "zurueck": PERIODS})
    # The transition from school to work is chosen by nobody here, and runs all the same
    assert staff.post(f"{MEASURES}{transition.pk}/", {"verb": "start"}).status_code == 302
    decision = {"verb": "decide", "decide-decided_by": "Kreistag", "decide-decided_on": "2013-11-13"}
    assert head.post(period.get_absolute_url(), decision).status_code == 302
    states = dict(Measure.objects.values_list("title", "status"))
    assert states.pop("Hausaufgabenhilfe") == "proposed"  # not chosen, not lost
    assert states.pop("Übergang Schule-Beruf") == "running"
    assert set(states.values()) == {"selected"}

    # Printed
    made = {}
    for kind in MeasurePaper.Kind:
        answer = staff.post(
            f"{MEASURES}papiere/",
            {"kind": kind, "period": period.pk, "focus": period.focuses.earliest("pk").pk, "committee": "Kreistag"},
        )
        assert answer.status_code == 302, answer.text
        made[kind] = answer["Location"]
    assert [job.error for job in run_jobs()] == [""] * len(MeasurePaper.Kind)
    files = {}
    for kind, url in made.items():
        files[kind] = tmp_path / f"{kind}.pdf"
        files[kind].write_bytes(b"".join(staff.get(f"{url}papier.pdf")))
    assert verapdf.failures(*files.values()) == {path: [] for path in files.values()}
    assert len(pdf_structure.open_pdf(files["sachstand"].read_bytes()).pages) == 1
    pool = MeasurePaper.objects.get(kind="arbeitspapier").content
    printed = {row["title"]: row for group in pool["groups"] for row in group["measures"]}
    assert printed.keys() == {*measures, "Übergang Schule-Beruf"}
    assert printed["Übergang Schule-Beruf"]["delegated_to"] == KOMMKO
    assert [group["title"] for group in pool["groups"]] == ["Handlungsfeld Bildung", "Handlungsfeld Querschnitt"]

    # Read by everybody
    public = Client().get("/umsetzung/").text
    for title in (*FOCUSES, "Willkommensmappe", "Mehrsprachiger Ärzteführer", "Übergang Schule-Beruf", KOMMKO):
        assert title in public
    for word in ("Hausaufgabenhilfe", "Geschäftsstelle", editor.last_name):
        assert word not in public


def test_profile_carries_the_pool_as_data_and_a_second_set_up_changes_nothing() -> None:
    set_up("rhein-erft-kreis")
    assert Measure.objects.count() == len(data.read("profiles/rhein-erft-kreis")["measures"]) == 13
    assert set(Measure.objects.values_list("status", "origin")) == {("proposed", "arbeitspapier")}
    assert not Measure.objects.filter(target_groups=None).exists()
    transition = Measure.objects.get(title="Übergang Schule-Beruf")
    assert transition.delegated_to == KOMMKO
    Measure.objects.filter(pk=transition.pk).update(title="Vom Zentrum geändert")
    assert set_up("rhein-erft-kreis")["measures"] == 0
    transition.refresh_from_db()
    assert transition.title == "Vom Zentrum geändert"
