"""What people decide on records whose time is over, what is on hold, and what was erased."""

import django.contrib.postgres.fields
import django.db.models.deletion
import returnhome.casework.sealing
import uuid
from django.conf import settings
from django.db import migrations, models

AS_IT_WAS = """
create trigger only_ended before update or delete on casework_hold
    for each row execute function casework_refuse_all_but_an_end();
create trigger never_emptied before truncate on casework_hold
    for each statement execute function casework_refuse_change();

create function casework_refuse_all_but_a_second() returns trigger language plpgsql as $$
declare
    a_second constant text[] := '{is_confirmed,second_because,second_at,second_by_id}';
begin
    if tg_op = 'DELETE'
        or old.second_at is not null
        or to_jsonb(new) - a_second is distinct from to_jsonb(old) - a_second
    then
        raise exception 'of rows of % only what a second person says is written, once', tg_table_name
            using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end $$;
create trigger only_a_second before update or delete on casework_retentionreview
    for each row execute function casework_refuse_all_but_a_second();
create trigger never_emptied before truncate on casework_retentionreview
    for each statement execute function casework_refuse_change();

create trigger never_changed before update or delete on casework_erasure
    for each row execute function casework_refuse_change();
create trigger never_emptied before truncate on casework_erasure
    for each statement execute function casework_refuse_change();
"""
NOT_AS_IT_WAS = """
drop trigger never_emptied on casework_erasure;
drop trigger never_changed on casework_erasure;
drop trigger never_emptied on casework_retentionreview;
drop trigger only_a_second on casework_retentionreview;
drop function casework_refuse_all_but_a_second();
drop trigger never_emptied on casework_hold;
drop trigger only_ended on casework_hold;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0040_data_keys'),
    ]

    operations = [
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('child_number', models.BigIntegerField()),
                ('children', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('status', models.CharField(max_length=20)),
                ('period', models.CharField(max_length=80)),
                ('source', models.CharField(max_length=300)),
                ('due_since', models.DateField()),
                ('proposed_on', models.DateField()),
                ('proposed_by_name', models.CharField(max_length=200)),
                ('confirmed_on', models.DateField()),
                ('confirmed_by_name', models.CharField(max_length=200)),
                ('erased_at', models.DateTimeField()),
                ('rows', models.JSONField()),
                ('keyrings', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                ('data_keys', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                ('to_tell', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), size=None)),
                ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.authority')),
            ],
        ),
        migrations.CreateModel(
            name='PutForward',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('standing', models.CharField(max_length=20)),
                ('status', models.CharField(max_length=20)),
                ('period', models.CharField(max_length=80)),
                ('source', models.CharField(max_length=300)),
                ('due_since', models.DateField()),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('child', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.child')),
            ],
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('held_for', models.CharField(max_length=20)),
                ('because', returnhome.casework.sealing.SealedText(default='')),
                ('made_at', models.DateTimeField()),
                ('ended_because', returnhome.casework.sealing.SealedText(default='')),
                ('ended_at', models.DateTimeField(null=True)),
                ('child', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.child')),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True)), models.Q(('ended_at__gte', models.F('made_at')), ('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='a_hold_that_ended_has_time_and_person'), models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('child',), name='a_record_is_on_hold_once')],
            },
        ),
        migrations.CreateModel(
            name='RetentionReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outcome', models.CharField(max_length=20)),
                ('kept_until', models.DateField(null=True)),
                ('status', models.CharField(blank=True, default='', max_length=20)),
                ('because', returnhome.casework.sealing.SealedText(default='')),
                ('at', models.DateTimeField()),
                ('is_confirmed', models.BooleanField(null=True)),
                ('second_because', returnhome.casework.sealing.SealedText(default='')),
                ('second_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('child', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.child')),
                ('second_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kept_until__isnull', False), ('outcome', 'keep_longer')), models.Q(models.Q(('outcome', 'keep_longer'), _negated=True), ('kept_until__isnull', True)), _connector='OR'), name='what_is_kept_longer_is_kept_until_a_day'), models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'status'), models.Q(('status', ''), _negated=True)), models.Q(models.Q(('outcome', 'status'), _negated=True), ('status', '')), _connector='OR'), name='a_status_is_said_by_its_own_outcome'), models.CheckConstraint(condition=models.Q(models.Q(('is_confirmed__isnull', True), ('second_at__isnull', True), ('second_by', None)), models.Q(('is_confirmed__isnull', False), ('outcome', 'erase'), ('second_at__isnull', False), ('second_by__isnull', False)), _connector='OR'), name='of_an_erasure_a_second_person_says_when'), models.CheckConstraint(condition=models.Q(('second_by__isnull', True), models.Q(('second_by', models.F('by')), _negated=True), _connector='OR'), name='nobody_confirms_what_they_put_forward')],
            },
        ),
        migrations.RunSQL(AS_IT_WAS, NOT_AS_IT_WAS),
    ]
