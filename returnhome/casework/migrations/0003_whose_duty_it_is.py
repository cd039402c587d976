"""Whose duty it is: hand-overs, standing arrangements, disputes; in whose figures an episode counts."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import returnhome.casework.children
import returnhome.casework.sealing
from django.conf import settings
from django.db import migrations, models


# Up to now whoever must act was also who must act at the start.
COUNT_WHERE_IT_STARTED = """
update casework_episode set counted_under_id = responsible_authority_id;
"""

# What was asked stays as it was asked, and what was answered as it was answered.
ASKED_IS_FINAL = """
create function casework_refuse_change_of_asked() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE'
        or row(new.episode_id, new.kind, new.ground, new.asked_by_authority_id, new.to_authority_id,
               new.to_provider_id, new.proposed_child_id, new.looked_after_since, new.terms, new.asked_at, new.asked_by_id)
        is distinct from
           row(old.episode_id, old.kind, old.ground, old.asked_by_authority_id, old.to_authority_id,
               old.to_provider_id, old.proposed_child_id, old.looked_after_since, old.terms, old.asked_at, old.asked_by_id)
        or old.answered_at is not null
           and row(new.answer, new.answered_at, new.answered_by_id, new.answered_by_name)
               is distinct from
               row(old.answer, old.answered_at, old.answered_by_id, old.answered_by_name)
        or old.withdrawn_at is not null and new.withdrawn_at is distinct from old.withdrawn_at
        or old.handed_back_at is not null
           and new.handed_back_at is distinct from old.handed_back_at
    then
        raise exception 'what was asked and answered is never changed: ask again'
            using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end $$;

create trigger asked_is_final before update or delete on casework_handover
    for each row execute function casework_refuse_change_of_asked();
create trigger never_emptied before truncate on casework_handover
    for each statement execute function casework_refuse_change();
create trigger never_changed before update or delete on casework_override
    for each row execute function casework_refuse_change();
create trigger never_emptied before truncate on casework_override
    for each statement execute function casework_refuse_change();
