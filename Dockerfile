# One image for web, worker, beat, standby, streams and the one-shot migration; docker-compose.yml says which is which.
FROM python:3.13-slim AS libraries
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements.txt /tmp/requirements.txt
RUN /opt/venv/bin/pip install --no-deps --require-hashes -r /tmp/requirements.txt

FROM python:3.13-slim
# Two heaps for all threads of a process: each would keep one of its own otherwise, and what it once needed with it.
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 MALLOC_ARENA_MAX=2 \
    STATIC_ROOT=/srv/static MEDIA_ROOT=/srv/media SEALS_DIR=/srv/seals DJANGO_SETTINGS_MODULE=config.settings
RUN useradd --uid 10001 --home-dir /app --shell /usr/sbin/nologin yipiao \
    && install -d -o yipiao /srv/static /srv/media /srv/seals /srv/beat
COPY --from=libraries /opt/venv /opt/venv
WORKDIR /app
COPY manage.py ./
COPY config config
COPY locale locale
COPY static static
COPY templates templates
COPY apps apps
# The settings ask for secrets; none of these values is used or kept at run time.
RUN export SECRET_KEY=build FIELD_KEYS=k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
        BLIND_INDEX_KEY=build DATABASE_URL=postgresql://build REDIS_URL=redis://build \
    && python manage.py messages compile \
    && python manage.py collectstatic --noinput -v 0 \
    && python -m compileall -q apps config
USER yipiao
VOLUME ["/srv/media", "/srv/seals", "/srv/beat"]
EXPOSE 8000
CMD ["gunicorn", "-c", "config/gunicorn.py"]
