"""Who has looked at this child's record? In plain words, for those who answer for it."""

import ast
from io import BytesIO
from pathlib import Path

import pytest
from django.utils import timezone
from pypdf import PdfReader

from returnhome.casework import journal, staff
from returnhome.casework.models import JournalEntry
from returnhome.reporting import looked
from tests.cast import Cast, hours, returned
from tests.web.asking import words_of

pytestmark = pytest.mark.check

HOUSE = Path(looked.__file__).parent.parent


def page(child) -> str:
    return f"/children/{child.pk}/looked-at"


def test_mara_reads_who_looked_in_which_role_and_when_the_newest_first(as_, cast: Cast, now):
    one = returned(cast.sky, at=now)
    as_("sol").get(f"/episodes/{one.pk}")
    as_("amina").get("/")
    as_("amina").post(f"/episodes/{one.pk}/take-on")

    words = words_of(as_("mara").get(page(cast.sky)))

    assert "Sol Bennett Social worker, Northshire Council Looked at a missing episode" in words
    assert "Amina Yusuf Coordinator, Northshire Council Saw in the work list" in words
    assert words.index("Gave an episode to somebody") < words.index("Looked at a missing episode")
    assert "Operator Opened a missing episode" in words


def test_a_look_at_who_looked_is_a_look_too(as_, cast: Cast):
    as_("mara").get(page(cast.sky))

    assert "Mara Whitfield Manager, Northshire Council Looked at who has looked" in words_of(
        as_("sol").get(page(cast.sky))
    )


def test_a_stranger_who_was_refused_stands_there_with_whom_they_work_for(as_, cast: Cast, now):
    one = returned(cast.kit, at=now)
    as_("owen").get(f"/episodes/{one.pk}")
    as_("owen").get(f"/children/{cast.kit.pk}")

    words = words_of(as_("mara").get(page(cast.kit)))

    assert (
        "Owen Price Coordinator, Eastmoor Council "
        "Asked for a missing episode, and was not let in Refused"
    ) in words
    assert "Asked for the record, and was not let in" in words
    assert "Owen Price" not in words_of(as_("mara").get(page(cast.robin)))


def test_the_role_is_the_one_they_had_then(as_, cast: Cast, now):
    today = timezone.localdate()
    journal.write("read", cast.sky, by=cast.sol, at=now - hours(24 * 90))
    (post,) = cast.sol.current_posts
    staff.end_post(post, on=today - hours(24 * 30), by=cast.adi, at=now)
    journal.write("read", cast.sky, by=cast.sol, at=now)

    before, after = (
        look
        for look in looked.told(looked.about(cast.sky).filter(by_id=cast.sol.pk).order_by("pk"))
    )

    assert before.roles == ["Social worker, Northshire Council"]
    assert after.roles == []


def test_it_is_narrowed_by_person_and_by_day(as_, cast: Cast, now):
    journal.write("read", cast.sky, by=cast.sol, at=now - hours(72))
    journal.write("read address", cast.sky, by=cast.ines, at=now)
    day = timezone.localdate(now - hours(72))
    asked = f"on-day={day.day}&on-month={day.month}&on-year={day.year}"

    by_person = words_of(as_("mara").get(f"{page(cast.sky)}?by={cast.sol.pk}"))
    by_day = words_of(as_("mara").get(f"{page(cast.sky)}?{asked}"))

    for words in (by_person, by_day):
        assert "Sol Bennett Social worker, Northshire Council Looked at the record" in words
        assert "Looked at the whole address" not in words
    assert "Nothing is written of that" in words_of(
        as_("mara").get(f"{page(cast.sky)}?by={cast.sol.pk}&on-day=1&on-month=1&on-year=2020")
    )
    # What makes no sense is as if it were not there.
    assert as_("mara").get(f"{page(cast.sky)}?by=x&on-day=99").status_code == 200


@pytest.mark.parametrize("way", ["", "/plain", ".pdf"])
@pytest.mark.parametrize("who", ["ines", "pat", "wes", "owen", "ana", "adi"])
def test_only_those_who_answer_for_the_child_may_know(as_, cast: Cast, who, way):
    assert as_(who).get(page(cast.sky) + way).status_code == 404


