import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0020_told_twice'),
    ]

    operations = [
        migrations.AddField(
            model_name='delivery',
            name='begun_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='delivery',
            name='begun_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='delivery',
            name='records',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='delivery',
            name='records_done',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='delivery',
            name='stopped_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='delivery',
            name='stopped_because',
            field=models.CharField(default='', max_length=400),
        ),
        migrations.AddField(
            model_name='delivery',
            name='stopped_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='notification',
            name='sheet',
            field=models.CharField(default='', max_length=80),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('begun_at__isnull', True), ('begun_by__isnull', True), ('records_done', 0)), models.Q(('begun_at__isnull', False), ('begun_by__isnull', False)), _connector='OR'), name='a_delivery_is_begun_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('stopped_at__isnull', True), ('stopped_by__isnull', True)), models.Q(('begun_at__isnull', False), ('stopped_at__isnull', False), ('stopped_by__isnull', False)), _connector='OR'), name='a_delivery_is_stopped_by_somebody_once_begun'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(('records_done__lte', models.F('records'))), name='no_more_is_done_than_there_is'),
        ),
    ]
