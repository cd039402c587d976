"""The roll-up by quarter, an episode in one row of it, and the steps that an episode took."""

from datetime import date

from django.db import migrations, models

import returnhome.casework.episodes
from returnhome.rules import measures
from returnhome.rules.clock import Standing
from returnhome.rules.codes import (
    Answer,
    Cohort,
    DeclinedBy,
    Earlier,
    EpisodeKind,
    NotHeldReason,
    OfferKind,
)
from returnhome.rules.facts import EpisodeFacts

CODES = ("offer_kind", "answer", "declined_by", "timeliness", "not_held", "earlier")
FLAGS = {
    "covered": "is_covered",
    "offered": "offered_at is not null",
    "attempted": "attempted_at is not null",
    "held": "held_at is not null",
}
SORTS = f"""
create temp table sorts as
select row_number() over () as id, '' as parts, null::smallint as steps, alike.* from (
    select distinct {", ".join(CODES)}, {", ".join(f"{told} as {name}" for name, told in FLAGS.items())}
    from casework_episode where voided_at is null and ended_on is not null
) alike
"""
OF_A_SORT = " and ".join(
    [
        *(f"episode.{name} = sorts.{name}" for name in CODES),
        *(f"(episode.{told}) = sorts.{name}" for name, told in FLAGS.items()),
        "episode.voided_at is null and episode.ended_on is not null",
    ]
)


def count_again(apps, schema_editor):
    """From every episode there is: the rules are asked once for each sort."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(SORTS)
        cursor.execute(f"select id, {', '.join((*CODES, *FLAGS))} from sorts")
        for number, *alike in cursor.fetchall():
            parts = parts_of(dict(zip((*CODES, *FLAGS), alike)))
            cursor.execute(
                "update sorts set parts = %s, steps = %s where id = %s",
                [measures.told(parts), measures.steps(parts), number],
            )
        cursor.execute(
            "insert into casework_tally (authority_id, quarter_on, cohort, parts, episodes)"
            " select counted_under_id, date_trunc('quarter', ended_on::timestamp), cohort, parts,"
            f" count(*) from casework_episode episode join sorts on {OF_A_SORT} group by 1, 2, 3, 4"
        )
        cursor.execute(
            "update casework_episode episode set steps = sorts.steps from sorts"
            f" where sorts.steps is not null and {OF_A_SORT}"
        )
        cursor.execute("drop table sorts")


def parts_of(alike):
    def code(of, name):
        return of(alike[name]) if alike[name] else None

    return measures.parts(
        EpisodeFacts(
            episode=None,
            child=None,
            authority=None,
            # Neither decides in which parts an episode counts, nor do its days, once it has ended.
            cohort=Cohort.UNKNOWN,
            kind=EpisodeKind.MISSING,
            started_on=date.min,
            ended_on=date.min,
            offer_kind=OfferKind(alike["offer_kind"]),
            answer=code(Answer, "answer"),
            declined_by=code(DeclinedBy, "declined_by"),
            standing=code(Standing, "timeliness"),
            not_held=code(NotHeldReason, "not_held"),
            earlier=code(Earlier, "earlier"),
            **{name: alike[name] for name in FLAGS},
        )
    )


class Migration(migrations.Migration):
    dependencies = [("casework", "0037_characteristics")]

    operations = [
        migrations.RemoveConstraint("tally", "one_tally_of_a_kind"),
        # Of which parts one episode is cannot be told from it: it is counted again.
        migrations.RunSQL("delete from casework_tally"),
        migrations.RemoveField("tally", "kind"),
        migrations.RemoveField("tally", "on"),
        migrations.RemoveField("tally", "part"),
        migrations.AddField("tally", "quarter_on", models.DateField(), preserve_default=False),
        migrations.AddField(
            "tally", "parts", models.CharField(max_length=100), preserve_default=False
        ),
        migrations.AddConstraint(
            "tally",
            models.UniqueConstraint(
                fields=("authority", "quarter_on", "cohort", "parts"), name="one_tally_of_a_sort"
            ),
        ),
        migrations.AddField("episode", "steps", models.SmallIntegerField(null=True)),
        # Before the columns that the database keeps itself: for these it writes the table anew.
        migrations.RunPython(count_again),
        migrations.AddField(
            "episode",
            "quarter_on",
            models.GeneratedField(
                db_persist=True,
                expression=returnhome.casework.episodes.QuarterOf("ended_on"),
                output_field=models.DateField(null=True),
            ),
        ),
        migrations.AddField(
            "episode",
            "hours_to_it",
            models.GeneratedField(
                db_persist=True,
                expression=models.Case(
                    models.When(
                        models.Q(("returned_precision", "date"), _negated=True)
                        & models.Q(("held_precision", "date"), _negated=True),
                        then=returnhome.casework.episodes.HoursBetween("held_at", "returned_at"),
                    )
                ),
                output_field=models.FloatField(null=True),
            ),
        ),
        migrations.AddConstraint(
            "episode",
            models.CheckConstraint(
                condition=models.Q(
                    ("steps__isnull", True),
                    models.Q(
                        ("ended_on__isnull", False),
                        ("steps__range", (1, 5)),
                        ("voided_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="an_episode_takes_steps_once_it_has_ended",
            ),
        ),
        migrations.RemoveIndex("episode", "episode_figures"),
        migrations.AddIndex(
            "episode",
            models.Index(
                condition=models.Q(("voided_at__isnull", True)),
                fields=["counted_under", "ended_on", "cohort"],
                include=("child", "steps", "hours_to_it"),
                name="episode_figures",
            ),
        ),
        migrations.AddIndex(
            "episode",
            models.Index(
                condition=models.Q(("steps__isnull", False)),
                fields=["counted_under", "cohort", "quarter_on", "hours_to_it"],
                include=("steps",),
                name="episode_quarters",
            ),
        ),
    ]
