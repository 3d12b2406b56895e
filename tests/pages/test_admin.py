"""The Django admin: for the role `admin` only, accounts without passwords, reference data in German."""

from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core import mail
from django.test import Client
from django.urls import NoReverseMatch, reverse

from actors.models import Membership, Municipality
from kiportal.common import roles
from kiportal.common.models import Centre, CentreText, Job, User
from offers.models import Topic
from tests import factories

pytestmark = pytest.mark.django_db

type RunJobs = Callable[[], list[Job]]


@pytest.fixture
def admin_client(centre: Centre) -> Client:
    client = Client()
    client.force_login(factories.make_user(roles.ADMIN, "adele"))
    return client


def _fields(**values: object) -> dict[str, object]:
    group = Group.objects.get(name=roles.EDITOR)
    return {"username": "nora", "email": "Nora@Example.org", "groups": [group.pk], "is_active": "on"} | values


def test_admin_is_for_the_role_admin_only(client: Client, centre: Centre, cast: dict[str, User]) -> None:
    answers = {}
    for role, user in cast.items():
        client.force_login(user)
        answers[role] = [client.get(path).status_code for path in ("/admin/", "/admin/common/user/", "/admin/login/")]
    assert answers == {role: [403, 403, 403] for role in cast} | {"admin": [200, 200, 302]}


def test_admin_offers_no_page_for_passwords(admin_client: Client) -> None:
    for name in ("admin:password_change", "admin:password_change_done", "admin:auth_user_password_change"):
        with pytest.raises(NoReverseMatch):
            reverse(name)
    assert admin_client.get("/admin/common/user/1/password/").status_code in {302, 404}
    assert "password" not in admin_client.get("/admin/common/user/add/").context["adminform"].form.fields


def test_admin_signs_out_through_the_one_page(admin_client: Client) -> None:
    assert 'action="/konto/abmelden/"' in admin_client.get("/admin/").text
    assert admin_client.post("/admin/logout/").headers["Location"] == "/konto/abmelden/"


def test_admin_shows_what_the_role_may_change_and_nothing_else(admin_client: Client) -> None:
    models = {
        model["object_name"]: model["perms"]
        for app in admin_client.get("/admin/").context["app_list"]
        for model in app["models"]
    }
    editable = {name for name, perms in models.items() if perms["change"]}
    assert editable == {
        *("User", "Centre", "CentreText", "Municipality", "Language", "Membership", "FunderNote"),
        *("Topic", "TargetGroup", "OfferType", "Programme", "ReasonTemplate", "SchoolHoliday"),
        "PeriodRule",
    }
    assert models.keys() - editable == {"Group", "Organisation"}
    deletable = {name for name, perms in models.items() if perms["delete"]}
    assert deletable == {"Membership", "FunderNote", "ReasonTemplate", "SchoolHoliday", "PeriodRule"}


@pytest.mark.parametrize("model", [model for model in admin.site._registry if model._meta.app_label != "account"])
def test_every_list_and_form_of_the_admin_opens(admin_client: Client, model: type) -> None:
    """Also shows that names of fields in our admin classes exist; a model the role may not see answers 403."""
    allowed = admin.site._registry[model].has_view_permission(admin_client.get("/admin/").wsgi_request)
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    assert admin_client.get(reverse(f"{name}_changelist")).status_code == (200 if allowed else 403)
    if allowed and (row := model._default_manager.first()) is not None:
        assert admin_client.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200


# Accounts


def test_new_account_gets_an_invitation_and_no_password(admin_client: Client, run_jobs: RunJobs) -> None:
    response = admin_client.post(
        "/admin/common/user/add/", _fields(is_superuser="on", is_staff="on", password="x" * 12)
    )
    assert response.status_code == 302
    user = User.objects.get(username="nora")
    assert not user.has_usable_password()
    assert not user.is_superuser
    assert user.roles == {"editor"}
    assert EmailAddress.objects.get(user=user).verified
    run_jobs()
    assert [message.to for message in mail.outbox] == [["nora@example.org"]]
    assert "Passwort festlegen" in mail.outbox[0].body


def test_account_needs_a_role_and_an_address_of_its_own(admin_client: Client) -> None:
    factories.make_user("editor", "vera")
    response = admin_client.post("/admin/common/user/add/", _fields(email="VERA@example.org", groups=[]))
    errors = response.context["adminform"].form.errors
    assert "groups" in errors
    assert "Mit dieser E-Mail-Adresse gibt es schon ein Konto." in str(errors)


