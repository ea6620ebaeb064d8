"""PostgreSQL for Django, whose errors do not repeat what was to be stored (`DATABASES` names it)."""
