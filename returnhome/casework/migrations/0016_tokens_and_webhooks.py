"""Tokens for programs, the answers kept for who asks twice, and webhooks with their calls."""

import django.contrib.postgres.fields
import django.db.models.deletion
import returnhome.casework.sealing
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0015_who_comes_near'),
    ]

    operations = [
        migrations.CreateModel(
            name='Webhook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(max_length=300)),
                ('secret', returnhome.casework.sealing.SealedText(default='')),
                ('former_secret', returnhome.casework.sealing.SealedText(blank=True, default='')),
                ('former_until', models.DateTimeField(null=True)),
                ('failing_since', models.DateTimeField(null=True)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('organisation',), name='an_organisation_has_one_webhook'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='a_webhook_is_ended_by_somebody')],
            },
        ),
        migrations.CreateModel(
            name='Call',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event', models.CharField(max_length=30)),
                ('about_id', models.BigIntegerField(null=True)),
                ('key', models.CharField(max_length=160)),
                ('number', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('made_at', models.DateTimeField()),
                ('send_after', models.DateTimeField()),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('done_at', models.DateTimeField(null=True)),
                ('is_given_up', models.BooleanField(default=False)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('webhook', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='casework.webhook')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('done_at__isnull', True)), fields=['send_after'], name='call_due'), models.Index(fields=['webhook', '-made_at'], name='call_newest')],
                'constraints': [models.UniqueConstraint(fields=('webhook', 'key'), name='a_webhook_is_told_once'), models.CheckConstraint(condition=models.Q(('is_given_up', False), ('done_at__isnull', False), _connector='OR'), name='a_call_given_up_is_done_with')],
            },
        ),
        migrations.CreateModel(
            name='CallTry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('code', models.PositiveSmallIntegerField(null=True)),
                ('failure', models.CharField(blank=True, default='', max_length=20)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tried', to='casework.call')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('code__isnull', False), models.Q(('failure', ''), _negated=True), _connector='OR'), name='a_try_was_answered_or_says_why_not')],
            },
        ),
        migrations.CreateModel(
            name='KeptAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=64)),
                ('asked', models.CharField(max_length=64)),
                ('answer', returnhome.casework.sealing.SealedJson()),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.organisation')),
            ],
            options={
                'indexes': [models.Index(fields=['at'], name='kept_answer_age')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'name'), name='an_idempotency_key_is_answered_once')],
            },
        ),
        migrations.CreateModel(
            name='Token',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80)),
                ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), size=None)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('ending', models.CharField(max_length=4)),
                ('until', models.DateField()),
                ('last_used_on', models.DateField(null=True)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='token', to=settings.AUTH_USER_MODEL)),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.organisation')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('scopes', []), _negated=True), name='a_token_is_for_something'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='a_token_is_ended_by_somebody')],
            },
        ),
    ]
