"""What the ledger knew when a record was signed off is kept with it, and no record is signed without."""

import django.db.models.deletion
import returnhome.casework.sealing
from django.db import migrations, models

# What was signed before stays signed; from now on nothing is signed without them.
KEPT = """
create trigger signed_is_final before insert or update or delete on casework_signedfacts
    for each row execute function casework_refuse_change_below_signed();
create trigger never_emptied before truncate on casework_signedfacts
    for each statement execute function casework_refuse_change();

create function casework_refuse_signature_without_facts() returns trigger language plpgsql
    security definer set search_path = public, pg_temp as $$
begin
    if new.signed_at is not null and (tg_op = 'INSERT' or old.signed_at is null)
        and not exists (select 1 from casework_signedfacts f where f.interview_id = new.id)
    then
        raise exception 'a record is signed with what the ledger knew then'
            using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end $$;
create trigger signed_with_facts before insert or update on casework_interview
    for each row execute function casework_refuse_signature_without_facts();
"""
NOT_KEPT = """
drop trigger signed_with_facts on casework_interview;
drop function casework_refuse_signature_without_facts();
drop trigger never_emptied on casework_signedfacts;
drop trigger signed_is_final on casework_signedfacts;
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0009_review")]

    operations = [
        migrations.AddField(
            model_name='addendum',
            name='written_by_name',
            field=models.CharField(default='', max_length=120),
        ),
        migrations.CreateModel(
            name='SignedFacts',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('known', returnhome.casework.sealing.SealedJson()),
                ('signed_by_name', models.CharField(max_length=120)),
                ('interview', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='signed_facts', to='casework.interview')),
            ],
        ),
        migrations.RunSQL(KEPT, NOT_KEPT),
    ]
