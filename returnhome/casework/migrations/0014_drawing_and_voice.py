"""A drawing and a recording of the child's, with what they answered to a question."""

import django.db.models.deletion
import returnhome.casework.sealing
from django.db import migrations, models

# Until the words it belongs to are sent it is taken away or replaced, by another row. That they are
# sent at this very moment is waited for.
MADE = """
create function casework_refuse_change_of_what_was_made() returns trigger language plpgsql as $$
declare
    answer constant bigint := case tg_op when 'INSERT' then new.own_words_id else old.own_words_id end;
begin
    if tg_op <> 'UPDATE' then
        perform from public.casework_ownwords where id = answer and sent_at is null for share;
        if found then
            return case tg_op when 'INSERT' then new else old end;
        end if;
    end if;
    raise exception 'what a child has made and sent is never changed'
        using errcode = 'integrity_constraint_violation';
end $$;
create trigger made_is_made before insert or update or delete on casework_made
    for each row execute function casework_refuse_change_of_what_was_made();
create trigger never_emptied before truncate on casework_made
    for each statement execute function casework_refuse_change();
"""
NOT_MADE = """
drop trigger never_emptied on casework_made;
drop trigger made_is_made on casework_made;
drop function casework_refuse_change_of_what_was_made();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0013_name_of_the_talk'),
    ]

    operations = [
        migrations.CreateModel(
            name='Made',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(max_length=10)),
                ('kind', models.CharField(max_length=20)),
                ('content', returnhome.casework.sealing.SealedBytes()),
                ('size', models.PositiveIntegerField()),
                ('seconds', models.PositiveSmallIntegerField(null=True)),
                ('at', models.DateTimeField()),
                ('own_words', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='made', to='casework.ownwords')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('own_words', 'what'), name='one_of_each_an_answer'), models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ('image/jpeg', 'image/png')), ('seconds__isnull', True), ('what', 'drawing')), models.Q(('kind__in', ('audio/mpeg',)), ('seconds__isnull', False), ('what', 'recording')), _connector='OR'), name='a_drawing_is_seen_and_a_recording_lasts'), models.CheckConstraint(condition=models.Q(('size__gt', 0)), name='what_is_made_is_something')],
            },
        ),
        migrations.RunSQL(MADE, NOT_MADE),
    ]
