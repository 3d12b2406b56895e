"""One door: sign-in, second factor, passwords and addresses under /konto/, accounts by invitation only."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import allauth.urls
import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from kiportal.common import limits
from kiportal.common.invitations import invite, keep_address
from kiportal.common.models import Centre, Job, User
from kiportal.common.notifications import EVENTS
from kiportal.common.urls import accounts
from tests import factories
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

LOGIN = "/konto/anmelden/"
HOME = "/arbeitsplatz/"
NEW_PASSWORD = "ein anderes langes Passwort"
type RunJobs = Callable[[], list[Job]]


def _login(client: Client, login: str, password: str = PASSWORD, **more: str) -> object:
    return client.post(LOGIN, {"login": login, "password": password} | more)


def _is_signed_in(client: Client) -> bool:
    return client.get("/konto/e-mail/").status_code == 200


def _names(patterns: list) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _names(pattern.url_patterns)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield pattern.name


def _code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(timezone.now().timestamp()) // 30))


def _link(message: mail.EmailMessage) -> str:
    """The path of the one link in a mail."""
    (url,) = set(re.findall(rf"{settings.KIPORTAL_BASE_URL}(/\S+)", message.body))
    return url


# One door


def test_every_page_of_allauth_that_can_be_reached_is_in_our_list() -> None:
    reachable = set(_names(get_resolver().url_patterns))
    ours = set(_names(accounts.urlpatterns))
    theirs = set(_names(allauth.urls.urlpatterns))
    assert ours <= theirs
    assert reachable & theirs == ours


@pytest.mark.parametrize(
    "path", ["/konto/signup/", "/konto/login/", "/konto/registrieren/", "/accounts/login/", "/konto/2fa/"]
)
def test_no_other_door_exists(client: Client, centre: Centre, path: str) -> None:
    assert client.get(path).status_code == 404
    assert client.post(path, {"email": "neu@example.org", "password1": PASSWORD}).status_code == 404


def test_admin_leads_strangers_to_the_one_sign_in(client: Client, centre: Centre) -> None:
    for path in ("/admin/", "/admin/common/user/"):
        assert client.get(path).status_code == 302
        assert client.get(path, follow=True).redirect_chain[-1] == (f"{LOGIN}?next={path}", 302)
    assert client.post("/admin/login/", {"username": "x", "password": "y"}).headers["Location"].startswith(LOGIN)


# Sign-in


def test_login_page_has_the_two_fields_and_a_way_out(client: Client, centre: Centre) -> None:
    response = client.get(LOGIN)
    assert response.status_code == 200
    assert list(response.context["form"].fields) == ["login", "password"]
    assert 'autocomplete="username"' in response.text
    assert 'autocomplete="current-password"' in response.text
    assert "placeholder" not in response.text.partition("<main")[2]
    assert reverse("account_reset_password") in response.text


@pytest.mark.parametrize("login", ["vera", "VERA", "vera@example.org", "Vera@Example.org"])
def test_login_by_name_or_mail_leads_to_the_workspace(client: Client, centre: Centre, login: str) -> None:
    factories.make_user("editor", "vera")
    response = _login(client, login)
    assert (response.status_code, response.headers["Location"]) == (302, HOME)
    assert _is_signed_in(client)


def test_login_with_csrf_check_needs_login_password_and_token_only(centre: Centre) -> None:
    factories.make_user("editor", "vera")
    client = Client(enforce_csrf_checks=True)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get(LOGIN).text)
    assert token is not None
    assert _login(client, "vera").status_code == 403
    assert _login(client, "vera", csrfmiddlewaretoken=token[1]).headers["Location"] == HOME


def test_login_returns_to_the_page_asked_for_and_to_no_other_site(client: Client, centre: Centre) -> None:
    factories.make_user("editor", "vera")
    response = client.get("/arbeitsplatz/barrieren/")
    assert response.headers["Location"] == f"{LOGIN}?next=/arbeitsplatz/barrieren/"
    assert _login(client, "vera", next="/arbeitsplatz/barrieren/").headers["Location"] == "/arbeitsplatz/barrieren/"
    client.logout()
    assert _login(client, "vera", next="https://evil.example/").headers["Location"] == HOME


def test_login_gives_a_new_session_key(client: Client, centre: Centre) -> None:
    factories.make_user("editor", "vera")
    session = client.session
    session["planted"] = "x"
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    _login(client, "vera")
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != session.session_key


def test_wrong_name_and_wrong_password_get_the_same_answer(client: Client, centre: Centre) -> None:
    factories.make_user("editor", "vera")
    answers = {
        " ".join(_login(client, login, "falsch" * 3).context["form"].errors["__all__"])
        for login in ("vera", "niemand", "vera@example.org", "niemand@example.org")
    }
    assert len(answers) == 1
    assert "Bitte prüfen Sie beides" in answers.pop()


def test_unknown_name_costs_as_many_hashes_as_a_wrong_password(
    client: Client, centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hash is what takes time, so counting it measures more reliably than a clock."""
    from django.contrib.auth import hashers

    factories.make_user("editor", "vera")
    hashed: list[str] = []
    encode = hashers.MD5PasswordHasher.encode
    monkeypatch.setattr(
        hashers.MD5PasswordHasher, "encode", lambda *args: (hashed.append("x"), encode(*args))[1], raising=True
    )
    counts = []
    for login in ("vera", "niemand"):
        hashed.clear()
        _login(client, login, "falsch" * 3)
        counts.append(len(hashed))
    assert counts == [1, 1]