"""

REVERSE = """
drop trigger never_emptied on casework_override;
drop trigger never_changed on casework_override;
drop trigger never_emptied on casework_handover;
drop trigger asked_is_final on casework_handover;
drop function casework_refuse_change_of_asked();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0002_what_must_never_change'),
    ]

    operations = [
        migrations.CreateModel(
            name='Agreement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('covers', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), default=list, size=None)),
                ('since', models.DateField()),
                ('until', models.DateField(null=True)),
                ('noted_at', models.DateTimeField()),
                ('agreed_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Dispute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('because', returnhome.casework.sealing.SealedText(default='')),
                ('raised_at', models.DateTimeField()),
                ('settled_how', models.CharField(default='', max_length=20)),
                ('settled_because', returnhome.casework.sealing.SealedText(default='')),
                ('settled_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='HandOver',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('ground', models.CharField(default='', max_length=20)),
                ('looked_after_since', models.DateField(null=True)),
                ('terms', returnhome.casework.sealing.SealedText(default='')),
                ('asked_at', models.DateTimeField()),
                ('answer_due_at', models.DateTimeField()),
                ('report_due_at', models.DateTimeField(null=True)),
                ('answer', models.CharField(default='', max_length=10)),
                ('answered_at', models.DateTimeField(null=True)),
                ('answered_by_name', models.CharField(default='', max_length=120)),
                ('refusal_reason', models.CharField(default='', max_length=30)),
                ('answer_note', returnhome.casework.sealing.SealedText(default='')),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('withdrawal_reason', models.CharField(default='', max_length=30)),
                ('withdrawal_note', returnhome.casework.sealing.SealedText(default='')),
                ('handed_back_at', models.DateTimeField(null=True)),
                ('hand_back_reason', models.CharField(default='', max_length=30)),
                ('hand_back_note', returnhome.casework.sealing.SealedText(default='')),
                ('reported_at', models.DateTimeField(null=True)),
                ('overtaken_at', models.DateTimeField(null=True)),
                ('reply_digest', models.CharField(max_length=64, null=True, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name='Override',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('was_cohort', models.CharField(max_length=30)),
                ('was_offer_kind', models.CharField(max_length=30)),
                ('cohort', models.CharField(max_length=30)),
                ('offer_kind', models.CharField(max_length=30)),
                ('because', returnhome.casework.sealing.SealedText(default='')),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.RemoveIndex(
            model_name='episode',
            name='episode_figures',
        ),
        migrations.AddField(
            model_name='episode',
            name='counted_under',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.authority'),
        ),
        # Else the constraints of a table with pending checks could not be made beside it.
        migrations.RunSQL(COUNT_WHERE_IT_STARTED + "set constraints all immediate;", ""),
        migrations.AlterField(
            model_name='episode',
            name='counted_under',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.authority'),
        ),
        migrations.AddField(
            model_name='episode',
            name='is_overridden',
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name='episode',
            index=models.Index(condition=models.Q(('voided_at__isnull', True)), fields=['counted_under', 'ended_on', 'cohort'], include=('child', 'offer_kind', 'not_held'), name='episode_figures'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='agreed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='agreement',
            name='authority',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.authority'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='noted_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='agreement',
            name='to_authority',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.authority'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='to_provider',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.organisation'),
        ),
        migrations.AddField(
            model_name='dispute',
            name='episode',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disputes', to='casework.episode'),
        ),
        migrations.AddField(
            model_name='dispute',
            name='raised_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='dispute',
            name='raised_for',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.organisation'),
        ),
        migrations.AddField(
            model_name='dispute',
            name='settled_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='dispute',
            name='should_be',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.authority'),
        ),
        migrations.AddField(
            model_name='handover',
            name='proposed_child',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.child'),
        ),
        migrations.AddField(
            model_name='handover',
            name='answered_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='handover',
            name='asked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='handover',
            name='asked_by_authority',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.authority'),
        ),
        migrations.AddField(
            model_name='handover',
            name='episode',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='handovers', to='casework.episode'),
        ),
        migrations.AddField(
            model_name='handover',
            name='handed_back_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='handover',
            name='reported_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='handover',
            name='to_authority',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.authority'),
        ),
        migrations.AddField(
            model_name='handover',
            name='to_organisation',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.organisation'),
        ),
        migrations.AddField(
            model_name='handover',
            name='to_provider',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.organisation'),
        ),
        migrations.AddField(
            model_name='handover',
            name='withdrawn_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='dispute',
            name='request',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='disputes', to='casework.handover'),
        ),
        migrations.AddField(
            model_name='override',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='override',
            name='episode',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='overrides', to='casework.episode'),
        ),
        migrations.AddField(
            model_name='override',
            name='host',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.authority'),
        ),
        migrations.AddField(
            model_name='override',
            name='was_host',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.authority'),
        ),
        migrations.AddConstraint(
            model_name='agreement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'host_interviews'), ('to_authority__isnull', False), ('to_provider', None)), models.Q(('kind', 'provider'), ('to_authority', None), ('to_provider__isnull', False)), _connector='OR'), name='an_agreement_is_with_one_body'),
        ),
        migrations.AddConstraint(
            model_name='agreement',
            constraint=models.CheckConstraint(condition=models.Q(('to_authority', models.F('authority')), _negated=True), name='an_agreement_is_with_another'),
        ),
        migrations.AddConstraint(
            model_name='agreement',
            constraint=models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='an_agreement_ends_after_it_began'),
        ),
        migrations.AddConstraint(
            model_name='agreement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('agreed_at__isnull', True), ('agreed_by__isnull', True)), models.Q(('agreed_at__isnull', False), ('agreed_by__isnull', False)), _connector='OR'), name='a_yes_to_an_agreement_has_time_and_person'),
        ),
        migrations.AddConstraint(
            model_name='agreement',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('authority', '='), ('to_authority', '='), (returnhome.casework.children.DateRange('since', 'until', django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_lower=True, inclusive_upper=True)), '&&')], name='one_agreement_at_a_time_with_a_authority'),
        ),
        migrations.AddConstraint(
            model_name='agreement',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('authority', '='), ('to_provider', '='), (returnhome.casework.children.DateRange('since', 'until', django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_lower=True, inclusive_upper=True)), '&&')], name='one_agreement_at_a_time_with_a_provider'),
        ),
        migrations.AddIndex(
            model_name='handover',
            index=models.Index(condition=models.Q(('answered_at', None), ('overtaken_at', None), ('withdrawn_at', None)), fields=['to_authority', 'answer_due_at'], name='handover_asked_authority'),
        ),
        migrations.AddIndex(
            model_name='handover',
            index=models.Index(condition=models.Q(('answered_at', None), ('overtaken_at', None), ('withdrawn_at', None)), fields=['to_provider', 'answer_due_at'], name='handover_asked_provider'),
        ),
        migrations.AddIndex(
            model_name='handover',
            index=models.Index(fields=['episode', 'asked_at'], name='handover_episode'),
        ),
        migrations.AddConstraint(
            model_name='handover',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'provider'), ('to_authority', None), ('to_provider__isnull', False)), models.Q(('kind__in', ['host_interviews', 'duty']), ('to_authority__isnull', False), ('to_provider', None)), _connector='OR'), name='a_request_goes_to_one_body'),
        ),
        migrations.AddConstraint(
            model_name='handover',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'duty'), models.Q(('ground', ''), _negated=True)), models.Q(models.Q(('kind', 'duty'), _negated=True), ('ground', '')), _connector='OR'), name='a_duty_passes_on_a_ground'),
        ),
        migrations.AddConstraint(
            model_name='handover',
            constraint=models.CheckConstraint(condition=models.Q(('proposed_child', None), ('kind', 'duty'), _connector='OR'), name='only_with_the_duty_a_child_is_named'),
        ),
        migrations.AddConstraint(
            model_name='handover',
            constraint=models.CheckConstraint(condition=models.Q(('to_authority', models.F('asked_by_authority')), _negated=True), name='nothing_is_handed_over_to_oneself'),
        ),
        migrations.AddConstraint(
            model_name='handover',
            constraint=models.CheckConstraint(condition=models.Q(('answer_due_at__gt', models.F('asked_at'))), name='an_answer_is_due_afterwards'),
        ),
        migrations.AddConstraint(
            model_name='handover',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at', None), ('answered_by', None), ('answered_by_name', '')), models.Q(('answer__in', ['accepted', 'refused']), ('answered_at__isnull', False), models.Q(('answered_by__isnull', False), models.Q(('answered_by_name', ''), _negated=True), _connector='OR')), _connector='OR'), name='a_requests_answer_has_time_and_person'),
        ),
        migrations.AddConstraint(
            model_name='handover',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', 'refused'), models.Q(('refusal_reason', ''), _negated=True)), models.Q(models.Q(('answer', 'refused'), _negated=True), ('refusal_reason', '')), _connector='OR'), name='a_refusal_has_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='handover',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('withdrawn_by__isnull', True), ('withdrawal_reason', '')), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False), models.Q(('withdrawal_reason', ''), _negated=True)), _connector='OR'), name='a_withdrawal_has_time_person_and_reason'),
        ),
        migrations.AddConstraint(
            model_name='handover',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('handed_back_at__isnull', True), ('handed_back_by__isnull', True), ('hand_back_reason', '')), models.Q(('handed_back_at__isnull', False), ('handed_back_by__isnull', False), models.Q(('hand_back_reason', ''), _negated=True)), _connector='OR'), name='a_hand_back_has_time_person_and_reason'),
        ),
        migrations.AddConstraint(
            model_name='handover',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reported_at__isnull', True), ('reported_by__isnull', True)), models.Q(('reported_at__isnull', False), ('reported_by__isnull', False)), _connector='OR'), name='a_report_has_time_and_person'),
        ),
        migrations.AddConstraint(
            model_name='handover',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('handed_back_at', None), ('reported_at', None)), ('answer', 'accepted'), _connector='OR'), name='only_what_was_accepted_comes_back'),
        ),
        migrations.AddConstraint(
            model_name='handover',
            constraint=models.UniqueConstraint(condition=models.Q(('answered_at', None), ('kind', 'duty'), ('overtaken_at', None), ('withdrawn_at', None)), fields=('episode',), name='the_duty_is_offered_to_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='handover',
            constraint=models.UniqueConstraint(condition=models.Q(models.Q(('kind', 'duty'), _negated=True), models.Q(('answer', ''), ('answer', 'accepted'), _connector='OR'), ('handed_back_at', None), ('overtaken_at', None), ('withdrawn_at', None)), fields=('episode',), name='one_body_at_a_time_is_asked_to_interview'),
        ),
        migrations.AddConstraint(
            model_name='dispute',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('settled_at__isnull', True), ('settled_by__isnull', True), ('settled_how', '')), models.Q(('settled_at__isnull', False), ('settled_by__isnull', False), models.Q(('settled_how', ''), _negated=True)), _connector='OR'), name='a_settlement_has_time_person_and_way'),
        ),
        migrations.AddConstraint(
            model_name='dispute',
            constraint=models.UniqueConstraint(condition=models.Q(('settled_at', None)), fields=('episode',), name='one_dispute_at_a_time'),
        ),
        migrations.RunSQL(ASKED_IS_FINAL, REVERSE),
    ]
