"""What refuses a change of a signed record looks with the owner's eyes, past the second lock.

Else whoever could not see the record that an entry belongs to would be let to change the entry.
"""

from django.db import migrations

FUNCTIONS = ("casework_refuse_change_of_signed", "casework_refuse_change_below_signed")


class Migration(migrations.Migration):
    dependencies = [("casework", "0012_given_back_to_the_rules")]

    operations = [
        migrations.RunSQL(
            f"alter function public.{name}() security definer set search_path = public, pg_temp",
            f"alter function public.{name}() security invoker reset search_path",
        )
        for name in FUNCTIONS
    ]
