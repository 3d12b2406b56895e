"""The state folder (`var/`): secrets made once, the environment of every process, who runs the portal on it."""

import fcntl
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from kiportal.embedded import process
from kiportal.embedded.preflight import Refusal
from kiportal.embedded.servers import Servers

CHECKOUT = Path(__file__).resolve().parents[2]
DEFAULT_PORT = 8000


class State:
    def __init__(self, var: Path, environ: Mapping[str, str] = os.environ) -> None:
        self.var, self.environ = var.resolve(), environ
        self.log = self.var / "log"
        self.pids = self.var / "run"
        self._profile = self.var / "profile"
        self._port = self.var / "port"
        self._lock: IO[str] | None = None

    @classmethod
    def from_environment(cls) -> "State":
        return cls(CHECKOUT / (os.environ.get("VAR") or "var"))

    def create(self) -> None:
        # Open to others at the top only (PostgreSQL has a uid of its own under root); what is in it is closed.
        self.var.mkdir(parents=True, exist_ok=True, mode=0o711)
        for name in ("log", "run", "beat", "mail", "secrets"):
            process.private_folder(self.var / name)

    def secret(self, name: str, length: int = 48) -> str:
        """A random value that stays the same for this folder."""
        path = self.var / "secrets" / name
        if not path.exists():
            new = path.with_suffix(".new")
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(length))
            new.rename(path)  # never half a key, even on a full disk
        return path.read_text()

    def first_start_done(self) -> bool:
        return (self.var / "content.done").exists()

    def port(self) -> int:
        """PORT, else that of the last start, so that links written by `make manage` lead to it."""
        value = self.environ.get("PORT") or (self._port.read_text() if self._port.exists() else str(DEFAULT_PORT))
        if not value.isdigit() or not 0 < int(value) < 65536:
            raise Refusal(f"PORT must be a number from 1 to 65535, not {value!r}.")
        return int(value)

    def settle_port(self) -> int:
        """The port of this start: PORT or the default."""
        self._port.unlink(missing_ok=True)
        port = self.port()
        self._port.write_text(str(port))
        return port

    def profile(self) -> str:
        """PROFILE, or that of the Kreis which is set up already ("": the project's default). It cannot change."""
        wanted = self.environ.get("PROFILE") or ""
        begun = self._profile.read_text() if self._profile.exists() else None
        if begun is not None and wanted not in {"", begun}:
            raise Refusal(f"{self.var} belongs to {begun or 'the default Kreis'}: choose another VAR= for {wanted}.")
        return begun if begun is not None else wanted

    def settle_profile(self, profile: str) -> None:
        self._profile.write_text(profile)

    def environment(self, servers: Servers, port: int) -> dict[str, str]:
        """The environment of every process. What the operator exported, as NAME or NAME_FILE, wins."""
        defaults = {
            "DJANGO_SETTINGS_MODULE": "kiportal.settings",
            "DATABASE_URL": servers.database_url,
            "KIPORTAL_BROKER_URL": servers.broker_url,
            "KIPORTAL_SECRET_KEY": self.secret("secret_key"),
            "KIPORTAL_LINK_KEY": self.secret("link_key"),
            "KIPORTAL_DEMO": "1",
            "KIPORTAL_DEMO_PASSWORD": self.secret("demo_password", length=12),
            "KIPORTAL_VAR": str(self.var),
            "KIPORTAL_BASE_URL": f"http://127.0.0.1:{port}",
            "KIPORTAL_STATIC_ROOT": str(self.var / "static"),
            "KIPORTAL_MEDIA_ROOT": str(self.var / "media"),
            "PYTHONUNBUFFERED": "1",
        }
        chosen = {
            name: value
            for name, value in defaults.items()
            if name not in self.environ and f"{name}_FILE" not in self.environ
        }
        return {**chosen, **self.environ}

    def lock(self) -> None:
        """One portal at a time on a state folder; the system frees the lock however the process ends."""
        self._lock = (self.var / "portal.lock").open("a+")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise Refusal(
                f"A portal (process {self.running_portal()}) already runs on {self.var}: "
                "stop it first, or choose another state folder with VAR=."
            ) from None
        self._lock.truncate(0)
        self._lock.write(str(os.getpid()))
        self._lock.flush()

    def running_portal(self) -> int | None:
        """The process that holds the lock, if there is one."""
        try:
            with (self.var / "portal.lock").open("r+") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    return int(lock.read() or 0)
        except FileNotFoundError:
            pass
        return None
