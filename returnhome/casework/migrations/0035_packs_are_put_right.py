"""A pack for a panel: its name and day put right before it is taken away, once, and never erased."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import returnhome.casework.sealing

PUT_RIGHT = """
create function casework_refuse_all_but_name_day_and_end() returns trigger language plpgsql as $$
declare
    put_right constant text[] := '{name,meets_on,ended_at,ended_by_id,ended_because}';
begin
    if tg_op = 'UPDATE' and to_jsonb(new) = to_jsonb(old) then
        return new;
    end if;
    if tg_op = 'DELETE'
        or old.ended_at is not null
        or to_jsonb(new) - put_right is distinct from to_jsonb(old) - put_right
    then
        raise exception 'of rows of % name and day are put right, and the end is written, once',
            tg_table_name using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end $$;
drop trigger never_changed on casework_pack;
create trigger only_put_right before update or delete on casework_pack
    for each row execute function casework_refuse_all_but_name_day_and_end();
"""
NEVER_CHANGED = """
drop trigger only_put_right on casework_pack;
create trigger never_changed before update or delete on casework_pack
    for each row execute function casework_refuse_change();
drop function casework_refuse_all_but_name_day_and_end();
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0034_packs")]

    operations = [
        migrations.AddField(
            "pack", "ended_because", returnhome.casework.sealing.SealedText(default="")
        ),
        migrations.AddField("pack", "ended_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "pack",
            "ended_by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            "pack",
            models.CheckConstraint(
                condition=models.Q(("ended_at", None), ("ended_by", None))
                | models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                name="a_pack_is_taken_away_by_somebody",
            ),
        ),
        migrations.RunSQL(PUT_RIGHT, NEVER_CHANGED),
    ]