def test_sixth_wrong_password_locks_the_account_for_a_while(client: Client, centre: Centre) -> None:
    factories.make_user("editor", "vera")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for number in range(5):
            client.defaults["REMOTE_ADDR"] = f"198.51.100.{number}"
            _login(client, "vera", "falsch" * 3)
        response = _login(client, "vera")
        assert "zu viele Versuche" in response.text
        assert not _is_signed_in(client)
        clock.shift(timedelta(minutes=6))
        assert _login(client, "vera").status_code == 302


def test_many_wrong_names_from_one_address_lock_the_address(client: Client, centre: Centre) -> None:
    factories.make_user("editor", "vera")
    for number in range(10):
        _login(client, f"niemand{number}", "falsch" * 3)
    assert "zu viele Versuche" in _login(client, "vera").text
    client.defaults["REMOTE_ADDR"] = "198.51.100.7"
    assert _login(client, "vera").status_code == 302


def test_flood_of_sign_ins_gets_our_429_page(client: Client, centre: Centre) -> None:
    for number in range(31):
        response = _login(client, f"niemand{number}", "falsch" * 3)
    assert response.status_code == 429
    assert "Einen Moment bitte" in response.text
    assert response.headers["Retry-After"] == "60"


def test_account_that_is_switched_off_cannot_sign_in(client: Client, centre: Centre) -> None:
    factories.make_user("editor", "vera", is_active=False)
    assert _login(client, "vera").headers["Location"] == reverse("account_inactive")
    assert not _is_signed_in(client)
    assert "abgeschaltet" in client.get(reverse("account_inactive")).text


def test_account_that_is_switched_off_is_out_at_once(client: Client, centre: Centre) -> None:
    user = factories.make_user("editor", "vera")
    _login(client, "vera")
    assert _is_signed_in(client)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert not _is_signed_in(client)


def test_logout_needs_a_post_and_leads_to_the_start_page(client: Client, centre: Centre) -> None:
    factories.make_user("editor", "vera")
    _login(client, "vera")
    assert client.get("/konto/abmelden/").status_code == 200
    assert _is_signed_in(client)
    response = client.post("/konto/abmelden/", follow=True)
    assert response.redirect_chain == [("/", 302)]
    assert "Sie sind abgemeldet." in response.text
    assert not _is_signed_in(client)


def test_account_pages_exist_in_english(client: Client, centre: Centre) -> None:
    assert client.get("/en/konto/anmelden/").status_code == 200


# Password


def test_forgotten_password_is_set_anew_over_a_link(client: Client, centre: Centre, run_jobs: RunJobs) -> None:
    factories.make_user("editor", "vera")
    response = client.post("/konto/passwort/vergessen/", {"email": "Vera@example.org"})
    assert response.headers["Location"] == "/konto/passwort/vergessen/gesendet/"
    run_jobs()
    (message,) = mail.outbox
    assert message.to == ["vera@example.org"]
    assert message.from_email.startswith("Kommunales Integrationszentrum Musterkreis <")
    assert "Musterkreis" in message.alternatives[0].content

    form = client.get(_link(message), follow=True)
    assert "-set-password/" in form.redirect_chain[0][0]
    short = client.post(form.request["PATH_INFO"], {"password1": "zu kurz", "password2": "zu kurz"})
    assert "mindestens 12 Zeichen" in short.text
    done = client.post(form.request["PATH_INFO"], {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}, follow=True)
    assert "Ihr Passwort ist gespeichert" in done.text
    run_jobs()
    assert "neu gesetzt" in mail.outbox[-1].subject

    assert _login(client, "vera").status_code == 200
    assert _login(client, "vera", NEW_PASSWORD).headers["Location"] == HOME
    assert "gilt nicht mehr" in Client().get(_link(message)).text


