
import django.db.models.deletion
import returnhome.casework.sealing
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0021_pieces_and_sheets'),
    ]

    operations = [
        migrations.AddField(
            model_name='episode',
            name='earlier',
            field=models.CharField(blank=True, default='', max_length=20),
        ),
        migrations.CreateModel(
            name='Bringing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('live_since', models.DateField()),
                ('received_at', models.DateTimeField()),
                ('brought_at', models.DateTimeField(null=True)),
                ('report', returnhome.casework.sealing.SealedJson(null=True)),
                ('children', models.PositiveIntegerField(default=0)),
                ('episodes', models.PositiveIntegerField(default=0)),
                ('refused', models.PositiveIntegerField(default=0)),
                ('taken_back_at', models.DateTimeField(null=True)),
                ('taken_back_because', models.CharField(blank=True, default='', max_length=200)),
                ('kept', models.PositiveIntegerField(default=0)),
                ('brought_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('brought_for', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.organisation')),
                ('received_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('taken_back_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='BringingFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('filename', models.CharField(max_length=200)),
                ('digest', models.CharField(max_length=64)),
                ('content', returnhome.casework.sealing.SealedBytes(null=True)),
                ('bringing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='casework.bringing')),
            ],
        ),
        migrations.CreateModel(
            name='BroughtChild',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('bringing', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='opened', to='casework.bringing')),
                ('child', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='brought', to='casework.child')),
            ],
        ),
        migrations.CreateModel(
            name='EarlierRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=200)),
                ('row_number', models.PositiveIntegerField()),
                ('digest', models.CharField(max_length=64)),
                ('as_received', returnhome.casework.sealing.SealedText(default='')),
                ('says', models.CharField(max_length=20)),
                ('is_counted', models.BooleanField()),
                ('offered', models.BooleanField(null=True)),
                ('offered_on', models.DateField(null=True)),
                ('answer', models.CharField(blank=True, default='', max_length=20)),
                ('declined_by', models.CharField(blank=True, default='', max_length=20)),
                ('held_at', models.DateTimeField(null=True)),
                ('held_precision', models.CharField(blank=True, default='', max_length=20)),
                ('not_held', models.CharField(blank=True, default='', max_length=30)),
                ('interviewer', models.CharField(blank=True, default='', max_length=120)),
                ('body', models.CharField(blank=True, default='', max_length=120)),
                ('notes', returnhome.casework.sealing.SealedText(default='')),
                ('bringing', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='records', to='casework.bringing')),
                ('brought_for', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.organisation')),
                ('episode', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='earlier_record', to='casework.episode')),
            ],
        ),
        migrations.AddConstraint(
            model_name='bringing',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('brought_at__isnull', True), ('brought_by__isnull', True)), models.Q(('brought_at__isnull', False), ('brought_by__isnull', False)), _connector='OR'), name='history_is_brought_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='bringing',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('taken_back_at__isnull', True), ('taken_back_because', ''), ('taken_back_by__isnull', True)), models.Q(('brought_at__isnull', False), ('taken_back_at__isnull', False), ('taken_back_by__isnull', False), models.Q(('taken_back_because', ''), _negated=True)), _connector='OR'), name='history_is_taken_back_by_somebody_and_why'),
        ),
        migrations.AddConstraint(
            model_name='earlierrecord',
            constraint=models.UniqueConstraint(fields=('brought_for', 'digest'), name='the_same_past_row_is_kept_once'),
        ),
        migrations.AddConstraint(
            model_name='earlierrecord',
            constraint=models.CheckConstraint(condition=models.Q(('says', ''), _negated=True), name='an_earlier_record_says_something'),
        ),
        migrations.AddConstraint(
            model_name='earlierrecord',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('held_at__isnull', True), ('held_precision', '')), models.Q(('held_at__isnull', False), ('held_precision__regex', '^(exact|date|estimated:[0-9]+)$')), _connector='OR'), name='an_earlier_interview_has_a_precision'),
        ),
    ]
