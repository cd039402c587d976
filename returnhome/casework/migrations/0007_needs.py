"""Needs and what answers them, lists of services, what was told of; what was said stays said."""

import django.contrib.postgres.fields
import django.db.models.deletion
import returnhome.casework.sealing
from django.conf import settings
from django.db import migrations, models

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
APPEND_ONLY_TABLES = (
    *("casework_need", "casework_actionforneed", "casework_nohelp"),
    "casework_mention",
)

ONLY_ENDED = """
create trigger only_ended before update or delete on casework_service
    for each row execute function casework_refuse_all_but_an_end();
create trigger never_emptied before truncate on casework_service
    for each statement execute function casework_refuse_change();
"""
NOT_ONLY_ENDED = """
drop trigger never_emptied on casework_service;
drop trigger only_ended on casework_service;
"""

# Of an offer of help, and of a need passed on, what came back is written once; the rest stays.
WHAT_CAME = """
create function casework_refuse_all_but_what_came_of_it() returns trigger language plpgsql as $$
declare
    what_was_heard constant text[] :=
        '{is_taken_up,not_taken_up_reason,heard,heard_at,heard_by_id}';
    what_came constant text[] := '{outcome,outcome_at,outcome_by_id}';
    before jsonb := to_jsonb(old);
    after jsonb;
begin
    if tg_op = 'UPDATE' then
        after := to_jsonb(new);
        if before ->> 'heard_at' is null then
            before := before - what_was_heard;
            after := after - what_was_heard;
        end if;
        if before ->> 'outcome_at' is null then
            before := before - what_came;
            after := after - what_came;
        end if;
        if before = after then
            return new;
        end if;
    end if;
    raise exception 'of rows of % only what came of it is written, once', tg_table_name
        using errcode = 'integrity_constraint_violation';
end $$;
"""
ONLY_WHAT_CAME = """
create trigger only_what_came before update or delete on {table}
    for each row execute function casework_refuse_all_but_what_came_of_it();
create trigger never_emptied before truncate on {table}
    for each statement execute function casework_refuse_change();
"""
NOT_ONLY_WHAT_CAME = """
drop trigger never_emptied on {table};
drop trigger only_what_came on {table};
"""
HEARD_OF = ("casework_helpoffered", "casework_passedon")


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0006_harm'),
    ]

    operations = [
        migrations.AddField(
            model_name='episode',
            name='has_open_need',
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name='Need',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=30)),
                ('said_by', models.CharField(max_length=10)),
                ('words', returnhome.casework.sealing.SealedText(default='')),
                ('named_at', models.DateTimeField()),
                ('interview', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='needs', to='casework.interview')),
                ('named_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='ActionForNeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('action', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='for_needs', to='casework.action')),
                ('need', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='for_actions', to='casework.need')),
            ],
        ),
        migrations.CreateModel(
            name='NoHelp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=30)),
                ('note', returnhome.casework.sealing.SealedText(default='')),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('need', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='left', to='casework.need')),
            ],
        ),
        migrations.CreateModel(
            name='PassedOn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('to', models.CharField(max_length=30)),
                ('who', models.CharField(max_length=120)),
                ('passed_on', models.DateField()),
                ('noted_at', models.DateTimeField()),
                ('outcome', returnhome.casework.sealing.SealedText(default='')),
                ('outcome_at', models.DateTimeField(null=True)),
                ('need', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='passed', to='casework.need')),
                ('outcome_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('passed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Service',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=100)),
                ('name', models.CharField(max_length=200)),
                ('organisation', models.CharField(default='', max_length=200)),
                ('description', models.TextField(default='')),
                ('who_for', models.TextField(default='')),
                ('url', models.CharField(default='', max_length=500)),
                ('email', models.CharField(default='', max_length=254)),
                ('phone', models.CharField(default='', max_length=60)),
                ('address', models.CharField(default='', max_length=300)),
                ('town', models.CharField(default='', max_length=100)),
                ('postcode', models.CharField(default='', max_length=10)),
                ('minimum_age', models.PositiveSmallIntegerField(null=True)),
                ('maximum_age', models.PositiveSmallIntegerField(null=True)),
                ('helps_with', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), default=list, size=None)),
                ('added_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.authority')),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='HelpOffered',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', returnhome.casework.sealing.SealedText(default='')),
                ('means', models.CharField(max_length=30)),
                ('offered_on', models.DateField()),
                ('noted_at', models.DateTimeField()),
                ('is_taken_up', models.BooleanField(null=True)),
                ('not_taken_up_reason', models.CharField(default='', max_length=30)),
                ('heard', returnhome.casework.sealing.SealedText(default='')),
                ('heard_at', models.DateTimeField(null=True)),
                ('outcome', returnhome.casework.sealing.SealedText(default='')),
                ('outcome_at', models.DateTimeField(null=True)),
                ('heard_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('offered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('outcome_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('need', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='help', to='casework.need')),
                ('service', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.service')),
            ],
        ),
        migrations.CreateModel(
            name='Mention',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('key', models.TextField(default='')),
                ('name', models.CharField(default='', max_length=200)),
                ('nickname', models.CharField(default='', max_length=100)),
                ('relationship', models.CharField(default='', max_length=100)),
                ('age', models.CharField(default='', max_length=40)),
                ('address', models.CharField(default='', max_length=300)),
                ('postcode', models.CharField(default='', max_length=60)),
                ('place_kind', models.CharField(default='', max_length=20)),
                ('registration', models.CharField(default='', max_length=60)),
                ('make', models.CharField(default='', max_length=60)),
                ('colour', models.CharField(default='', max_length=40)),
                ('number', models.CharField(default='', max_length=40)),
                ('platform', models.CharField(default='', max_length=60)),
                ('description', returnhome.casework.sealing.SealedText(default='')),
                ('question', models.CharField(default='', max_length=60)),
                ('sentence', returnhome.casework.sealing.SealedText(default='')),
                ('reliability', models.CharField(max_length=20)),
                ('expectation', models.CharField(max_length=30)),
                ('noted_at', models.DateTimeField()),
                ('is_in_error', models.BooleanField(default=False)),
                ('interview', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mentions', to='casework.interview')),
                ('noted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('replaces', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='casework.mention')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['person', 'place', 'vehicle', 'phone', 'handle'])), name='a_mention_is_of_a_kind'), models.CheckConstraint(condition=models.Q(('is_in_error', False), ('replaces__isnull', False), _connector='OR'), name='only_what_was_noted_is_taken_out')],
            },
        ),
        migrations.AddConstraint(
            model_name='need',
            constraint=models.CheckConstraint(condition=models.Q(('said_by__in', ['child', 'worker'])), name='a_need_is_the_childs_or_workers'),
        ),
        migrations.AddConstraint(
            model_name='actionforneed',
            constraint=models.UniqueConstraint(fields=('need', 'action'), name='an_action_is_for_a_need_once'),
        ),
        migrations.AddConstraint(
            model_name='nohelp',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='no_help_has_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='passedon',
            constraint=models.CheckConstraint(condition=models.Q(('who', ''), _negated=True), name='a_need_is_passed_on_to_somebody'),
        ),
        migrations.AddConstraint(
            model_name='passedon',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome_at', None), ('outcome_by', None)), models.Q(('outcome_at__isnull', False), ('outcome_by__isnull', False)), _connector='OR'), name='what_came_of_a_need_passed_on_has_time_and_person'),
        ),
        migrations.AddConstraint(
            model_name='service',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('authority', 'reference'), name='a_service_stands_once_on_a_list'),
        ),
        migrations.AddConstraint(
            model_name='service',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='a_service_has_a_name'),
        ),
        migrations.AddConstraint(
            model_name='service',
            constraint=models.CheckConstraint(condition=models.Q(('minimum_age', None), ('maximum_age', None), ('minimum_age__lte', models.F('maximum_age')), _connector='OR'), name='the_youngest_age_of_a_service_is_not_over_the_oldest'),
        ),
        migrations.AddConstraint(
            model_name='service',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', None)), models.Q(('ended_at__gte', models.F('added_at')), ('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='an_ended_service_has_time_and_person'),
        ),
        migrations.AddConstraint(
            model_name='helpoffered',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('heard_at', None), ('heard_by', None), ('is_taken_up', None), ('not_taken_up_reason', '')), models.Q(('heard_at__isnull', False), ('heard_by__isnull', False), ('is_taken_up', True), ('is_taken_up__isnull', False), ('not_taken_up_reason', '')), models.Q(('heard_at__isnull', False), ('heard_by__isnull', False), ('is_taken_up', False), ('is_taken_up__isnull', False), models.Q(('not_taken_up_reason', ''), _negated=True)), _connector='OR'), name='help_not_taken_up_has_a_reason_time_and_person'),
        ),
        migrations.AddConstraint(
            model_name='helpoffered',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome_at', None), ('outcome_by', None)), models.Q(('is_taken_up', True), ('is_taken_up__isnull', False), ('outcome_at__isnull', False), ('outcome_by__isnull', False)), _connector='OR'), name='only_help_taken_up_comes_to_something'),
        ),
        *(
            migrations.RunSQL(NEVER_CHANGED.format(table=table), NOT_NEVER_CHANGED.format(table=table))
            for table in APPEND_ONLY_TABLES
        ),
        migrations.RunSQL(ONLY_ENDED, NOT_ONLY_ENDED),
        migrations.RunSQL(WHAT_CAME, "drop function casework_refuse_all_but_what_came_of_it();"),
        *(
            migrations.RunSQL(ONLY_WHAT_CAME.format(table=table), NOT_ONLY_WHAT_CAME.format(table=table))
            for table in HEARD_OF
        ),
    ]
