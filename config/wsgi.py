import os

from django.core.wsgi import get_wsgi_application

from apps.core.loading import freeze_loaded
from config.pages import load_pages

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
load_pages()
freeze_loaded()
