"""Which home a child is placed in, and what a home reports: added, never changed, seen to once."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SEEN_ONCE = """
create function casework_refuse_all_but_seeing() returns trigger language plpgsql as $$
declare
    seeing constant text[] := '{seen_at,seen_by_id}';
begin
    if tg_op = 'DELETE'
        or old.seen_at is not null
        or to_jsonb(new) - seeing is distinct from to_jsonb(old) - seeing
    then
        raise exception 'what a home has reported is never changed: only that it was seen to, once'
            using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end $$;
create trigger only_seen before update or delete on casework_fromhome
    for each row execute function casework_refuse_all_but_seeing();
create trigger never_emptied before truncate on casework_fromhome
    for each statement execute function casework_refuse_change();
"""
NOT_SEEN_ONCE = """
drop trigger never_emptied on casework_fromhome;
drop trigger only_seen on casework_fromhome;
drop function casework_refuse_all_but_seeing();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0018_who_else_comes_near'),
    ]

    operations = [
        migrations.AddField(
            model_name='placement',
            name='home',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.organisation'),
        ),
        migrations.AddIndex(
            model_name='placement',
            index=models.Index(condition=models.Q(('home__isnull', False)), fields=['home'], name='placement_home'),
        ),
        migrations.CreateModel(
            name='FromHome',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('says', models.CharField(max_length=20)),
                ('key', models.UUIDField(unique=True)),
                ('police_told', models.CharField(blank=True, default='', max_length=10)),
                ('police_reference', models.CharField(blank=True, default='', max_length=40)),
                ('needs_doctor', models.CharField(blank=True, default='', max_length=10)),
                ('police_spoke', models.CharField(blank=True, default='', max_length=10)),
                ('told_at', models.DateTimeField()),
                ('seen_at', models.DateTimeField(null=True)),
                ('episode', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='from_homes', to='casework.episode')),
                ('home', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.organisation')),
                ('notification', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='from_home', to='casework.notification')),
                ('seen_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('told_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('seen_at__isnull', True), models.Q(('says', 'taken_back'), ('needs_doctor', 'yes'), _connector='OR')), fields=['told_at'], name='from_home_to_see')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('seen_at__isnull', True), ('seen_by__isnull', True)), models.Q(('seen_at__isnull', False), ('seen_by__isnull', False)), _connector='OR'), name='a_report_seen_to_has_time_and_person'), models.CheckConstraint(condition=models.Q(('says__in', ['missing', 'returned', 'added', 'corrected', 'taken_back'])), name='a_home_says_one_of_a_few_things'), models.CheckConstraint(condition=models.Q(('police_reference', ''), ('police_told', 'yes'), _connector='OR'), name='a_police_reference_comes_from_telling_them')],
            },
        ),
        migrations.RunSQL(SEEN_ONCE, NOT_SEEN_ONCE),
    ]
