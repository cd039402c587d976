"""The written part of the house, and the program that draws parts of it."""

import os

# The API is described too, and it asks Django for its settings as it loads.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "returnhome.settings")
