"""Local protocols that councils follow, concerns about a child, and meetings.

What closes an escalation must not be bent afterwards: a meeting is never changed, and of a concern
or a protocol only its end is written, once.
"""

import django.contrib.postgres.constraints
import django.db.models.deletion
import returnhome.casework.meetings
import returnhome.casework.protocols
import returnhome.casework.sealing
from django.conf import settings
from django.db import migrations, models

APPEND_ONLY = ("casework_meeting", "casework_voidedmeeting")
ENDED_ONCE = ("casework_notedconcern", "casework_localprotocol")

# `casework_refuse_change` is of 0002.
NEVER_CHANGED = """
create trigger never_changed before update or delete on {table}
    for each row execute function casework_refuse_change();
create trigger never_emptied before truncate on {table}
    for each statement execute function casework_refuse_change();
"""
NOT_NEVER_CHANGED = """
drop trigger never_emptied on {table};
drop trigger never_changed on {table};
"""

ENDS = """
create function casework_refuse_all_but_an_end() returns trigger language plpgsql as $$
declare
    an_end constant text[] := '{until,ended_at,ended_by_id,ended_because}';
begin
    if tg_op = 'DELETE'
        or old.ended_at is not null
        or to_jsonb(new) - an_end is distinct from to_jsonb(old) - an_end
    then
        raise exception 'of rows of % only the end is written, once', tg_table_name
            using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end $$;
"""
ONLY_ENDED = """
create trigger only_ended before update or delete on {table}
    for each row execute function casework_refuse_all_but_an_end();
create trigger never_emptied before truncate on {table}
    for each statement execute function casework_refuse_change();
"""
NOT_ONLY_ENDED = """
drop trigger never_emptied on {table};
drop trigger only_ended on {table};
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0004_who_was_told'),
    ]

    operations = [
        migrations.CreateModel(
            name='Meeting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('held_at', models.DateTimeField()),
                ('attended', returnhome.casework.sealing.SealedText(default='')),
                ('decided', returnhome.casework.sealing.SealedText(default='')),
                ('next_on', models.DateField(null=True)),
                ('recorded_at', models.DateTimeField()),
                ('child', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='meetings', to='casework.child')),
                ('episode', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='meetings', to='casework.episode')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='NotedConcern',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('concern', models.CharField(max_length=30)),
                ('source', returnhome.casework.sealing.SealedText(default='')),
                ('noted_at', models.DateTimeField()),
                ('ended_because', returnhome.casework.sealing.SealedText(default='')),
                ('ended_at', models.DateTimeField(null=True)),
                ('child', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='concerns', to='casework.child')),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('noted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='VoidedMeeting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('because', returnhome.casework.sealing.SealedText(default='')),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('meeting', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='voiding', to='casework.meeting')),
            ],
        ),
        migrations.CreateModel(
            name='LocalProtocol',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=40)),
                ('version', models.CharField(max_length=20)),
                ('written', models.JSONField(null=True)),
                ('since', models.DateField()),
                ('noted_at', models.DateTimeField()),
                ('until', models.DateField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.authority')),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('noted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True), ('until__isnull', True)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False), ('until__isnull', False)), _connector='OR'), name='an_ended_protocol_has_time_and_person'), models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='a_protocol_ends_no_sooner_than_it_starts'), models.UniqueConstraint(condition=models.Q(('written__isnull', False)), fields=('authority', 'key', 'version'), name='an_own_version_has_its_own_number'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('authority', '='), ('key', '='), (returnhome.casework.protocols.DaysInForce('since', 'until'), '&&')], name='one_version_of_a_protocol_at_a_time')],
            },
        ),
        migrations.AddIndex(
            model_name='meeting',
            index=models.Index(fields=['child', 'held_at'], name='meeting_child'),
        ),
        migrations.AddConstraint(
            model_name='meeting',
            constraint=models.CheckConstraint(condition=models.Q(('recorded_at__gte', models.F('held_at'))), name='a_meeting_is_recorded_once_it_was_held'),
        ),
        migrations.AddConstraint(
            model_name='meeting',
            constraint=models.CheckConstraint(condition=models.Q(('next_on__isnull', True), ('next_on__gt', returnhome.casework.meetings.UkDay('held_at')), _connector='OR'), name='the_next_meeting_is_after_this_one'),
        ),
        migrations.AddConstraint(
            model_name='notedconcern',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True)), models.Q(('ended_at__gte', models.F('noted_at')), ('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='an_ended_concern_has_time_and_person'),
        ),
        migrations.AddConstraint(
            model_name='notedconcern',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('child', 'concern'), name='a_concern_stands_once'),
        ),
        *(
            migrations.RunSQL(
                NEVER_CHANGED.format(table=table), NOT_NEVER_CHANGED.format(table=table)
            )
            for table in APPEND_ONLY
        ),
        migrations.RunSQL(ENDS, "drop function casework_refuse_all_but_an_end();"),
        *(
            migrations.RunSQL(ONLY_ENDED.format(table=table), NOT_ONLY_ENDED.format(table=table))
            for table in ENDED_ONCE
        ),
    ]
