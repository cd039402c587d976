"""What a no leaves to ask, and by which way a child was reached; short check-ins."""

import django.contrib.postgres.fields
import django.db.models.deletion
import returnhome.casework.sealing
import returnhome.rules.codes
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
    *("casework_childspokento", "casework_understanding", "casework_carersasked", "casework_checkin", "casework_checkinwords"),
)


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0007_needs'),
    ]

    operations = [
        migrations.CreateModel(
            name='CarersAsked',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('whom', returnhome.casework.sealing.SealedText(default='')),
                ('means', models.CharField(default='', max_length=30)),
                ('asked_at', models.DateTimeField(null=True)),
                ('said', returnhome.casework.sealing.SealedText(default='')),
                ('despite', returnhome.casework.sealing.SealedText(default='')),
                ('why_not', returnhome.casework.sealing.SealedText(default=None, null=True)),
                ('noted_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='CheckIn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('held_at', models.DateTimeField()),
                ('minutes', models.PositiveSmallIntegerField()),
                ('mode', models.CharField(max_length=20)),
                ('fuller_at', models.DateTimeField(null=True)),
                ('noted_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='CheckInWords',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('how', returnhome.casework.sealing.SealedText(default='')),
                ('is_urgent', models.BooleanField()),
                ('urgent', returnhome.casework.sealing.SealedText(default='')),
                ('any_harm', models.CharField(max_length=20)),
                ('fuller', returnhome.casework.sealing.SealedText(default='')),
            ],
        ),
        migrations.CreateModel(
            name='ChildSpokenTo',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('by_whom', returnhome.casework.sealing.SealedText(default='')),
                ('means', models.CharField(default='', max_length=30)),
                ('why_not', returnhome.casework.sealing.SealedText(default=None, null=True)),
                ('noted_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Understanding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('judged', models.CharField(max_length=20)),
                ('because', returnhome.casework.sealing.SealedText(default='')),
                ('noted_at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='attempt',
            name='by_way_of',
            field=models.CharField(default='', max_length=20),
        ),
        migrations.AddField(
            model_name='communication',
            name='not_safe',
            field=returnhome.casework.sealing.SealedText(default=''),
        ),
        migrations.AddField(
            model_name='episode',
            name='no_owes',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), default=list, size=None),
        ),
        migrations.AddField(
            model_name='offer',
            name='by_way_of',
            field=models.CharField(default='', max_length=20),
        ),
        migrations.AddField(
            model_name='reply',
            name='means',
            field=models.CharField(default='', max_length=30),
        ),
        migrations.AddConstraint(
            model_name='episode',
            constraint=models.CheckConstraint(condition=models.Q(('no_owes', []), ('answer', returnhome.rules.codes.Answer['DECLINED']), ('not_held__in', [returnhome.rules.codes.NotHeldReason['DECLINED_BY_CHILD'], returnhome.rules.codes.NotHeldReason['DECLINED_BY_PARENT']]), _connector='OR'), name='only_a_no_leaves_something_to_ask'),
        ),
        migrations.AddField(
            model_name='carersasked',
            name='asked_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='carersasked',
            name='episode',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='carers_asked', to='casework.episode'),
        ),
        migrations.AddField(
            model_name='carersasked',
            name='noted_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='checkin',
            name='episode',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='check_ins', to='casework.episode'),
        ),
        migrations.AddField(
            model_name='checkin',
            name='held_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='checkin',
            name='noted_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='checkinwords',
            name='check_in',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='words', to='casework.checkin'),
        ),
        migrations.AddField(
            model_name='childspokento',
            name='episode',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='spoken_to', to='casework.episode'),
        ),
        migrations.AddField(
            model_name='childspokento',
            name='noted_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='understanding',
            name='episode',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='understandings', to='casework.episode'),
        ),
        migrations.AddField(
            model_name='understanding',
            name='noted_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='carersasked',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('means', ''), _negated=True), ('asked_at__isnull', False), ('asked_by__isnull', False), ('why_not__isnull', True)), models.Q(('asked_at__isnull', True), ('asked_by__isnull', True), ('means', ''), ('why_not__isnull', False)), _connector='OR'), name='carers_are_asked_or_not_and_why'),
        ),
        migrations.AddIndex(
            model_name='checkin',
            index=models.Index(fields=['episode', '-held_at'], name='check_in_episode'),
        ),
        migrations.AddConstraint(
            model_name='checkin',
            constraint=models.CheckConstraint(condition=models.Q(('minutes__gte', 1), ('minutes__lte', 60)), name='a_check_in_is_short'),
        ),
        migrations.AddConstraint(
            model_name='checkin',
            constraint=models.CheckConstraint(condition=models.Q(('fuller_at__isnull', True), ('fuller_at__gt', models.F('held_at')), _connector='OR'), name='the_fuller_talk_comes_after_the_check_in'),
        ),
        migrations.AddConstraint(
            model_name='checkinwords',
            constraint=models.CheckConstraint(condition=models.Q(('any_harm', ''), _negated=True), name='a_check_in_asks_of_harm'),
        ),
        migrations.AddConstraint(
            model_name='childspokento',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('means', ''), _negated=True), ('why_not__isnull', True)), models.Q(('means', ''), ('why_not__isnull', False)), _connector='OR'), name='spoken_to_by_a_means_or_not_and_why'),
        ),
        migrations.AddConstraint(
            model_name='understanding',
            constraint=models.CheckConstraint(condition=models.Q(('judged', ''), _negated=True), name='understood_not_or_not_judged'),
        ),
        *(
            migrations.RunSQL(NEVER_CHANGED.format(table=table), NOT_NEVER_CHANGED.format(table=table))
            for table in APPEND_ONLY_TABLES
        ),
    ]
