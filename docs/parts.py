"""The list of parts (SBOM) of this version, as CycloneDX: `./run parts > parts.cdx.json`.

From what is pinned, by name, version and hash: Python's from requirements.lock, those of the pages
from package-lock.json. The licences are those that the parts set up here say of themselves. The
same lock files give the same list.
"""

import base64
import json
import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from returnhome import __version__

HOUSE = Path(__file__).resolve().parent.parent
PINNED = re.compile(r"^([\w.-]+)==([^\s;\\]+)", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def main() -> None:
    print(listed())


def listed() -> str:
    """All of it as JSON."""
    bom = Bom()
    bom.metadata.component = Component(
        name="returnhome",
        version=__version__,
        type=ComponentType.APPLICATION,
        bom_ref="returnhome",
        licenses=[LicenseFactory().make_from_string("MIT")],
    )
    for component in (*_of_python(), *_of_the_pages()):
        bom.components.add(component)
        bom.register_dependency(bom.metadata.component, [component])
    said = json.loads(JsonV1Dot6(bom).output_as_string())
    # When and by which run it was made would make two lists of the same parts differ.
    said["metadata"].pop("timestamp", None)
    said["serialNumber"] = f"urn:uuid:{uuid5(NAMESPACE_URL, json.dumps(said['components']))}"
    return json.dumps(said, indent=2, ensure_ascii=False)


def _of_python() -> Iterator[Component]:
    text = (HOUSE / "requirements.lock").read_text()
    starts = list(PINNED.finditer(text))
    ends = [each.start() for each in starts[1:]] + [len(text)]
    for found, end in zip(starts, ends, strict=True):
        name, version = found[1], found[2]
        purl = PackageURL("pypi", name=name.lower().replace("_", "-"), version=version)
        hashes = HASH.findall(text[found.start() : end])
        yield Component(
            name=name,
            version=version,
            type=ComponentType.LIBRARY,
            purl=purl,
            bom_ref=purl.to_string(),
            licenses=_licence(name),
            # A file for each platform: whichever was installed has one of them.
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=each) for each in hashes],
        )


def _licence(name: str) -> list:
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return []
    short = said.get("License-Expression") or said.get("License") or ""
    if short and len(short.splitlines()) == 1:
        return [LicenseFactory().make_from_string(short)]
    kinds = [
        each.rpartition(" :: ")[2]
        for each in said.get_all("Classifier") or []
        if each.startswith("License ::")
    ]
    return [LicenseFactory().make_with_name(" and ".join(kinds))] if kinds else []


def _of_the_pages() -> Iterator[Component]:
    packages = json.loads((HOUSE / "package-lock.json").read_text())["packages"]
    for place, one in packages.items():
        if not place or one.get("peer"):
            continue
        name = place.removeprefix("node_modules/")
        group, _, short = name.rpartition("/")
        purl = PackageURL("npm", namespace=group or None, name=short, version=one["version"])
        content = base64.b64decode(one["integrity"].removeprefix("sha512-")).hex()
        yield Component(
            name=short,
            group=group or None,
            version=one["version"],
            type=ComponentType.LIBRARY,
            purl=purl,
            bom_ref=purl.to_string(),
            licenses=[LicenseFactory().make_from_string(one["license"])],
            hashes=[HashType(alg=HashAlgorithm.SHA_512, content=content)],
        )


if __name__ == "__main__":
    main()
