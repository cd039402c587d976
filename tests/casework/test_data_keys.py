"""Each child's words are under keys of that child, and go for good with them."""

import psycopg
import pytest
from cryptography.exceptions import InvalidTag
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from returnhome.casework import bulk, offers, sealing
from returnhome.casework.models import Attempt, Entry, Episode, Offer, Reply, Webhook
from returnhome.casework.sealing import CannotOpen, DataKey, HasKeyring
from returnhome.management import keys
from returnhome.rules.offering import Means
from tests.casework.ledger import fresh
from tests.casework.test_children import stranger
from tests.casework.test_matching import join, separate, told_of
from tests.cast import NOW, Cast, returned, signed

SAID = "I wanted to see my nan."


def number_of_keys() -> int:
    """How many rings have a key: asked by the rings, for nobody here may count the keys."""
    rings = [
        row.keyring
        for model in apps.get_app_config("casework").get_models()
        if issubclass(model, HasKeyring)
        for row in model._base_manager.all()
    ]
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from public.casework_keys_of(%s)", [rings])
        return cursor.fetchone()[0]


def key_of(value: bytes) -> bytes:
    assert value[:1] == sealing.UNDER_DATA_KEY
    return value[1:17]


def at_rest(rows: list[tuple[str, str, int]]) -> list[bytes]:
    found = []
    with connection.cursor() as cursor:
        for table, column, pk in rows:
            cursor.execute(f"select {column} from {table} where id = %s", [pk])
            found.append(bytes(cursor.fetchone()[0]))
    return found


def tried(cast: Cast, episode, note: str) -> Attempt:
    return offers.attempt(episode, means=Means.VIDEO, made_at=NOW, note=note, by=cast.amina, at=NOW)


def test_the_words_of_one_episode_are_under_one_key_and_anothers_under_another(cast: Cast) -> None:
    sky, kit = returned(cast.sky), returned(cast.kit)

    first, second = tried(cast, sky, "No answer"), tried(cast, sky, "Rang twice")
    other = tried(cast, kit, "No answer")

    one, two, three = (
        key_of(value)
        for value in at_rest(
            [("casework_attempt", "note", each.pk) for each in (first, second, other)]
        )
    )
    assert one == two != three
    assert [fresh(each).note for each in (first, second, other)] == [
        "No answer",
        "Rang twice",
        "No answer",
    ]


def test_nothing_written_needs_no_key(cast: Cast) -> None:
    before = number_of_keys()
    episode = returned(cast.sky)

    attempt = tried(cast, episode, "")

    assert at_rest([("casework_attempt", "note", attempt.pk)]) == [sealing.EMPTY]
    assert fresh(attempt).note == ""
    assert number_of_keys() == before


def test_words_that_were_taken_back_take_their_key_along_and_the_next_are_read_all_the_same(
    cast: Cast,
) -> None:
    episode = returned(cast.sky)
    before = number_of_keys()
    with transaction.atomic():
        Attempt.objects.create(
            episode=episode, means="call", made_at=NOW, made_by=cast.amina, note="Lost"
        )
        transaction.set_rollback(True)
    assert number_of_keys() == before

    again = Attempt.objects.create(
        episode=episode, means="call", made_at=NOW, made_by=cast.amina, note="Kept"
    )

    assert fresh(again).note == "Kept"
    assert number_of_keys() == before + 1


def test_a_join_and_its_taking_back_leave_every_word_readable(cast: Cast) -> None:
    child = stranger(cast)
    episode = told_of(cast, child)
    early = tried(cast, episode, "Under no name")
    join(cast, child, cast.sky)
    late = tried(cast, fresh(episode), "Under Sky")

    separate(cast, child)

    assert [fresh(each).note for each in (early, late)] == ["Under no name", "Under Sky"]
    # What was written of another's episode goes with that episode, and not with the child that
    # somebody took it for.
    both = at_rest([("casework_attempt", "note", each.pk) for each in (early, late)])
    assert len({key_of(value) for value in both}) == 1


def test_once_its_key_is_destroyed_no_word_can_be_opened_and_all_others_can(
    apart: Cast, owner: psycopg.Connection
) -> None:
    sky, kit = returned(apart.sky), returned(apart.kit)
    gone, stays = tried(apart, sky, "Sky’s"), tried(apart, kit, "Kit’s")

    owner.execute("delete from casework_datakey where keyring = %s", [sky.keyring])

    with pytest.raises(CannotOpen, match="destroyed"):
        Attempt.objects.get(pk=gone.pk)
    assert Attempt.objects.get(pk=stays.pk).note == "Kit’s"


