"""Roles: which group may do what (DESIGN: section 1). Permissions are plain strings, so that no room is imported.

Groups are synced after every migration; a test fails on a string that no model declares. What a role may do with
a certain object is decided by the `can_...` functions of each room's `permissions.py`.
"""

from typing import Any

from django.apps import AppConfig, apps
from django.core.management import call_command

PROVIDER, MUNICIPALITY, EDITOR, LEAD, COUNCIL, ADMIN = (
    "provider",
    "municipality",
    "editor",
    "lead",
    "council",
    "admin",
)

_EDITOR = frozenset(
    {
        "common.use_workspace",
        "common.view_job",
        "offers.view_offer",
        "offers.add_offer",
        "offers.change_offer",
        "offers.review_offer",
        "offers.answer_need",
        "offers.answer_hint",
        "offers.run_offersurvey",
        "offers.run_dataimport",
        "offers.view_coveragesnapshot",
        "offers.add_coveragesnapshot",
        "actors.view_organisation",
        "actors.add_organisation",
        "actors.change_organisation",
        "actors.review_organisation",
        "concepts.add_concept",
        "concepts.change_concept",
        "concepts.read_conceptversion_in_committee",
        "concepts.add_measure",
        "concepts.change_measure",
        "pages.answer_barrierreport",
        # Posts without names and amounts
        "funding.view_position",
    }
)

ROLE_PERMISSIONS: dict[str, frozenset[str]] = {
    PROVIDER: frozenset({"common.use_workspace", "actors.act_for_organisation"}),
    MUNICIPALITY: frozenset({"common.use_workspace", "actors.act_for_organisation", "offers.view_local_offer"}),
    EDITOR: _EDITOR,
    LEAD: _EDITOR
    | {
        "concepts.decide_conceptversion",
        "concepts.decide_focusperiod",
        "offers.release_own_offer",
        "actors.release_own_organisation",
        "funding.manage_funding",
    },
    COUNCIL: frozenset({"common.use_workspace", "concepts.read_conceptversion_in_committee"}),
    ADMIN: frozenset(
        {"common.use_workspace", "common.use_admin"}
        | {f"common.{verb}_user" for verb in ("view", "add", "change")}
        | {"auth.view_group", "common.view_centre", "common.change_centre"}
        | {f"common.{verb}_centretext" for verb in ("view", "add", "change")}
        | {
            f"{model[0]}.{verb}_{model[1]}"
            for verb in ("view", "add", "change")
            for model in (
                ("actors", "municipality"),
                ("actors", "language"),
                ("actors", "membership"),
                ("actors", "fundernote"),
                ("offers", "topic"),
                ("offers", "targetgroup"),
                ("offers", "offertype"),
                ("offers", "programme"),
                ("offers", "reasontemplate"),
                ("offers", "schoolholiday"),
                ("concepts", "periodrule"),
            )
        }
        | {
            "actors.delete_membership",
            "actors.delete_fundernote",
            "actors.view_organisation",
            "offers.delete_reasontemplate",
            "offers.delete_schoolholiday",
            "concepts.delete_periodrule",
        }
    ),
}
ROLE_NAMES = {
    PROVIDER: "Verein, Träger",
    MUNICIPALITY: "Kommune",
    EDITOR: "KI-Redaktion",
    LEAD: "KI-Leitung",
    COUNCIL: "Kreistag",
    ADMIN: "Verwaltung",
}


def sync_groups() -> None:
    """Give every role's group exactly its permissions."""
    group_model = apps.get_model("auth", "Group")
    permission_model = apps.get_model("auth", "Permission")
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in permission_model.objects.select_related("content_type")
    }
    for role, names in ROLE_PERMISSIONS.items():
        group, _ = group_model.objects.get_or_create(name=role)
        group.permissions.set([known[name] for name in names if name in known])


def after_migrate(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """Once all apps are migrated (permissions exist): sync the groups, make the cache table."""
    if sender.label == "common":
        call_command("createcachetable", database=using, verbosity=0)
    if sender.name == [config.name for config in apps.get_app_configs() if config.models_module][-1]:
        sync_groups()
