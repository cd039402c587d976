"""What was shared is given to somebody without an account by a link that opens once."""

import django.db.models.deletion
import returnhome.casework.sealing
from django.conf import settings
from django.db import migrations, models

# A link is opened once and ended once; a wrong code is counted and never taken back.
LINKS = """
create function casework_refuse_to_open_one_time_link_again() returns trigger language plpgsql as $$
declare
    opening constant text[] := '{opened_at,opened_by_name,pass_digest}';
    an_end constant text[] := '{ended_at,ended_by_id}';
    before jsonb;
    after jsonb;
begin
    if tg_op = 'UPDATE' and new.wrong >= old.wrong then
        before := to_jsonb(old) - '{seen_at,wrong}'::text[];
        after := to_jsonb(new) - '{seen_at,wrong}'::text[];
        if old.opened_at is null and old.ended_at is null then
            before := before - opening;
            after := after - opening;
        end if;
        if old.ended_at is null then
            before := before - an_end;
            after := after - an_end;
        end if;
        if before = after then
            return new;
        end if;
    end if;
    raise exception 'a one-time link is opened once and ended once, and nothing else changes'
        using errcode = 'integrity_constraint_violation';
end $$;
create trigger opened_and_ended_once before update or delete on casework_onetimelink
    for each row execute function casework_refuse_to_open_one_time_link_again();
create trigger never_emptied before truncate on casework_onetimelink
    for each statement execute function casework_refuse_change();
"""
NO_LINKS = """
drop trigger never_emptied on casework_onetimelink;
drop trigger opened_and_ended_once on casework_onetimelink;
drop function casework_refuse_to_open_one_time_link_again();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0029_patterns'),
    ]

    operations = [
        migrations.CreateModel(
            name='OneTimeLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', returnhome.casework.sealing.SealedText(default='')),
                ('code_way', models.CharField(max_length=20)),
                ('council', models.CharField(max_length=120)),
                ('secret', models.CharField(max_length=64, unique=True)),
                ('code', models.CharField(max_length=64)),
                ('made_at', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('wrong', models.PositiveSmallIntegerField(default=0)),
                ('opened_at', models.DateTimeField(null=True)),
                ('opened_by_name', returnhome.casework.sealing.SealedText(default='')),
                ('pass_digest', models.CharField(max_length=64, null=True, unique=True)),
                ('seen_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('child', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.child')),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('share', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='links', to='casework.share')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('until__gt', models.F('made_at'))), name='a_one_time_link_lasts'), models.CheckConstraint(condition=models.Q(('wrong__lte', 5)), name='wrong_codes_are_few'), models.CheckConstraint(condition=models.Q(models.Q(('opened_at', None), ('pass_digest', None), ('seen_at', None)), models.Q(('opened_at__isnull', False), ('pass_digest__isnull', False), ('seen_at__isnull', False)), _connector='OR'), name='an_opened_one_time_link_has_its_pass'), models.CheckConstraint(condition=models.Q(('ended_by', None), ('ended_at__isnull', False), _connector='OR'), name='a_one_time_link_ended_by_somebody_is_ended')],
            },
        ),
        migrations.RunSQL(LINKS, NO_LINKS),
    ]