def test_the_products_own_role_neither_reads_nor_changes_a_key(cast: Cast) -> None:
    tried(cast, returned(cast.sky), "No answer")

    for statement in (
        "select wrapped from casework_datakey",
        "update casework_datakey set wrapped = wrapped",
        "delete from casework_datakey",
        "insert into casework_datakey values (gen_random_uuid(), gen_random_uuid(), '')",
    ):
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_the_database_keeps_no_key_that_is_not_wrapped(
    apart: Cast, owner: psycopg.Connection
) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="a_data_key_is_wrapped"):
        owner.execute(
            "insert into casework_datakey values (gen_random_uuid(), gen_random_uuid(), '\\x00')"
        )


def test_one_key_never_passes_for_another(cast: Cast) -> None:
    one, other = DataKey.made(), DataKey.made()
    sealed = one.seal(SAID.encode())

    swapped = sealing.CARRIED + bytes(16) + other.wrapped + sealed
    rightly = sealing.CARRIED + bytes(16) + one.wrapped + sealed

    assert sealing.open_sealed(rightly).decode() == SAID
    with pytest.raises(InvalidTag):
        sealing.open_sealed(swapped)


def test_words_are_never_written_without_saying_whose_they_are(cast: Cast) -> None:
    tried(cast, returned(cast.sky), "No answer")

    with pytest.raises(TypeError, match="the row that they belong to"):
        Attempt.objects.update(note="Changed")
    with pytest.raises(TypeError, match="the row that they belong to"):
        bulk.add(Attempt, 1, note="Changed", episode_id=1, means="call", made_at=NOW, made_by_id=1)


def test_it_is_told_of_every_table_with_words_whose_they_are(cast: Cast) -> None:
    for model, _ in keys.sealed_models():
        if issubclass(model, HasKeyring):
            continue
        way = model
        for name in filter(None, model.sealed_under.split(".")):
            way = way._meta.get_field(name).related_model
        assert issubclass(way, HasKeyring) or model.sealed_under == "", model


# What is no child's: words by and for programs, under a key of the installation itself.
NO_CHILDS = {"KeptAnswer", "Webhook"}


def test_only_what_is_no_childs_is_under_the_installations_own_key() -> None:
    assert {
        model.__name__
        for model, _ in keys.sealed_models()
        if getattr(model, "sealed_under", None) == ""
    } == NO_CHILDS


def test_a_programs_secret_comes_back(cast: Cast) -> None:
    hook = Webhook.objects.create(
        organisation=cast.northshire_council,
        address="https://example.invalid/",
        secret="whsec_1",
        made_at=NOW,
        made_by=cast.amina,
    )

    assert fresh(hook).secret == "whsec_1"


def test_a_key_costs_one_query_where_there_is_one_and_none_once_it_is_at_hand(
    cast: Cast, django_assert_num_queries
) -> None:
    episode = returned(cast.sky)
    tried(cast, episode, "No answer")
    known = fresh(episode)
    row = {"episode": known, "means": "call", "made_at": NOW, "made_by": cast.amina}

    with django_assert_num_queries(2):
        Attempt.objects.create(**row, note="Again")
    with django_assert_num_queries(1):
        Attempt.objects.create(**row, note="And again")
    with django_assert_num_queries(1):
        assert [each.note for each in Attempt.objects.order_by("pk")] == [
            "No answer",
            "Again",
            "And again",
        ]


def test_words_told_together_with_others_come_opened_once(cast: Cast) -> None:
    signed(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    inner = Entry.objects.filter(question="why_words")

    both = list(inner.values_list("words", flat=True).union(inner.values_list("words", flat=True)))
    beside = Entry.objects.filter(pk__in=inner).defer("words").get()

    assert SAID in both
    assert beside.words == SAID


def test_words_told_by_number_alone_are_under_the_same_key_and_asked_for_once(
    cast: Cast, django_assert_num_queries
) -> None:
    episode = returned(cast.sky)
    first = tried(cast, episode, "No answer")
    row = {"episode_id": episode.pk, "means": "call", "made_at": NOW, "made_by": cast.amina}

    with django_assert_num_queries(3):
        second = Attempt.objects.create(**row, note="Again")

    one, two = at_rest([("casework_attempt", "note", each.pk) for each in (first, second)])
    assert key_of(one) == key_of(two)


def test_nobody_writes_words_of_a_record_that_is_not_there(cast: Cast) -> None:
    with pytest.raises(Episode.DoesNotExist):
        Attempt.objects.create(
            episode_id=0, means="call", made_at=NOW, made_by=cast.amina, note="Whose?"
        )


def test_an_offer_and_what_was_answered_are_under_the_same_key(cast: Cast) -> None:
    episode = returned(cast.sky)
    offer = Offer.objects.create(
        episode=episode, means="text", reached="child", made_at=NOW, made_by=cast.amina, note="He"
    )
    reply = Reply.objects.create(
        offer=offer,
        answer="not_now",
        reason="At school",
        given_at=NOW,
        recorded_at=NOW,
        recorded_by=cast.amina,
    )

    rows = [("casework_offer", "note", offer.pk), ("casework_reply", "reason", reply.pk)]
    one, two = at_rest(rows)
    assert key_of(one) == key_of(two)
