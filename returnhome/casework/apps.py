"""The one Django application that owns tables."""

from django.apps import AppConfig


class Casework(AppConfig):
    name = "returnhome.casework"
    label = "casework"
    default_auto_field = "django.db.models.BigAutoField"
