"""Whom PostgreSQL runs as: it refuses uid 0, and a checkout in a closed home hides its files from anybody else."""

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kiportal.embedded.preflight import Refusal


@dataclass(frozen=True)
class Account:
    """How to start PostgreSQL's programs, and the uid its files must have."""

    uid: int
    prefix: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)


def _may_enter(account: pwd.struct_passwd, folder: Path) -> bool:
    mode = folder.stat()
    if mode.st_uid == account.pw_uid:
        return bool(mode.st_mode & stat.S_IXUSR)
    if mode.st_gid == account.pw_gid:
        return bool(mode.st_mode & stat.S_IXGRP)
    return bool(mode.st_mode & stat.S_IXOTH)


def _system_account(folders: set[Path]) -> Account | None:
    for name in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        if all(_may_enter(account, folder) for folder in folders):
            return Account(
                account.pw_uid,
                options={"user": account.pw_uid, "group": account.pw_gid, "extra_groups": [], "cwd": "/"},
            )
    return None


def _mapped_account() -> Account | None:
    """Root under another number, in a user namespace: its files stay root's, and PostgreSQL does not see uid 0."""
    unshare = ("unshare", "-U", "--map-user=1000", "--map-group=1000")
    if shutil.which("unshare") and subprocess.run([*unshare, "true"], capture_output=True, check=False).returncode == 0:
        return Account(0, prefix=unshare)
    return None


def account_for(data: Path, programs: Path) -> Account:
    """The account for the data folder `data` (need not exist yet) and the programs in the folder `programs`."""
    if os.geteuid() != 0:
        return Account(os.geteuid())
    folders = {path for path in (*data.parents, programs, *programs.parents) if path.exists()}
    account = _system_account(folders) or _mapped_account()
    if account is None:
        raise Refusal(
            f"PostgreSQL must not run as root and no other user can enter {data.parent} and {programs}: "
            "start as an ordinary user, or move the checkout and VAR= to folders that are open to others."
        )
    return account