def test_reset_for_an_unknown_address_answers_and_works_the_same(
    client: Client, centre: Centre, run_jobs: RunJobs
) -> None:
    factories.make_user("editor", "vera")
    answers = []
    for email in ("vera@example.org", "niemand@example.org"):
        response = client.post("/konto/passwort/vergessen/", {"email": email})
        answers.append((response.status_code, response.headers["Location"], len(response.cookies)))
    assert answers[0] == answers[1]
    done = run_jobs()
    assert [(job.kind, job.state) for job in done] == [("common.send_password_reset", "done")] * 2
    assert [message.to for message in mail.outbox] == [["vera@example.org"]]
    assert "niemand" not in str([job.arguments for job in done])


def test_fourth_reset_a_day_for_an_address_is_refused(client: Client, centre: Centre) -> None:
    for email in ("vera@example.org", "niemand@example.org"):
        for _ in range(limits.MAILS_PER_DAY):
            assert client.post("/konto/passwort/vergessen/", {"email": email}).status_code == 302
        response = client.post("/konto/passwort/vergessen/", {"email": email})
        assert response.status_code == 429
        assert f'value="{email}"' in response.text


def test_reset_for_an_account_that_is_switched_off_sends_nothing(
    client: Client, centre: Centre, run_jobs: RunJobs
) -> None:
    factories.make_user("editor", "vera", is_active=False)
    client.post("/konto/passwort/vergessen/", {"email": "vera@example.org"})
    run_jobs()
    assert mail.outbox == []


