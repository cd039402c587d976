"""What holds for all the rules together."""

import subprocess
import sys
from pathlib import Path

import returnhome
from returnhome.rules import Blocked, allowed

WITHOUT_DJANGO = """
import importlib, pkgutil, sys

class NoDjango:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"django", "jinja2", "psycopg", "allauth"}:
            raise ImportError(name)

sys.meta_path.insert(0, NoDjango())
import returnhome.rules
for module in pkgutil.walk_packages(returnhome.rules.__path__, "returnhome.rules."):
    importlib.import_module(module.name)
"""


class AlreadyDone(Blocked):
    sentence = "This has been done."
    field = "done"


def test_the_rules_load_in_a_python_without_django():
    folder = Path(returnhome.__file__).parent.parent

    outcome = subprocess.run(
        [sys.executable, "-c", WITHOUT_DJANGO], cwd=folder, capture_output=True, text=True
    )

    assert outcome.returncode == 0, outcome.stderr


def test_what_is_blocked_says_why_in_a_sentence():
    assert str(AlreadyDone()) == "This has been done."
    assert AlreadyDone().field == "done"
    assert str(AlreadyDone("It was done on 4 June.")) == "It was done on 4 June."
    assert Blocked("No.", field="name").field == "name"


def test_the_question_follows_from_the_check():
    def check_can_act(*, done: bool) -> None:
        if done:
            raise AlreadyDone

    can_act = allowed(check_can_act)

    assert can_act(done=False)
    assert not can_act(done=True)
    assert can_act.__name__ == "can_act"
