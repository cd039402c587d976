"""The written part of the house, and the program that draws parts of it."""

import os

import django
from django.apps import apps

# The API and the second lock are described too, and both ask Django for its tables as they load.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "returnhome.settings")
if not apps.ready:
    django.setup()
