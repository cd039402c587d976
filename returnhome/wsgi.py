"""The door for a web server: `gunicorn returnhome.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

from returnhome.safety import refuse_unsafe

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "returnhome.settings")
application = get_wsgi_application()
refuse_unsafe()
