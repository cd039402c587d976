"""Who held an interview where that is nobody of the system, and how to reach who answered a letter."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0007_care'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='handover',
            name='a_requests_answer_has_time_and_person',
        ),
        migrations.AddField(
            model_name='handover',
            name='answered_by_contact',
            field=models.CharField(default='', max_length=120),
        ),
        migrations.AddField(
            model_name='interview',
            name='held_by_name',
            field=models.CharField(default='', max_length=120),
        ),
        migrations.AddField(
            model_name='interview',
            name='held_by_organisation',
            field=models.CharField(default='', max_length=120),
        ),
        migrations.AddField(
            model_name='interview',
            name='held_by_role',
            field=models.CharField(default='', max_length=120),
        ),
        migrations.AddConstraint(
            model_name='handover',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at', None), ('answered_by', None), ('answered_by_contact', ''), ('answered_by_name', '')), models.Q(('answer__in', ['accepted', 'refused']), ('answered_at__isnull', False), models.Q(('answered_by__isnull', False), models.Q(('answered_by_name', ''), _negated=True), _connector='OR')), _connector='OR'), name='a_requests_answer_has_time_and_person'),
        ),
        migrations.AddConstraint(
            model_name='interview',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('held_by_name', ''), ('held_by_organisation', ''), ('held_by_role', '')), models.Q(('held_at__isnull', False), models.Q(('held_by_name', ''), _negated=True), models.Q(('held_by_role', ''), _negated=True), models.Q(('held_by_organisation', ''), _negated=True)), _connector='OR'), name='who_held_it_elsewhere_is_named_with_role_and_body'),
        ),
    ]
