"""How many files somebody has asked for within a minute, counted across all processes."""

from datetime import datetime, timedelta

from django.db import connection


def count(whom: str, *, at: datetime) -> int:
    """Count one more and give how many there are; `whom` is a digest that names nobody.

    In one statement, so that of many at once none slips through, and none waits for a page.
    """
    minute = at.replace(second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into cache (cache_key, value, expires) values (%s, '1', %s)"
            " on conflict (cache_key) do update set value = (cache.value::int + 1)::text"
            " returning value::int",
            [f"files:{whom}:{minute:%d%H%M}", minute + timedelta(minutes=2)],
        )
        ((found,),) = cursor.fetchall()
    return found
