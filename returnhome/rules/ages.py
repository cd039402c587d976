"""How old a child is on a day, and when the child turns 18.

Source: Family Law Reform Act 1969, section 9: an age is reached at the start of the anniversary of
the birth. A child born on 29 February has that anniversary on 1 March where the year has no
29 February: the day after the 28th, never a day early. The Act does not name the case; this is the
usual English reading, fixed here so that no two parts of the record can disagree.
"""

from datetime import date

from returnhome.rules import Blocked

ADULT = 18


class NotYetBorn(Blocked):
    sentence = "The date of birth is after this day."
    field = "date_of_birth"


def age_on(born: date, day: date) -> int:
    """Whole years on `day`. Raises NotYetBorn."""
    if day < born:
        raise NotYetBorn
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def birthday(born: date, age: int) -> date:
    """The day on which a child born on `born` reaches `age`."""
    if (born.month, born.day) == (2, 29) and not is_leap_year(born.year + age):
        return date(born.year + age, 3, 1)
    return born.replace(year=born.year + age)


def is_adult_on(born: date, day: date) -> bool:
    return day >= birthday(born, ADULT)


def last_birth_of_an_adult(day: date) -> date:
    """Whoever was born after this day is not yet 18 on `day`: `is_adult_on` for a whole list."""
    year = day.year - ADULT
    is_leap_day = (day.month, day.day) == (2, 29) and not is_leap_year(year)
    return date(year, 2, 28) if is_leap_day else day.replace(year=year)


def is_leap_year(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
