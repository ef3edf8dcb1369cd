#!/usr/bin/env bash
# Rewrites requirements/*.txt: exact versions with the hashes of every file.
#
# Locked on the oldest supported Python, so that the versions chosen exist for all of them. The files
# name no index: which index is used is the business of the installing machine's pip configuration.
set -euo pipefail
cd "$(dirname "$0")/.."

tools=.cache/lock-tools
if [ ! -x "$tools/bin/pip-compile" ]; then
    python3.11 -m venv "$tools"
    "$tools/bin/python" -m pip install --quiet --upgrade pip pip-tools
fi

compile() {
    CUSTOM_COMPILE_COMMAND="make lock" "$tools/bin/pip-compile" --quiet --generate-hashes \
        --strip-extras --allow-unsafe --no-emit-index-url --no-emit-trusted-host \
        --no-emit-find-links --no-emit-options "$@"
}

compile --output-file requirements/run.txt pyproject.toml
compile --constraint requirements/run.txt --output-file requirements/dev.txt \
    pyproject.toml requirements/dev.in
compile --no-allow-unsafe --unsafe-package opencv-contrib-python \
    --output-file requirements/peer.txt requirements/peer.in
