"""PostgreSQL and Valkey from Python wheels, for one machine: `make run`, `make manage` and the tests.

Nothing here needs Django or a package beyond the standard library, and nothing of it is in the production image.

    with Servers(Path("var/test"), durable=False) as servers:
        os.environ["DATABASE_URL"] = servers.database_url
"""

from kiportal.embedded.preflight import Refusal
from kiportal.embedded.servers import Servers

__all__ = ["Refusal", "Servers"]
