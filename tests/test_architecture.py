"""What imports alone cannot show: foreign keys, names of jobs, periodic commands, one door for status."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import get_commands, load_command_class
from django.db import models
from django.template import engines
from django.urls import URLPattern, URLResolver, get_resolver

import kiportal.common.worker
from kiportal.celery import app as celery_app
from kiportal.common import jobs
from kiportal.common.models import Stateful
from kiportal.common.richtext import RichTextField
from kiportal.common.transitions import Transition
from offers.lifecycle import RESERVED_SLUGS

ROOT = Path(__file__).resolve().parent.parent
# Lowest first, as in DESIGN 2.
ROOMS = ["common", "actors", "offers", "concepts", "funding", "pages"]
TOP_LEVEL = {"kiportal", "actors", "offers", "concepts", "funding"}
SOURCES = sorted(
    path for folder in TOP_LEVEL for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts
)


def room_of(model: type[models.Model]) -> int:
    """The level of the room; libraries lie below all of them."""
    return ROOMS.index(model._meta.app_label) if model._meta.app_label in ROOMS else -1


def own_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models(include_auto_created=True) if room_of(model) >= 0]


def trees() -> Iterator[tuple[Path, ast.AST]]:
    for path in SOURCES:
        yield path, ast.parse(path.read_text(encoding="utf-8"), str(path))


def where(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


def test_rooms_are_the_apps_of_this_project() -> None:
    ours = {config.label for config in apps.get_app_configs() if config.name.partition(".")[0] in TOP_LEVEL}
    assert ours == set(ROOMS)


def test_foreign_keys_point_into_the_same_room_or_down() -> None:
    upwards = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in own_models()
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and isinstance(field.related_model, type)
        if room_of(field.related_model) > room_of(model)
    ]
    assert upwards == []


def test_every_foreign_key_says_what_happens_to_a_person_that_goes() -> None:
    """Deleting an account takes along its memberships and where it is writing, and nothing of the centre's work."""
    user = apps.get_model(settings.AUTH_USER_MODEL)
    rules = {
        f"{model._meta.label}.{field.name}": getattr(field.remote_field, "on_delete", None)
        for model in own_models()
        for field in model._meta.concrete_fields
        if field.related_model is user
    }
    cascading = {name for name, rule in rules.items() if rule is models.CASCADE}
    assert cascading <= {
        "actors.Membership.user",
        "common.Assignment.assignee",
        "common.User_groups.user",
        "common.User_user_permissions.user",
        "concepts.Presence.user",
    }


def test_models_with_a_status_keep_it_out_of_save() -> None:
    stateful = {
        model
        for model in own_models()
        if not hasattr(model, "pgh_tracked_model") and any(field.name == "status" for field in model._meta.fields)
    }
    assert stateful
    assert {model._meta.label for model in stateful if not issubclass(model, Stateful)} == set()


def test_status_is_written_by_transitions_only() -> None:
    """No `record.status = ...` and no `update(status=...)` elsewhere; a new row may be given one."""
    found = [
        where(path, node)
        for path, tree in trees()
        if path.name != "transitions.py"
        for node in ast.walk(tree)
        if _assigns_status(node) or _updates_status(node)
    ]
    assert found == []


def _assigns_status(node: ast.AST) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign) and any(
        isinstance(target, ast.Attribute)
        and target.attr == "status"
        and not (isinstance(target.value, ast.Name) and target.value.id in {"self", "response"})
        for target in targets
    )


def _updates_status(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and getattr(node.func, "attr", "") in {"update", "bulk_update"}
        and "status" in {keyword.arg for keyword in node.keywords}
    )


def test_every_transition_ends_in_a_status_that_exists() -> None:
    tables = [
        value
        for module in _modules("lifecycle")
        for value in vars(module).values()
        if isinstance(value, dict) and value and all(isinstance(entry, Transition) for entry in value.values())
    ]
    assert tables
    known = {
        choice
        for model in own_models()
        if issubclass(model, Stateful)
        for field in model._meta.fields
        if field.name == "status"
        for choice, _label in field.flatchoices
    }
    for table in tables:
        for verb, transition in table.items():
            assert verb == transition.verb
            ends = {transition.target} - {""}  # "" leaves the status as it is
            assert transition.sources | ends <= known


def _modules(name: str) -> list[ModuleType]:
    packages = [config.name for config in apps.get_app_configs() if config.label in ROOMS]
    found = []
    for package in packages:
        path = ROOT.joinpath(*package.split("."), name)
        if path.with_suffix(".py").exists() or path.is_dir():
            found.append(import_module(f"{package}.{name}"))
    return found


# Work behind the pages


def job_names() -> dict[str, list[str]]:
    """Every kind that is a word in a call of enqueue() or stands where such a kind is passed on."""
    found: dict[str, list[str]] = {}
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                room, dot, function = node.value.partition(".")
                if dot and room in ROOMS and function.startswith("send_"):
                    found.setdefault(node.value, []).append(where(path, node))
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "enqueue":
                kind = node.args[0]
                if isinstance(kind, ast.Constant) and isinstance(kind.value, str):
                    found.setdefault(kind.value, []).append(where(path, node))
    return found


