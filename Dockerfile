# The image of web, worker, beat and migrate (docker-compose.yml). No compiler, no npm, no tests, no root in it.

FROM node:22-bookworm-slim AS packages
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --omit=dev

FROM python:3.13-slim-bookworm AS build
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /srv/kiportal
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-default-groups \
    && UV_PROJECT_ENVIRONMENT=/opt/translations uv sync --frozen --only-group translations
COPY . .
# The launcher of one machine ends here; the image needs only what its compiler has written.
RUN /opt/translations/bin/python kiportal/embedded/messages.py && rm -r kiportal/embedded
# Collecting needs settings that load, but neither a database nor a secret: these values stay in this one command.
RUN --mount=type=bind,from=packages,source=/build/node_modules,target=/srv/kiportal/node_modules \
    KIPORTAL_DEMO=1 \
    KIPORTAL_BASE_URL=http://build \
    KIPORTAL_SECRET_KEY=used-only-while-the-image-is-built \
    KIPORTAL_LINK_KEY=also-used-only-while-the-image-is-built \
    KIPORTAL_BROKER_URL=redis://build \
    DATABASE_URL=postgresql://build/build \
    KIPORTAL_STATIC_ROOT=/srv/static \
    .venv/bin/python manage.py collectstatic --noinput

FROM python:3.13-slim-bookworm
# What WeasyPrint draws PDFs with (kiportal/common/pdf).
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --user-group --no-create-home --home-dir /srv/kiportal kiportal \
    && install -d -o kiportal -g kiportal -m 0750 /srv/media
COPY --from=build /srv/kiportal /srv/kiportal
COPY --from=build /srv/static /srv/static
WORKDIR /srv/kiportal
ENV PATH=/srv/kiportal/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=kiportal.settings \
    KIPORTAL_STATIC_ROOT=/srv/static \
    KIPORTAL_MEDIA_ROOT=/srv/media
USER 10001
VOLUME /srv/media
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["python", "kiportal/healthcheck.py", "live"]
CMD ["gunicorn", "kiportal.wsgi", "--bind", "0.0.0.0:8000", "--workers", "4", "--threads", "4", "--preload", "--no-control-socket"]
