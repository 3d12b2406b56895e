"""Measure on servers of its own (`$VAR/bench`), print the figures, write bench/results.json.

Django is set up here, before any module that needs it is imported.
"""

import json
import os
import platform
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

from kiportal.embedded.servers import Servers
from kiportal.embedded.state import State

RESULTS = Path(__file__).with_name("results.json")


def main() -> int:
    state = State(State.from_environment().var / "bench")
    # From an empty database: what a run before has left would be counted.
    Servers(state.var).stop()
    shutil.rmtree(state.var, ignore_errors=True)
    state.create()
    with Servers(state.var) as servers:
        os.environ.update(state.environment(servers, 8000) | {"KIPORTAL_LOG_LEVEL": "WARNING"})
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        from bench import concepts, data, registry

        figures = [*registry.measure(), *data.measure(), *concepts.measure()]
    about = {
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "processors": os.cpu_count(),
    }
    RESULTS.write_text(json.dumps(about | {"figures": figures}, indent=2, ensure_ascii=False) + "\n")
    for figure in figures:
        verdict = "ok" if figure["value"] <= figure["target"] else "MISSED"
        print(f"{verdict:7}{figure['name']}: {figure['value']} {figure['unit']} (at most {figure['target']})")
        for name, value in figure["details"].items():
            print(f"         {name}: {value}")
    return 0 if all(figure["value"] <= figure["target"] for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
