"""A register's number says of which council's register it is."""

from django.db import migrations

# Until now they stood there without: most are of the register of whoever answers for the child.
OF_THEIR_COUNCIL = """
update casework_identifier identifier set issuer = coalesce(authority.gss_code, authority.name)
from casework_child child join casework_authority authority
    on authority.id = child.responsible_authority_id
where identifier.child_id = child.id and identifier.kind = 'register' and identifier.issuer = ''
"""
OF_NOBODY = """
update casework_identifier identifier set issuer = '' where identifier.kind = 'register'
    and not exists (
        select from casework_identifier other
        where other.kind = 'register' and other.value = identifier.value
            and other.id <> identifier.id
    )
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0022_history")]

    operations = [migrations.RunSQL(OF_THEIR_COUNCIL, OF_NOBODY)]
