#!/usr/bin/env bash
# Make .venv in the working directory and install what a lock lists, at its versions and hashes.
#   envs/install.sh LOCK
set -euo pipefail
lock=$1

python=
for name in python3 python3.14 python3.13 python3.12 python3.11 python; do
  if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; then
    python=$name
    break
  fi
done
if [ -z "$python" ]; then
  echo "retrial needs Python 3.11 or later; found $(python3 --version 2>&1 || true)." >&2
  echo "Install it (python.org, your system's packages, pyenv, conda) and run make again." >&2
  exit 1
fi
if ! "$python" -c 'import venv, ensurepip' 2> /dev/null; then
  echo "$("$python" --version) cannot make environments: its venv module is missing." >&2
  echo "On Debian and Ubuntu: sudo apt-get install python3-venv" >&2
  exit 1
fi
if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; then
  echo "Making .venv with $("$python" --version)"
  rm -rf .venv
  "$python" -m venv .venv
fi

# A proxy's own certificate is in the system's store and not in uv's.
for store in /etc/ssl/certs /etc/pki/tls/certs /System/Library/Keychains; do
  if [ -d "$store" ]; then export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-1}"; fi
done

# The uv of the lock, with its hashes, is all that pip installs; uv installs the rest.
echo "Installing the packages of $lock into .venv"
awk '/^uv==/ {found = 1} found {print} found && !/\\$/ {exit}' "$lock" > .venv/uv.txt
if ! cmp -s .venv/uv.txt .venv/uv.done; then
  .venv/bin/python -m ensurepip > .venv/ensurepip.log
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
    --require-hashes --requirement .venv/uv.txt
  cp .venv/uv.txt .venv/uv.done
fi
uv() { .venv/bin/python -m uv pip "$@" --quiet --python .venv/bin/python; }
uv sync --compile-bytecode --require-hashes "$lock"
uv install --no-deps --no-build-isolation --editable .
