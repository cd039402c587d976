"""The councils' own directories: which of their groups gives which role, and where they are."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from returnhome.rules.codes import Role


@dataclass(frozen=True)
class GroupRole:
    """Whoever is in the group holds the role in the organisation, named as pages show it."""

    group: str
    role: Role
    organisation: str


@dataclass(frozen=True)
class Directory:
    """An OpenID Connect provider of a council.

    `accepts_amr` and `accepts_acr` are what it must say of a sign-in for its own second factor to
    stand for ours; nothing there: ours is always asked for.
    """

    id: str
    name: str
    issuer: str
    client_id: str
    client_secret: str
    roles: tuple[GroupRole, ...]
    groups_claim: str = "groups"
    accepts_amr: frozenset[str] = frozenset()
    accepts_acr: frozenset[str] = frozenset()

    @property
    def organisations(self) -> frozenset[str]:
        """Those whose roles it gives and ends; over others it has no say."""
        return frozenset(one.organisation for one in self.roles)

    def app(self) -> dict[str, Any]:
        """The same as allauth wants it."""
        return {
            "provider_id": self.id,
            "name": self.name,
            "client_id": self.client_id,
            "secret": self.client_secret,
            "settings": {"server_url": self.issuer, "oauth_pkce_enabled": True},
        }

    def has_second_factor(self, claims: Mapping[str, Any]) -> bool:
        """Whether the sign-in that the claims tell of had a second factor that is accepted."""
        said = claims.get("amr") or ()
        means = {said} if isinstance(said, str) else set(said)
        return bool(means & self.accepts_amr) or claims.get("acr") in self.accepts_acr


def load(environ: Mapping[str, str], *, live: bool) -> tuple[Directory, ...]:
    """The directories of the file that DIRECTORIES_FILE names. Raises ImproperlyConfigured."""
    place = environ.get("DIRECTORIES_FILE")
    if not place:
        return ()
    try:
        found = tuple(_directory(**one) for one in json.loads(Path(place).read_text()))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ImproperlyConfigured(f"DIRECTORIES_FILE cannot be read: {error}") from error
    for one in found:
        if live and not one.issuer.startswith("https://"):
            raise ImproperlyConfigured(f"DIRECTORIES_FILE: the issuer of {one.id} is not https.")
    for what in ("id", "issuer"):
        if len({getattr(one, what) for one in found}) < len(found):
            raise ImproperlyConfigured(f"DIRECTORIES_FILE: two directories have one {what}.")
    return found


def _directory(*, roles: list[dict[str, str]], **given: Any) -> Directory:
    for name in ("accepts_amr", "accepts_acr"):
        given[name] = frozenset(given.get(name, ()))
    given["issuer"] = given["issuer"].rstrip("/")
    mapped = (GroupRole(one["group"], Role(one["role"]), one["organisation"]) for one in roles)
    return Directory(roles=tuple(mapped), **given)
