# One image for every role and for the sandbox. It carries exactly what requirements.lock pins, by hash.
ARG PYTHON=3.11
FROM python:${PYTHON}-slim AS made

WORKDIR /srv/saj-bnmp
COPY requirements.lock .
RUN python -m venv --without-pip venv && \
    python -m pip --python venv/bin/python install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock

# The project itself is built by the setuptools that the development lock pins; that stays behind in this stage.
COPY requirements-dev.lock .
RUN awk '/^setuptools==/ {on = 1} on {print} on && !/\\$/ {exit}' requirements-dev.lock > tools.lock && \
    python -m pip install --no-cache-dir --disable-pip-version-check --root-user-action=ignore --require-hashes -r tools.lock
COPY . project
RUN python -m pip wheel --no-deps --no-build-isolation --no-cache-dir --disable-pip-version-check -w wheel ./project && \
    python -m pip --python venv/bin/python install --no-deps --no-index --disable-pip-version-check wheel/*.whl


FROM python:${PYTHON}-slim

# A number and not a name, so that an orchestrator sees that it is not root. The folder is where credentials are mounted.
RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin saj && \
    install -d -o 10001 -g 10001 -m 0700 /run/bnmp
COPY --from=made /srv/saj-bnmp/venv /srv/saj-bnmp/venv
ENV PATH=/srv/saj-bnmp/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
WORKDIR /srv/saj-bnmp
ENTRYPOINT ["saj-bnmp"]
CMD ["--help"]