def test_every_job_that_is_enqueued_is_registered() -> None:
    unknown = {name: places for name, places in job_names().items() if name not in jobs._registry}
    assert unknown == {}


def test_every_registered_job_is_enqueued_somewhere() -> None:
    idle = {name for name in jobs._registry if not name.startswith("jobsapp.")} - job_names().keys()
    assert idle == set()


def test_jobs_take_ids_and_are_functions_of_tasks() -> None:
    for name, function in jobs._registry.items():
        assert function.__module__.endswith(".tasks"), name
        assert name.partition(".")[0] == apps.get_containing_app_config(function.__module__).label  # type: ignore[union-attr]


def test_every_beat_entry_is_a_task_that_exists() -> None:
    assert kiportal.common.worker
    schedule: dict[str, Any] = settings.CELERY_BEAT_SCHEDULE
    for name, entry in schedule.items():
        assert entry["task"] in celery_app.tasks, name
        assert entry["options"]["expires"] <= entry["schedule"], f"{name}: missed ticks would pile up"
        if entry["task"] == "kiportal.run_command":
            assert entry["args"][0] in get_commands(), name


@pytest.mark.parametrize("name", settings.KIPORTAL_DAILY_COMMANDS)
def test_every_daily_command_exists_and_needs_no_argument(name: str) -> None:
    command: Any = load_command_class(get_commands()[name], name)
    command.create_parser("manage.py", name).parse_args([])


def test_purge_runs_every_day() -> None:
    assert "purge" in settings.KIPORTAL_DAILY_COMMANDS


# Pages


def fixed_parts(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield path
        else:
            yield from fixed_parts(entry, path)


def first_parts(folder: str) -> set[str]:
    """What stands below the folder in the addresses, other than a slug."""
    below = {path.removeprefix(folder) for path in fixed_parts(get_resolver()) if path.startswith(folder)}
    return {part for path in below if (part := path.partition("/")[0]) and not part.startswith("<")}


def test_no_slug_of_an_offer_equals_a_fixed_path() -> None:
    assert first_parts("angebote/")
    assert first_parts("angebote/") <= RESERVED_SLUGS


@pytest.mark.parametrize("folder", ["akteure/", "programme/"])
def test_no_slug_elsewhere_can_equal_a_fixed_path(folder: str) -> None:
    assert first_parts(folder) == set()


def test_every_template_tag_library_loads() -> None:
    libraries = engines["django"].engine.libraries  # type: ignore[attr-defined]
    ours = {name for name, module in libraries.items() if module.partition(".")[0] in TOP_LEVEL}
    files = {path.stem for path in SOURCES if path.parent.name == "templatetags" and path.stem != "__init__"}
    assert ours == files
    for folder in {path.parent for path in SOURCES if path.parent.name == "templatetags"}:
        assert (folder / "__init__.py").exists()


def test_every_template_parses() -> None:
    folder = ROOT / "templates"
    names = [str(path.relative_to(folder)) for path in folder.rglob("*") if path.suffix in {".html", ".txt"}]
    assert names
    for name in names:
        engines["django"].get_template(name)


def test_no_template_holds_inline_styles_or_scripts() -> None:
    """The Content Security Policy would refuse them; mails are no pages."""
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in (ROOT / "templates").rglob("*.html")
        if "emails" not in path.parts
        for word in (" style=", "<style", " onclick=", " onchange=", " onsubmit=", "javascript:")
        if word in path.read_text(encoding="utf-8")
    ]
    assert found == []


def test_texts_that_people_write_with_markup_are_rich_text_fields() -> None:
    """Every column that a template shows as HTML passes the sanitiser: no plain TextField is marked safe."""
    safe = set()
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        for piece in text.split("{{")[1:]:
            expression = piece.partition("}}")[0]
            if "|safe" in expression.replace(" ", ""):
                safe.add(expression.partition("|")[0].strip().rpartition(".")[2])
    rich = {field.name for model in own_models() for field in model._meta.fields if isinstance(field, RichTextField)}
    plain = {field.name for model in own_models() for field in model._meta.fields if type(field) is models.TextField}
    assert not safe & (plain - rich)


def test_modules_stay_readable() -> None:
    long = {
        str(path.relative_to(ROOT)): count for path in SOURCES if (count := len(path.read_text().splitlines())) > 400
    }
    assert long == {}


def test_every_folder_of_tests_is_a_package() -> None:
    """tests/offers shares its name with the app: without __init__.py pytest would confuse them."""
    folders = {path.parent for path in (ROOT / "tests").rglob("*.py")}
    assert {str(folder.relative_to(ROOT)) for folder in folders if not (folder / "__init__.py").exists()} == set()