@pytest.mark.parametrize("who", ["amina", "sol", "mara"])
def test_the_story_leads_there_for_those_who_may_know(as_, cast: Cast, who):
    story = as_(who).get(f"/children/{cast.sky.pk}").content.decode()

    assert f'href="{page(cast.sky)}"' in story
    assert page(cast.sky) not in as_("wes").get(f"/children/{cast.sky.pk}").content.decode()


def test_the_child_reads_what_was_done_and_by_whom_in_which_part_and_no_name(as_, cast: Cast, now):
    for _ in range(3):
        journal.write("read", cast.sky, by=cast.sol, at=now)

    words = words_of(as_("mara").get(f"{page(cast.sky)}/plain"))
    file = as_("mara").get(f"{page(cast.sky)}.pdf")

    printed = " ".join(
        " ".join(each.extract_text() for each in PdfReader(BytesIO(file.content)).pages).split()
    )
    for said in (words, printed):
        assert "Social worker, Northshire Council" in said
        assert "Looked at the record (3 times)" in said
        assert "Sol Bennett" not in said
    assert (
        file.headers["Content-Disposition"] == f'attachment; filename="looked-at-{cast.sky.pk}.pdf"'
    )
    assert "Sky Marlowe" in printed
    assert JournalEntry.objects.about_child(cast.sky.pk).filter(verb="print").count() == 2


def test_people_read_what_they_looked_at_themselves(as_, cast: Cast, now):
    one = returned(cast.sky, at=now)
    sol = as_("sol")
    sol.get(f"/episodes/{one.pk}")
    as_("mara").get(f"/episodes/{one.pk}")

    words = words_of(sol.get("/account/looked-at"))

    assert words.count("Looked at a missing episode Sky Marlowe") == 1
    assert 'href="/account/looked-at"' in sol.get("/account").content.decode()


def test_a_child_whom_one_may_not_see_any_more_is_not_named_to_oneself_either(as_, cast: Cast, now):
    journal.write("read", cast.sky, by=cast.owen, at=now)

    words = words_of(as_("owen").get("/account/looked-at"))

    assert "A child whom you may not see now" in words
    assert "Sky" not in words


def test_the_pages_ask_as_often_for_many_lines_as_for_one(
    as_, cast: Cast, now, django_assert_max_num_queries
):
    for number in range(60):
        journal.write("read", cast.sky, by=cast.sol if number % 2 else cast.mara, at=now)
    mara = as_("mara")

    # The page's own (2), session, person, posts, areas; the child, those joined to it, what is
    # theirs (29); who there is (2), how many lines, the lines, names and roles (2); the journal.
    with django_assert_max_num_queries(45):
        assert "1 to 50 of" in words_of(mara.get(page(cast.sky)))
    with django_assert_max_num_queries(12):
        assert mara.get("/account/looked-at").status_code == 200


def verbs_in(room: str) -> set[str]:
    """The beginning of every verb that is written into the journal there."""
    found = set()
    for path in (HOUSE / room).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and node.args):
                continue
            name = ast.unparse(node.func)
            if name in {"journal.write", "journal.write_all", "_after"}:
                first = node.args[0]
                texts = [each for each in ast.walk(first) if isinstance(each, ast.Constant)]
                if isinstance(first, ast.JoinedStr):
                    texts = texts[:1]
                found |= {text.value for text in texts if isinstance(text.value, str)}
    return found


@pytest.mark.parametrize("room", ["casework", "web"])
def test_every_verb_of_the_journal_has_its_plain_words(room):
    written = verbs_in(room)
    known = {*looked.READS, *looked.DONE}

    assert written
    assert sorted(verb for verb in written if not is_known(verb, known)) == []


def is_known(verb: str, known: set[str]) -> bool:
    begins = verb.partition(":")[0].rstrip()
    return begins in known or any(each.startswith(f"{begins} ") for each in known)


def test_every_list_has_its_plain_words():
    named = set()
    for path in (HOUSE / "web").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {
                "looking.at_list",
                "journal.write_list",
            }:
                (name,) = [a.value for a in node.args[1:2] if isinstance(a, ast.Constant)] or [""]
                named |= {name} - {""}

    assert named >= {"worklist", "handovers"}
    assert named <= looked.LISTS.keys()
