"""A child's own pages: the links to them, and what the child chooses and says there."""

import django.contrib.postgres.fields
import django.db.models.deletion
import returnhome.casework.sealing
from django.conf import settings
from django.db import migrations, models

NEVER_CHANGED = """
create trigger never_changed before update or delete on casework_choice
    for each row execute function casework_refuse_change();
create trigger never_emptied before truncate on casework_choice
    for each statement execute function casework_refuse_change();
"""
NOT_NEVER_CHANGED = """
drop trigger never_emptied on casework_choice;
drop trigger never_changed on casework_choice;
"""

# A link is opened once and ended once, and what it was made for stays.
LINKS = """
create function casework_refuse_to_open_again() returns trigger language plpgsql as $$
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
        if before = after then
            return new;
        end if;
    end if;
    raise exception 'a link is opened once and ended once, and nothing else of it changes'
        using errcode = 'integrity_constraint_violation';
end $$;
create trigger opened_and_ended_once before update or delete on casework_wayin
    for each row execute function casework_refuse_to_open_again();
create trigger never_emptied before truncate on casework_wayin
    for each statement execute function casework_refuse_change();
"""
NO_LINKS = """
drop trigger never_emptied on casework_wayin;
drop trigger opened_and_ended_once on casework_wayin;
drop function casework_refuse_to_open_again();
"""

# What the child has sent is theirs, word for word; that it was read is written once.
WORDS = """
create function casework_refuse_change_of_what_was_sent() returns trigger language plpgsql as $$
declare
    reading constant text[] := '{read_at,read_by_id}';
begin
    if old.sent_at is null then
        if tg_op = 'DELETE' then
            return old;
        end if;
        if new.episode_id = old.episode_id and new.way_in_id = old.way_in_id
            and new.question = old.question
        then
            return new;
        end if;
    elsif tg_op = 'UPDATE' and (
        to_jsonb(new) = to_jsonb(old)
        or old.read_at is null and to_jsonb(new) - reading = to_jsonb(old) - reading
    ) then
        return new;
    end if;
    raise exception 'what a child has sent is never changed'
        using errcode = 'integrity_constraint_violation';
end $$;
create trigger sent_is_sent before update or delete on casework_ownwords
    for each row execute function casework_refuse_change_of_what_was_sent();
create trigger never_emptied before truncate on casework_ownwords
    for each statement execute function casework_refuse_change();
"""
NO_WORDS = """
drop trigger never_emptied on casework_ownwords;
drop trigger sent_is_sent on casework_ownwords;
drop function casework_refuse_change_of_what_was_sent();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0010_signed_facts'),
    ]

    operations = [
        migrations.CreateModel(
            name='WayIn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('device', models.CharField(max_length=10)),
                ('language', models.CharField(max_length=20)),
                ('secret', models.CharField(max_length=64, unique=True)),
                ('made_at', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('opened_at', models.DateTimeField(null=True)),
                ('pass_digest', models.CharField(max_length=64, null=True, unique=True)),
                ('seen_at', models.DateTimeField(null=True)),
                ('told_at', models.DateTimeField(null=True)),
                ('told_in', models.CharField(default='', max_length=20)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('episode', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ways_in', to='casework.episode')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='OwnWords',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('question', models.CharField(max_length=20)),
                ('language', models.CharField(max_length=20)),
                ('words', returnhome.casework.sealing.SealedText(default='')),
                ('picked', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), default=list, size=None)),
                ('saved_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('read_at', models.DateTimeField(null=True)),
                ('episode', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='own_words', to='casework.episode')),
                ('read_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('way_in', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='own_words', to='casework.wayin')),
            ],
        ),
        migrations.CreateModel(
            name='Choice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('chosen', models.JSONField()),
                ('words', returnhome.casework.sealing.SealedText(default='')),
                ('at', models.DateTimeField()),
                ('episode', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='choices', to='casework.episode')),
                ('way_in', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.wayin')),
            ],
        ),
        migrations.AddIndex(
            model_name='wayin',
            index=models.Index(fields=['episode', '-made_at'], name='way_in_episode'),
        ),
        migrations.AddConstraint(
            model_name='wayin',
            constraint=models.CheckConstraint(condition=models.Q(('until__gt', models.F('made_at'))), name='a_link_lasts'),
        ),
        migrations.AddConstraint(
            model_name='wayin',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('opened_at', None), ('pass_digest', None), ('seen_at', None)), models.Q(('opened_at__isnull', False), ('pass_digest__isnull', False), ('seen_at__isnull', False)), _connector='OR'), name='an_opened_link_has_its_pass'),
        ),
        migrations.AddConstraint(
            model_name='wayin',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('told_at', None), ('told_in', '')), models.Q(('opened_at__isnull', False), ('told_at__isnull', False), models.Q(('told_in', ''), _negated=True)), _connector='OR'), name='told_what_stays_private_in_some_words'),
        ),
        migrations.AddConstraint(
            model_name='wayin',
            constraint=models.CheckConstraint(condition=models.Q(('ended_by', None), ('ended_at__isnull', False), _connector='OR'), name='a_link_ended_by_somebody_is_ended'),
        ),
        migrations.AddIndex(
            model_name='ownwords',
            index=models.Index(fields=['episode', 'sent_at'], name='own_words_episode'),
        ),
        migrations.AddIndex(
            model_name='ownwords',
            index=models.Index(condition=models.Q(('read_at', None), ('sent_at__isnull', False)), fields=['sent_at'], name='own_words_unread'),
        ),
        migrations.AddConstraint(
            model_name='ownwords',
            constraint=models.UniqueConstraint(condition=models.Q(('sent_at', None)), fields=('way_in', 'question'), name='one_draft_a_question'),
        ),
        migrations.AddConstraint(
            model_name='ownwords',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('read_at', None), ('read_by', None)), models.Q(('read_at__isnull', False), ('read_by__isnull', False), ('sent_at__isnull', False)), _connector='OR'), name='what_was_sent_is_read_by_somebody'),
        ),
        migrations.AddIndex(
            model_name='choice',
            index=models.Index(fields=['episode', '-at'], name='choice_episode'),
        ),
        migrations.RunSQL(NEVER_CHANGED, NOT_NEVER_CHANGED),
        migrations.RunSQL(LINKS, NO_LINKS),
        migrations.RunSQL(WORDS, NO_WORDS),
    ]
