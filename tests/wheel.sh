#!/bin/sh
# Builds the wheel, installs it in an environment of its own and fetches a page from it.
set -eu
bin=$1
room=$(mktemp -d)
server=
clean_up() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    [ -z "$server" ] || wait "$server" 2>/dev/null || true
    rm -rf "$room"
}
trap clean_up EXIT INT TERM

"$bin/python" -m build --wheel --no-isolation --outdir "$room/wheel" . >"$room/build.log" 2>&1 ||
    { cat "$room/build.log"; exit 1; }
"$bin/python" -m venv "$room/env"
"$room/env/bin/python" -m pip install --quiet --require-hashes --only-binary :all: \
    -r requirements.lock
"$room/env/bin/python" -m pip install --quiet --no-deps "$room"/wheel/*.whl
"$room/env/bin/python" -m pip check

cd "$room" # away from the checkout: what runs now is the wheel
export RETURNHOME_DATA="$room/data"
env/bin/returnhome check
env/bin/returnhome --version
port=$("$room/env/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
PORT=$port env/bin/returnhome serve >"$room/serve.log" 2>&1 &
server=$!
"$room/env/bin/python" - "$port" <<'FETCH' || { cat "$room/serve.log"; exit 1; }
import re, sys, time, urllib.request

address = f"http://127.0.0.1:{sys.argv[1]}"
for _ in range(240):
    try:
        assert urllib.request.urlopen(f"{address}/healthz").status == 200
        break
    except OSError:
        time.sleep(0.5)
else:
    sys.exit("the server never became ready")
page = urllib.request.urlopen(f"{address}/accounts/login/").read().decode()
assert "Sign in" in page
for sheet in re.findall(r'<link[^>]+href="(/static/[^"]+\.css[^"]*)"', page):
    assert urllib.request.urlopen(address + sheet).status == 200, sheet
    print("fetched", sheet)
FETCH
