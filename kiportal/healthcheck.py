"""Is the web server of this machine well? `python kiportal/healthcheck.py [live|ready]` asks, and so does the launcher.

Run by its path it loads nothing of the project, so that a check costs no more than an interpreter.
"""

import http.client
import os
import sys
from urllib.parse import urlsplit


def is_well(page: str, port: int, host: str, seconds: float = 5) -> bool:
    """Ask /healthz/<page> on the loopback address, under the public host name (any other one is refused)."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        connection.request("GET", f"/healthz/{page}", headers={"Host": host})
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    page = sys.argv[1] if len(sys.argv) > 1 else "live"
    sys.exit(0 if is_well(page, 8000, urlsplit(os.environ["KIPORTAL_BASE_URL"]).netloc) else 1)
