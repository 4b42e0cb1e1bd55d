"""The WSGI application that granian serves; it does not start with a way in left open."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tuijin.site.settings")
application = get_wsgi_application()

from tuijin.site.checks import refuse_open_ways  # noqa: E402  the applications are ready only here

refuse_open_ways()
