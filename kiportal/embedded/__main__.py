"""The portal on one machine, without Docker and without a database or broker of its own.

    python -m kiportal.embedded run             everything: servers, migrations, demo content, web, worker, beat
    python -m kiportal.embedded manage ARGS...  manage.py on the same state; starts the servers for it if need be
    python -m kiportal.embedded start           PostgreSQL and Valkey only, until `stop`
    python -m kiportal.embedded stop            end the portal and the servers
    python -m kiportal.embedded status          what runs

The environment names the state folder (VAR, default var/), the port (PORT, default 8000) and for the first start the
Kreis (PROFILE). Any KIPORTAL_ variable and DATABASE_URL may be exported too and wins over the launcher's own value.
"""

import errno
import os
import signal
import subprocess
import sys

from kiportal.embedded.preflight import FIRST_START_MB, Refusal, failure, require_space
from kiportal.embedded.servers import Servers
from kiportal.embedded.state import CHECKOUT, State
from kiportal.embedded.supervisor import Supervisor, stop_running_portal


def manage(state: State, arguments: list[str]) -> int:
    if not state.var.exists():
        require_space(state.var, FIRST_START_MB)
    state.create()
    with Servers(state.var) as servers:
        environment = state.environment(servers, state.port())
        environment["PATH"] = (
            f"{servers.postgres.programs}{os.pathsep}{environment.get('PATH', '')}"  # psql for dbshell
        )
        command = subprocess.Popen([sys.executable, "manage.py", *arguments], cwd=CHECKOUT, env=environment)
        # The terminal sends Ctrl-C to the command too: it decides, and the servers are stopped after it.
        signal.signal(signal.SIGINT, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: command.terminate())
        return command.wait()


def start(state: State) -> int:
    require_space(state.var, FIRST_START_MB)
    state.create()
    with Servers(state.var) as servers:
        servers.keep()
        print(f"DATABASE_URL={servers.database_url}\nKIPORTAL_BROKER_URL={servers.broker_url}")
    return 0


def stop(state: State) -> int:
    stop_running_portal(state)
    Servers(state.var, environ={}).stop()
    return 0


def status(state: State) -> int:
    servers = Servers(state.var, environ={})
    pids = {server.label: server.pid() for server in servers.own} | {"Portal": state.running_portal()}
    for label, pid in pids.items():
        print(f"{label}: {f'process {pid}' if pid else 'not running'}")
    return 0 if all(pids.values()) else 3


def main(arguments: list[str]) -> int:
    state = State.from_environment()
    match arguments:
        case ["run"]:
            Supervisor(state).run()
            return 0
        case ["manage", *rest]:
            return manage(state, rest)
        case ["start"]:
            return start(state)
        case ["stop"]:
            return stop(state)
        case ["status"]:
            return status(state)
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Refusal as refusal:
        sys.exit(str(refusal))
    except OSError as error:
        if error.errno not in {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC}:
            raise
        sentence = f"{error.filename}: {error.strerror}; choose another state folder with VAR=."
        sys.exit(str(failure(State.from_environment().var, sentence)))