def test_changed_address_of_an_account_counts_for_sign_in(admin_client: Client, run_jobs: RunJobs) -> None:
    user = factories.make_user("editor", "vera")
    url = reverse("admin:common_user_change", args=[user.pk])
    assert admin_client.post(url, _fields(username="vera", email="neu@example.org")).status_code == 302
    run_jobs()
    assert mail.outbox == []
    response = Client().post("/konto/anmelden/", {"login": "neu@example.org", "password": factories.PASSWORD})
    assert response.headers["Location"] == "/arbeitsplatz/"


def test_invitation_can_be_sent_again_to_active_accounts(admin_client: Client, run_jobs: RunJobs) -> None:
    users = [factories.make_user("editor"), factories.make_user("editor", is_active=False)]
    data = {"action": "send_invitation", "_selected_action": [user.pk for user in users]}
    assert admin_client.post("/admin/common/user/", data).status_code == 302
    run_jobs()
    assert [message.to for message in mail.outbox] == [[users[0].email]]


def test_accounts_are_filtered_by_role(admin_client: Client) -> None:
    editor = factories.make_user("editor")
    response = admin_client.get("/admin/common/user/", {"rolle": "editor"})
    assert list(response.context["cl"].queryset) == [editor]
    assert "KI-Redaktion" in response.text


def test_roles_can_be_read_but_not_changed(admin_client: Client) -> None:
    group = Group.objects.get(name="editor")
    url = reverse("admin:auth_group_change", args=[group.pk])
    assert admin_client.get(url).status_code == 200
    assert admin_client.post(url, {"name": "anders"}).status_code == 403
    assert admin_client.get(reverse("admin:auth_group_add")).status_code == 403


# The centre and reference data


def test_centre_can_be_changed_but_neither_added_nor_deleted(admin_client: Client) -> None:
    assert admin_client.get("/admin/common/centre/1/change/").status_code == 200
    assert admin_client.get("/admin/common/centre/add/").status_code == 403
    assert admin_client.get("/admin/common/centre/1/delete/").status_code == 403


def test_text_of_the_centre_is_edited_under_the_policy_for_scripts(admin_client: Client) -> None:
    row = CentreText.objects.create(page="impressum", language="de", title="Impressum", body="<p>Alt</p>")
    url = reverse("admin:common_centretext_change", args=[row.pk])
    page = admin_client.get(url)
    policy = page.headers["Content-Security-Policy"]
    nonce = policy.partition("'nonce-")[2].partition("'")[0]
    assert "unsafe-inline" not in policy
    assert f'<script type="importmap" nonce="{nonce}"' in page.text or f'nonce="{nonce}" type="importmap"' in page.text
    assert "data-django-prose-editor-configurable" in page.text
    data = {"page": "impressum", "language": "de", "title": "Impressum", "body": "<p>Neu<script>x</script></p>"}
    assert admin_client.post(url, data).status_code == 302
    row.refresh_from_db()
    assert row.body == "<p>Neu</p>"


def test_topic_gets_an_english_name_and_keeps_its_slug(admin_client: Client) -> None:
    topic = factories.make_topic("wohnen", name="Wohnen", translations={"fr": {"name": "Logement"}})
    url = reverse("admin:offers_topic_change", args=[topic.pk])
    data = {"name": "Wohnung", "slug": "anders", "english_name": "Housing", "strand": "bildung", "sort_order": 3}
    assert admin_client.post(url, data).status_code == 302
    topic = Topic.objects.get(pk=topic.pk)
    assert (topic.name, topic.slug) == ("Wohnung", "wohnen")
    assert topic.translations == {"fr": {"name": "Logement"}, "en": {"name": "Housing"}}


def test_membership_joins_an_account_and_an_organisation(admin_client: Client) -> None:
    user, organisation = factories.make_user("provider"), factories.make_organisation()
    data = {"user": user.pk, "organisation": organisation.pk}
    assert admin_client.post("/admin/actors/membership/add/", data).status_code == 302
    assert Membership.objects.get().user == user


def test_admin_calls_fields_and_models_by_german_names(admin_client: Client) -> None:
    text = admin_client.get("/admin/").text
    for name in ("Konten", "Kommunen", "Förderhinweise", "Themen", "Zugehörigkeiten", "Integrationszentrum"):
        assert name in text
    municipality: Municipality = factories.make_municipality()
    page = admin_client.get(reverse("admin:actors_municipality_change", args=[municipality.pk])).text
    assert "Gemeindeschlüssel (AGS)" in page
