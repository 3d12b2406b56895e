#!/bin/sh
# From a fresh clone to an environment, called by the Makefile: `bootstrap.sh python | node | packages`.
set -eu
cd "$(dirname "$0")/../.."

fail() {
    echo "$1" >&2
    exit 1
}

# An interpreter that really runs (pyenv's shims exist for versions that are not chosen, and then exit 127).
find_python() {
    for candidate in python3.14 python3.13 python3.12 "$HOME"/.pyenv/versions/3.1[2-9]*/bin/python3 python3; do
        "$candidate" -c 'import sys; sys.version_info >= (3, 12) or sys.exit(1); print(sys.executable)' 2>/dev/null &&
            return
    done
    return 0
}

sync_python() {
    python=$(find_python)
    uv=$(command -v uv || true)
    if [ -z "$python" ]; then
        [ -n "$uv" ] || fail "Python 3.12 or newer is missing: install it, or uv (docs.astral.sh/uv), which fetches one."
        python='>=3.12'
    else
        "$python" kiportal/embedded/preflight.py
    fi
    echo "Installing the Python packages of uv.lock into .venv."
    if [ -z "$uv" ]; then
        uv=.uv/bin/uv
        [ -x "$uv" ] || "$python" -m venv .uv ||
            fail "$python cannot make an environment: install its venv module (Debian: apt install python3-venv)."
        [ -x "$uv" ] || .uv/bin/python -m pip install --quiet --disable-pip-version-check uv ||
            fail "uv could not be installed: is the package index reachable?"
    fi
    # --python: uv looks neither into pyenv's folder nor further than .python-version, which is a hint only.
    "$uv" sync --quiet --frozen --python "$python" || fail "The Python packages could not be installed (see above)."
}

sync_node() {
    command -v npm >/dev/null || fail "npm is missing: install Node.js 20 or newer (Debian: apt install npm)."
    echo "Installing the npm packages of package-lock.json into node_modules."
    npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error >/dev/null ||
        fail "The npm packages could not be installed (see above)."
}

install_packages() {
    wanted=$(sed 's/#.*//' packages.txt)
    command -v dpkg-query >/dev/null || fail "This is no Debian: make sure that these are installed:" $wanted
    missing=
    for package in $wanted; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    [ "$(id -u)" = 0 ] || fail "The tests need these Debian packages: sudo apt-get install$missing"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
}

case "${1:-}" in
python) sync_python ;;
node) sync_node ;;
packages) install_packages ;;
*) fail "bootstrap.sh python | node | packages" ;;
esac
