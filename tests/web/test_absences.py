"""Whoever answers for a child and is absent: said beside their name, wherever it counts."""

from datetime import timedelta

from returnhome.casework import episodes, rotas
from returnhome.web import absences, pages
from tests.cast import NOW, Cast, hours, returned
from tests.web.asking import words_of

DAY = timedelta(days=1)


def test_an_absence_is_said_by_its_last_day_its_hour_or_as_open(cast: Cast):
    def said(ends_at):
        rotas.Absence.objects.all().delete()
        rotas.note_absence(cast.mara, starts_at=NOW, ends_at=ends_at, by=cast.mara, at=NOW)
        return absences.of([cast.mara.pk, cast.amina.pk, None], NOW)

    assert said(NOW + 9 * DAY) == {cast.mara.pk: "Absent until 11 March"}
    assert said(NOW + 365 * DAY) == {cast.mara.pk: "Absent until 2 March 2027"}
    assert said(NOW + hours(5)) == {cast.mara.pk: "Absent until 2pm today"}
    assert said(None) == {cast.mara.pk: "Absent until further notice"}


def test_of_two_absences_the_longer_is_said(cast: Cast):
    for ends_at in (NOW + 9 * DAY, NOW + 2 * DAY):
        rotas.note_absence(cast.mara, starts_at=NOW, ends_at=ends_at, by=cast.mara, at=NOW)

    assert absences.of([cast.mara.pk], NOW) == {cast.mara.pk: "Absent until 11 March"}


def test_an_absent_owner_is_marked_on_the_work_list_and_on_the_episode(as_, cast: Cast, now):
    episode = returned(cast.kit, at=now)
    episodes.take_on(episode, by=cast.mara, at=now)
    until = now + 6 * DAY
    rotas.note_absence(cast.mara, starts_at=now, ends_at=until, by=cast.mara, at=now)
    amina = as_("amina")

    said = absences.of([cast.mara.pk], now)[cast.mara.pk]

    assert str(pages.day(until).split()[0]) in said
    assert f"Mara Whitfield {said}" in words_of(amina.get("/"))
    page = words_of(amina.get(f"/episodes/{episode.pk}"))
    assert f"Answers for it Mara Whitfield, Northshire Council {said} for Northshire" in page


def test_giving_a_child_to_a_colleague_says_in_the_choice_who_is_absent(as_, cast: Cast, now):
    episode = returned(cast.kit, at=now)
    rotas.note_absence(cast.ines, starts_at=now, by=cast.mara, at=now)

    words = words_of(as_("amina").get(f"/episodes/{episode.pk}/assign"))

    assert "Ines Okafor (absent until further notice)" in words
    assert "Mara Whitfield (absent" not in words
