#!/bin/sh
# Makes the virtual environment: `sh scripts/setup.sh .venv`. Needs a Python 3.11-3.13 and nothing else.
#
# Everything is installed at the versions and with the hashes of requirements/dev.txt, through the
# ordinary pip client and whatever configuration it has on this machine. PYTHON=... chooses another
# interpreter than the first suitable one on PATH.
set -eu
venv=$1

suitable() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null
}

find_python() {
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
        if suitable "$candidate"; then
            command -v "$candidate"
            return 0
        fi
    done
    found=$("${PYTHON:-python3}" --version 2>&1 | tail -n 1) || true
    {
        echo "setup: Unspoken needs Python 3.11, 3.12 or 3.13; ${PYTHON:-python3} gives: $found"
        echo "setup: install one of them, or name it: make PYTHON=/path/to/python3.12 setup"
    } >&2
    return 1
}

python=$(find_python)

if ! { [ -x "$venv/bin/python" ] && suitable "$venv/bin/python"; }; then
    echo "setup: making $venv with $("$python" --version) ($python)"
    if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        "$python" -m venv --clear "$venv"
    elif "$python" -m virtualenv --version >/dev/null 2>&1; then
        "$python" -m virtualenv --quiet --clear "$venv"
    elif "$python" -c 'import pip, venv' 2>/dev/null; then
        # Debian splits ensurepip off; a pip outside can still install into the environment.
        "$python" -m venv --clear --without-pip "$venv"
    else
        {
            echo "setup: this Python cannot make virtual environments (ensurepip is missing)."
            echo "setup: on Debian and Ubuntu: apt-get install python3-venv; then run make again."
        } >&2
        exit 1
    fi
fi

pip_install() {
    if "$venv/bin/python" -c 'import pip' 2>/dev/null; then
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
    else
        "$python" -m pip --python "$venv/bin/python" install --quiet \
            --disable-pip-version-check "$@"
    fi
}

echo "setup: installing the locked requirements (once; this takes a minute or more)"
pip_install --require-hashes --requirement requirements/dev.txt
echo "setup: installing Unspoken with its face model"
pip_install --no-deps --no-build-isolation --editable .
