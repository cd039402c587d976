"""An index more for the work list: what another council has taken over and is counted here."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("casework", "0009_the_sealed_journal")]

    operations = [
        migrations.AddIndex(
            model_name="episode",
            index=models.Index(
                fields=["counted_under", "due_at"],
                condition=models.Q(settled_at__isnull=True),
                name="episode_work_counted",
            ),
        ),
    ]
