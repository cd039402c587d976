"""Who is told of what nobody answers: rotas, absences, and the messages that wait to be sent.

An episode notes since when nobody answers for it: when its return became known, or when it was
given back. No other column says so, and the rota climbs from there. What waits already when this
runs has waited since it was opened, or since the child was found if that was later.
"""

import datetime
import django.db.models.deletion
import returnhome.rules.codes
from django.conf import settings
from django.db import migrations, models

WAITING_ALREADY = """
update casework_episode
   set unanswered_since = greatest(opened_at, coalesce(found_at, returned_at, opened_at))
 where owner_id is null and settled_at is null and (ended_at is not null or risk = 'high')
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0005_meetings'),
    ]

    operations = [
        migrations.CreateModel(
            name='Absence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField(null=True)),
                ('noted_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Mailbox',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rung', models.CharField(max_length=20)),
                ('email', models.EmailField(max_length=254)),
                ('set_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=160)),
                ('waiting_for', models.CharField(max_length=20)),
                ('about_kind', models.CharField(max_length=20)),
                ('about_id', models.BigIntegerField()),
                ('rung', models.CharField(max_length=20)),
                ('address', models.EmailField(blank=True, default='', max_length=254)),
                ('subject', models.CharField(max_length=160)),
                ('text', models.TextField()),
                ('created_at', models.DateTimeField()),
                ('send_after', models.DateTimeField()),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('failure', models.CharField(blank=True, default='', max_length=20)),
                ('sent_at', models.DateTimeField(null=True)),
                ('overtaken_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='OutOfHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120)),
                ('email', models.EmailField(max_length=254)),
                ('telephone', models.CharField(max_length=40)),
                ('starts', models.TimeField()),
                ('ends', models.TimeField()),
                ('set_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Pace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('of', models.CharField(max_length=20)),
                ('since', models.DateField()),
                ('team_after', models.DurationField()),
                ('manager_after', models.DurationField()),
                ('head_after', models.DurationField()),
                ('set_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Seat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rung', models.CharField(max_length=20)),
                ('named_at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='episode',
            name='unanswered_since',
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(WAITING_ALREADY, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name='episode',
            index=models.Index(condition=models.Q(('unanswered_since__isnull', False)), fields=['unanswered_since'], name='episode_unanswered'),
        ),
        migrations.AddIndex(
            model_name='episode',
            index=models.Index(condition=models.Q(('booked_for__isnull', True), ('held_at__isnull', True), ('settled_at__isnull', True)), fields=['due_at'], name='episode_running'),
        ),
        migrations.AddConstraint(
            model_name='episode',
            constraint=models.CheckConstraint(condition=models.Q(('unanswered_since__isnull', True), models.Q(('owner__isnull', True), ('settled_at__isnull', True)), _connector='OR'), name='an_unanswered_episode_has_no_owner'),
        ),
        migrations.AddField(
            model_name='absence',
            name='noted_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='absence',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='absences', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='mailbox',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mailboxes', to='casework.organisation'),
        ),
        migrations.AddField(
            model_name='mailbox',
            name='set_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='message',
            name='created_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='message',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='casework.organisation'),
        ),
        migrations.AddField(
            model_name='message',
            name='person',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='outofhours',
            name='organisation',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='out_of_hours', to='casework.organisation'),
        ),
        migrations.AddField(
            model_name='outofhours',
            name='set_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='pace',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='paces', to='casework.organisation'),
        ),
        migrations.AddField(
            model_name='pace',
            name='set_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='seat',
            name='named_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='seat',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='seats', to='casework.organisation'),
        ),
        migrations.AddField(
            model_name='seat',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='absence',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__isnull', True), ('ends_at__gt', models.F('starts_at')), _connector='OR'), name='an_absence_ends_after_it_began'),
        ),
        migrations.AddConstraint(
            model_name='mailbox',
            constraint=models.UniqueConstraint(fields=('organisation', 'rung'), name='one_mailbox_of_a_level'),
        ),
        migrations.AddConstraint(
            model_name='mailbox',
            constraint=models.CheckConstraint(condition=models.Q(('rung__in', (returnhome.rules.codes.Rung['TEAM'], returnhome.rules.codes.Rung['MANAGER'], returnhome.rules.codes.Rung['HEAD_OF_SERVICE']))), name='a_mailbox_is_of_a_level_that_has_names'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('overtaken_at__isnull', True), ('sent_at__isnull', True)), fields=['send_after'], name='message_due'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['about_kind', 'about_id'], name='message_about'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['organisation', '-created_at'], name='message_organisation'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(fields=('key', 'person', 'address'), name='a_recipient_is_told_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('address', ''), ('person__isnull', False)), models.Q(('person__isnull', True), models.Q(('address', ''), _negated=True)), _connector='OR'), name='a_message_goes_to_a_person_or_an_address'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(('sent_at__isnull', True), models.Q(('overtaken_at__isnull', True), ('tries__gt', 0)), _connector='OR'), name='a_message_sent_was_tried_and_not_overtaken'),
        ),
        migrations.AddConstraint(
            model_name='outofhours',
            constraint=models.CheckConstraint(condition=models.Q(('starts', models.F('ends')), _negated=True), name='an_emergency_duty_team_has_hours'),
        ),
        migrations.AddConstraint(
            model_name='pace',
            constraint=models.CheckConstraint(condition=models.Q(('head_after__gt', models.F('manager_after')), ('manager_after__gt', models.F('team_after')), ('team_after__gt', datetime.timedelta(0))), name='each_level_is_told_later_than_the_one_before'),
        ),
        migrations.AddConstraint(
            model_name='seat',
            constraint=models.UniqueConstraint(fields=('organisation', 'rung', 'person'), name='named_once_for_a_level'),
        ),
        migrations.AddConstraint(
            model_name='seat',
            constraint=models.CheckConstraint(condition=models.Q(('rung__in', (returnhome.rules.codes.Rung['TEAM'], returnhome.rules.codes.Rung['MANAGER'], returnhome.rules.codes.Rung['HEAD_OF_SERVICE']))), name='somebody_is_named_for_a_level_that_has_names'),
        ),
    ]
