"""Care, placement and home: doubts about them, what was put right, notices to host councils."""

import django.db.models.deletion
import returnhome.casework.sealing
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0006_messages_and_rotas'),
    ]

    operations = [
        migrations.CreateModel(
            name='FormerFact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('about', models.CharField(max_length=20)),
                ('was', returnhome.casework.sealing.SealedText(default='')),
                ('because', returnhome.casework.sealing.SealedText(default='')),
                ('replaced_at', models.DateTimeField()),
                ('child', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='former_facts', to='casework.child')),
                ('replaced_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Doubt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('about', models.CharField(max_length=20)),
                ('said', returnhome.casework.sealing.SealedText(default='')),
                ('said_by', returnhome.casework.sealing.SealedText(default='')),
                ('raised_at', models.DateTimeField()),
                ('finding', models.CharField(default='', max_length=20)),
                ('settled_because', returnhome.casework.sealing.SealedText(default='')),
                ('settled_at', models.DateTimeField(null=True)),
                ('child', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='doubts', to='casework.child')),
                ('raised_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('settled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('settled_at', None)), fields=['child'], name='doubt_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(('about__in', ['care', 'placement', 'home', 'birth_date'])), name='a_doubt_is_about_care_home_or_age'), models.CheckConstraint(condition=models.Q(models.Q(('finding', ''), ('settled_at', None), ('settled_by', None)), models.Q(models.Q(('finding', ''), _negated=True), ('settled_at__isnull', False), ('settled_by__isnull', False)), _connector='OR'), name='a_settled_doubt_has_time_person_and_finding')],
            },
        ),
        migrations.CreateModel(
            name='PlacementNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=10)),
                ('on', models.DateField(null=True)),
                ('made_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('seen_at', models.DateTimeField(null=True)),
                ('child', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='placement_notices', to='casework.child')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('placed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.authority')),
                ('placement', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='placement_notices', to='casework.placement')),
                ('seen_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('sent_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('to_authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.authority')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('seen_at', None)), fields=['to_authority', 'made_at'], name='notice_unseen')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['begins', 'ends', 'in_error'])), name='a_notice_tells_of_a_beginning_or_an_end'), models.CheckConstraint(condition=models.Q(('to_authority', models.F('placed_by')), _negated=True), name='a_notice_goes_to_another'), models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', True), ('sent_by__isnull', True)), models.Q(('sent_at__isnull', False), ('sent_by__isnull', False)), _connector='OR'), name='a_notice_sent_has_time_and_person'), models.CheckConstraint(condition=models.Q(models.Q(('seen_at__isnull', True), ('seen_by__isnull', True)), models.Q(('seen_at__isnull', False), ('seen_by__isnull', False)), _connector='OR'), name='a_notice_seen_has_time_and_person'), models.CheckConstraint(condition=models.Q(('seen_at', None), ('sent_at__isnull', False), _connector='OR'), name='only_a_notice_that_was_sent_is_seen')],
            },
        ),
    ]
