"""Lines that a worker releases for the child to see, what the child says back, how the talk was."""

import django.db.models.deletion
import returnhome.casework.sealing
import uuid
from django.conf import settings
from django.db import migrations, models

NEVER_CHANGED = "\n".join(
    f"""
create trigger never_changed before update or delete on casework_{name}
    for each row execute function casework_refuse_change();
create trigger never_emptied before truncate on casework_{name}
    for each statement execute function casework_refuse_change();
"""
    for name in ("saidback", "answertochild", "howitwas")
)
NOT_NEVER_CHANGED = "\n".join(
    f"""
drop trigger never_emptied on casework_{name};
drop trigger never_changed on casework_{name};
"""
    for name in ("saidback", "answertochild", "howitwas")
)

# A line stays as the child saw it; it is taken back once.
LINES = """
create function casework_refuse_change_of_release() returns trigger language plpgsql as $$
declare
    taking constant text[] := '{taken_back_at,taken_back_by_id}';
begin
    if tg_op = 'UPDATE' and (
        to_jsonb(new) = to_jsonb(old)
        or old.taken_back_at is null and to_jsonb(new) - taking = to_jsonb(old) - taking
    ) then
        return new;
    end if;
    raise exception 'a line that was released is never changed, only taken back'
        using errcode = 'integrity_constraint_violation';
end $$;
create trigger released_is_released before update or delete on casework_release
    for each row execute function casework_refuse_change_of_release();
create trigger never_emptied before truncate on casework_release
    for each statement execute function casework_refuse_change();
"""
NO_LINES = """
drop trigger never_emptied on casework_release;
drop trigger released_is_released on casework_release;
drop function casework_refuse_change_of_release();
"""

# That the child said how the talk was is written once, too.
LINKS = """
create or replace function casework_refuse_to_open_again() returns trigger language plpgsql as $$
declare
    opening constant text[] := '{opened_at,pass_digest}';
    telling constant text[] := '{told_at,told_in}';
    an_end constant text[] := '{ended_at,ended_by_id}';
    before jsonb := to_jsonb(old) - 'seen_at';
    after jsonb;
begin
    if tg_op = 'UPDATE' then
        after := to_jsonb(new) - 'seen_at';
        if old.opened_at is null then
            before := before - opening;
            after := after - opening;
        end if;
        if old.told_at is null then
            before := before - telling;
            after := after - telling;
        end if;
        if old.ended_at is null then
            before := before - an_end;
            after := after - an_end;
        end if;
%s        if before = after then
            return new;
        end if;
    end if;
    raise exception 'a link is opened once and ended once, and nothing else of it changes'
        using errcode = 'integrity_constraint_violation';
end $$;
"""
SAYING = """        if not old.has_said_how then
            before := before - 'has_said_how';
            after := after - 'has_said_how';
        end if;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0011_own_pages'),
    ]

    operations = [
        migrations.AddField(
            model_name='wayin',
            name='has_said_how',
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name='Release',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('text', returnhome.casework.sealing.SealedText(default='')),
                ('whom', returnhome.casework.sealing.SealedText(default='')),
                ('because', returnhome.casework.sealing.SealedText(default='')),
                ('promise', models.CharField(default='', max_length=10)),
                ('state', models.CharField(default='', max_length=10)),
                ('named_on', models.DateField(null=True)),
                ('released_at', models.DateTimeField()),
                ('taken_back_at', models.DateTimeField(null=True)),
                ('action', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.action')),
                ('entry', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.entry')),
                ('episode', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='releases', to='casework.episode')),
                ('need', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.need')),
                ('released_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('taken_back_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='SaidBack',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('words', returnhome.casework.sealing.SealedText(default='')),
                ('at', models.DateTimeField()),
                ('release', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='said_back', to='casework.release')),
                ('way_in', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.wayin')),
            ],
        ),
        migrations.CreateModel(
            name='AnswerToChild',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('words', returnhome.casework.sealing.SealedText(default='')),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('release', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='casework.release')),
                ('said_back', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='answer', to='casework.saidback')),
            ],
        ),
        migrations.CreateModel(
            name='HowItWas',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('quarter_on', models.DateField()),
                ('listened', models.CharField(default='', max_length=10)),
                ('choose', models.CharField(default='', max_length=10)),
                ('safe', models.CharField(default='', max_length=10)),
                ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.authority')),
            ],
            options={
                'indexes': [models.Index(fields=['authority', 'quarter_on'], name='how_it_was_quarter')],
                'constraints': [models.CheckConstraint(condition=models.Q(('choose__in', ['', 'yes', 'a_bit', 'no']), ('listened__in', ['', 'yes', 'a_bit', 'no']), ('safe__in', ['', 'yes', 'a_bit', 'no']), models.Q(('choose', ''), ('listened', ''), ('safe', ''), _negated=True)), name='how_it_was_is_said')],
            },
        ),
        migrations.AddIndex(
            model_name='release',
            index=models.Index(fields=['episode', 'released_at'], name='release_episode'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('taken_back_at', None), ('taken_back_by', None)), models.Q(('taken_back_at__isnull', False), ('taken_back_by__isnull', False)), _connector='OR'), name='a_line_is_taken_back_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'words'), ('named_on__isnull', False), ('promise', ''), ('state', '')), models.Q(('kind', 'share'), ('promise', ''), ('state', 'still')), models.Q(('kind', 'share'), ('named_on__isnull', False), ('promise', ''), ('state', 'done')), models.Q(('kind', 'came_of_it'), ('promise__in', ['asked', 'promised']), ('state__in', ['done', 'not_done', 'still'])), _connector='OR'), name='a_line_is_whole'),
        ),
        migrations.RunSQL(NEVER_CHANGED, NOT_NEVER_CHANGED),
        migrations.RunSQL(LINES, NO_LINES),
        migrations.RunSQL(LINKS % SAYING, LINKS % ""),
    ]