def test_password_is_changed_with_the_old_one(client: Client, centre: Centre, run_jobs: RunJobs) -> None:
    user = factories.make_user("editor", "vera")
    _login(client, "vera")
    other = Client()
    _login(other, "vera")
    fields = {"oldpassword": "falsch", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert "nicht Ihr jetziges Passwort" in client.post("/konto/passwort/", fields).text
    mismatch = client.post("/konto/passwort/", fields | {"oldpassword": PASSWORD, "password2": "anders"})
    assert "nicht gleich" in mismatch.text
    assert client.post("/konto/passwort/", fields | {"oldpassword": PASSWORD}).status_code == 302

    user.refresh_from_db()
    assert user.check_password(NEW_PASSWORD)
    assert _is_signed_in(client)
    assert not _is_signed_in(other)
    run_jobs()
    assert "Passwort wurde geändert" in mail.outbox[-1].subject


# Address


def test_new_address_counts_once_its_link_was_used(client: Client, centre: Centre, run_jobs: RunJobs) -> None:
    user = factories.make_user("editor", "vera")
    _login(client, "vera")
    asked = client.post("/konto/e-mail/", {"email": "neu@example.org", "action_add": "1"})
    assert asked.headers["Location"].startswith("/konto/bestaetigen/?next=")  # password once more
    client.post(asked.headers["Location"], {"password": PASSWORD})
    run_jobs()
    (message,) = mail.outbox
    assert message.to == ["neu@example.org"]
    user.refresh_from_db()
    assert user.email == "vera@example.org"
    assert "noch nicht bestätigt" in client.get("/konto/e-mail/").text

    assert client.get(_link(message)).status_code == 200
    user.refresh_from_db()
    assert user.email == "vera@example.org"
    client.post(_link(message))
    user.refresh_from_db()
    assert user.email == "neu@example.org"
    run_jobs()
    assert mail.outbox[-1].to == ["vera@example.org"]
    assert "E-Mail-Adresse Ihres Kontos" in mail.outbox[-1].subject
    client.logout()
    assert _login(client, "neu@example.org").headers["Location"] == HOME


def test_pending_address_can_be_taken_back(client: Client, centre: Centre, run_jobs: RunJobs) -> None:
    user = factories.make_user("editor", "vera")
    EmailAddress.objects.create(user=user, email="neu@example.org")
    _login(client, "vera")
    asked = client.post("/konto/e-mail/", {"email": "neu@example.org", "action_remove": ""})
    client.post(asked.headers["Location"], {"password": PASSWORD})
    assert EmailAddress.objects.get(user=user).email == "vera@example.org"
    assert [job.state for job in run_jobs()] == ["done"]


# Second factor


def test_second_factor_is_offered_set_up_and_asked_for(
    client: Client, centre: Centre, run_jobs: RunJobs, django_capture_on_commit_callbacks: Any
) -> None:
    factories.make_user("editor", "vera")
    _login(client, "vera")
    assert "App einrichten" in client.get("/konto/zwei-faktor/").text
    asked = client.get("/konto/zwei-faktor/app/einrichten/")
    assert asked.headers["Location"].startswith("/konto/bestaetigen/")
    page = client.post(asked.headers["Location"], {"password": PASSWORD}, follow=True)
    secret = page.context["form"].secret
    assert "data:image/svg+xml" in page.text
    assert "stimmt nicht" in client.post(page.request["PATH_INFO"], {"code": "000000"}).text
    with django_capture_on_commit_callbacks(execute=True):
        codes_page = client.post(page.request["PATH_INFO"], {"code": _code(secret)}, follow=True)
    codes = codes_page.context["unused_codes"]
    assert len(codes) == 10
    assert codes[0] in codes_page.text
    assert codes[0] in client.get("/konto/zwei-faktor/codes/datei/").text
    run_jobs()
    assert "zwei Schritten ist eingeschaltet" in mail.outbox[-1].subject
    client.post("/konto/abmelden/")

    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        assert _login(client, "vera").headers["Location"] == "/konto/zwei-faktor/anmelden/"
        assert not _is_signed_in(client)
        assert client.get("/konto/zwei-faktor/anmelden/").status_code == 200
        assert "stimmt nicht" in client.post("/konto/zwei-faktor/anmelden/", {"code": "000000"}).text
        done = client.post("/konto/zwei-faktor/anmelden/", {"code": _code(secret)})
        assert done.headers["Location"] == HOME
        assert _is_signed_in(client)
        client.post("/konto/abmelden/")

        _login(client, "vera")
        assert client.post("/konto/zwei-faktor/anmelden/", {"code": codes[0]}).headers["Location"] == HOME
        client.post("/konto/abmelden/")
        _login(client, "vera")
        assert client.post("/konto/zwei-faktor/anmelden/", {"code": codes[0]}).status_code == 200


def test_sign_in_can_be_given_up_before_the_second_factor(client: Client, centre: Centre) -> None:
    TOTP.activate(factories.make_user("editor", "vera"), generate_totp_secret())
    _login(client, "vera")
    client.post("/konto/abmelden/", {"next": LOGIN})
    assert client.get(LOGIN).status_code == 200


def test_second_factor_can_be_renewed_and_switched_off(
    client: Client, centre: Centre, run_jobs: RunJobs, django_capture_on_commit_callbacks: Any
) -> None:
    TOTP.activate(factories.make_user("editor", "vera"), secret := generate_totp_secret())
    _login(client, "vera")
    client.post("/konto/zwei-faktor/anmelden/", {"code": _code(secret)})
    with (
        time_machine.travel(timezone.now() + timedelta(minutes=2)),
        django_capture_on_commit_callbacks(execute=True),
    ):
        assert client.get("/konto/zwei-faktor/bestaetigen/").status_code == 200
        client.post("/konto/zwei-faktor/bestaetigen/", {"code": _code(secret)})
        assert client.get("/konto/zwei-faktor/codes/neu/").status_code == 200
        assert client.post("/konto/zwei-faktor/codes/neu/").headers["Location"] == "/konto/zwei-faktor/codes/"
        assert client.get("/konto/zwei-faktor/codes/").status_code == 200
        assert client.get("/konto/zwei-faktor/app/abschalten/").status_code == 200
        assert client.post("/konto/zwei-faktor/app/abschalten/").headers["Location"] == "/konto/zwei-faktor/"
    client.post("/konto/abmelden/")
    assert _login(client, "vera").headers["Location"] == HOME
    Job.objects.update(run_after=timezone.now())
    run_jobs()
    assert sorted(message.subject for message in mail.outbox) == [
        "Die Anmeldung in zwei Schritten ist abgeschaltet",
        "Für Ihr Konto gibt es neue Ersatz-Codes",
    ]


# Invitations and notices


def test_invitation_lets_a_person_choose_the_first_password(client: Client, centre: Centre, run_jobs: RunJobs) -> None:
    admin = factories.make_user("admin")
    user = User.objects.create_user("nora", "Nora@example.org", first_name="Nora", last_name="Neu")
    keep_address(user)
    invite(user, by=admin)
    run_jobs()
    (message,) = mail.outbox
    assert "Guten Tag Nora Neu" in message.body
    form = client.get(_link(message), follow=True)
    client.post(form.request["PATH_INFO"], {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert _login(client, "nora", NEW_PASSWORD).headers["Location"] == HOME


def test_address_rows_follow_the_address_of_the_account(db: None) -> None:
    user = factories.make_user("editor", "vera")
    user.email = "Andere@example.org"
    user.save()
    keep_address(user)
    assert list(EmailAddress.objects.filter(user=user).values_list("email", "verified", "primary")) == [
        ("andere@example.org", True, True)
    ]


@pytest.mark.parametrize("event", EVENTS)
def test_notice_about_every_event_is_sent(centre: Centre, run_jobs: RunJobs, event: str) -> None:
    from kiportal.common.accounts import InvitationOnlyAdapter

    InvitationOnlyAdapter().send_notification_mail(f"account/email/{event}", factories.make_user("editor"))
    assert [job.state for job in run_jobs()] == ["done"]
    assert str(EVENTS[event]) in mail.outbox[0].body
