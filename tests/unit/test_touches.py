"""What a RUN does to a file that lies in its stage."""

import pytest

from draftpy.dockerfile import parse_dockerfile
from draftpy.dockerfile.touches import Effect, find_touches


def effects(run: str, location: str, workdir: str = "WORKDIR /app\n") -> set[Effect]:
    stage = parse_dockerfile(f"FROM a\nENV HOME_DIR=/app\n{workdir}RUN {run}\n").get_stage()
    return {touch.effect for touch in find_touches(stage.runs[0]) if touch.hits(location)}


HARMLESS = [
    "apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*",
    "apk add --no-cache libc6-compat",
    "addgroup -S app && adduser -S app -G app",
    "useradd --uid 1000 app; mkdir -p /data && chown -R app:app /app",
    "set -eux; \\\n  ln -s /app/bin/x /usr/bin/x; \\\n  true",
    "pip install --no-cache-dir gunicorn 'uvicorn[standard]>=0.3'",
    "pip install --upgrade pip setuptools wheel",
    "npm install -g pnpm@9",
    "npm config set fund false",
    "corepack enable && corepack prepare pnpm@latest --activate",
    "yarn global add serve",
    "go install github.com/air-verse/air@latest",
    "cargo install cargo-chef --locked",
    "python -m venv /venv",
    "python -m compileall .",
    "curl -fsSL https://example.com/install.sh | gpg --dearmor > /usr/share/x.gpg",
    "bundle config set --local without 'development test'",
    "echo 'export A=1' >> /etc/profile",
    'if [ "$TARGETARCH" = "arm64" ]; then apt-get install -y x; fi',
    '["mkdir", "-p", "/data"]',
    '["/bin/sh", "-c", "mkdir /data && chown 1:1 /data"]',
    "<<EOF\n# a comment\nset -e\napt-get update\nEOF",
    "addgroup --gid $(id -g) app && echo `date` > /built",
    "find /usr -name '*.pyc' -delete",
    "find . -name '*.pyc' -delete && find . -name __pycache__ -type d -exec rm -rf {} +",
    "find /app -type d -exec chmod 755 {} \\;",
    "find /app -exec chown 1:1 {} +",
    "find . -name '*.py'",
    "cabal update",
    "deno cache main.ts",
    "a2enmod rewrite && docker-php-ext-install pdo",
]


@pytest.mark.parametrize("run", HARMLESS)
def test_what_changes_the_system_concerns_no_file(run: str) -> None:
    assert effects(run, "/app/main.py") == set()


UNKNOWN = [
    "npm run build",
    "make",
    "./scripts/install.sh",
    "bash setup.sh",
    "./mvnw package",
    "go build -o /out/app .",
    "go mod tidy",
    "cargo build --release",
    "pip install .",
    "pip install ./lib",
    "uv sync --no-editable",
    "composer install --classmap-authoritative",
    "python setup.py build",
    "python -c 'open(\"main.py\")'",
    "find . -exec sed -i s/a/b/ {} +",
    "find . -not -name '*.js' -delete",
    "find . -delete",
    'sh -c "npm ci && npm run build"',
    "<<EOF\nnpm ci\nnpm run build\nEOF",
    "python3 <<EOF\nprint(1)\nEOF",
    "<<EOF\n#!/usr/bin/env python\nmkdir = 1\nEOF",
    'echo "$(make version)"',
    "echo 'open quote",
    '["npm", "run", "build"]',
    "case $ARCH in amd64) make ;; esac",
]


@pytest.mark.parametrize("run", UNKNOWN)
def test_what_is_not_known_may_use_every_file(run: str) -> None:
    assert effects(run, "/app/main.py") == {Effect.READS}


INSTALLS = [
    ("pip install -r requirements.txt", "requirements.txt"),
    ("pip install --no-cache-dir --requirement=requirements/prod.txt", "requirements/base.txt"),
    ("python3 -m pip install -r deps.txt", "deps.txt"),
    ("uv pip install --system -r requirements.txt", "requirements.txt"),
    ("/venv/bin/pip3 install -r requirements.txt", "requirements.txt"),
    ("pip install -e .", "pyproject.toml"),
    ("uv sync --locked --no-dev", "uv.lock"),
    ("poetry config virtualenvs.create false && poetry install --no-root", "poetry.lock"),
    ("pipenv install --system --deploy", "Pipfile.lock"),
    ("npm ci --omit=dev", "package-lock.json"),
    ("npm --prefix client ci", "client/package.json"),
    ("NODE_ENV=production npm install", "package.json"),
    ("yarn --frozen-lockfile", "yarn.lock"),
    ("yarn", "package.json"),
    ("pnpm i --frozen-lockfile", "pnpm-lock.yaml"),
    ("bun install", "bun.lockb"),
    ("npx prisma generate", "prisma/schema.prisma"),
    ("bundle install --jobs 4", "Gemfile.lock"),
    ("composer install --no-dev", "composer.lock"),
    ("cd /app && composer install", "composer.json"),
    ("go mod download", "go.sum"),
    ("cargo chef cook --release", "recipe.json"),
    ("./mvnw -B dependency:go-offline", "pom.xml"),
    ("mvn -s settings.xml dependency:resolve", "pom.xml"),
    ("./gradlew dependencies", "build.gradle.kts"),
    ("dotnet restore src/Api/Api.csproj", "src/Api/Api.csproj"),
    ("mix local.hex --force && mix deps.get --only prod", "mix.lock"),
    ("if [ -f yarn.lock ]; then yarn; elif [ -f package-lock.json ]; then npm ci; fi", "yarn.lock"),
    ("python manage.py collectstatic --noinput", "shop/static/a.css"),
    ("bin/rails assets:precompile", "app/views/index.html.erb"),
]


@pytest.mark.parametrize(("run", "manifest"), INSTALLS)
def test_installing_reads_its_manifests_alone(run: str, manifest: str) -> None:
    assert effects(run, f"/app/{manifest}") == {Effect.INSTALLS}
    assert effects(run, "/app/main.py") == set()


def test_commands_on_files_concern_the_files_they_name() -> None:
    assert effects("cp .env.example .env", "/app/.env.example") == {Effect.READS}
    assert effects("cp .env.example .env", "/app/main.py") == set()
    assert effects("sed -i s/a/b/ conf/*.ini", "/app/conf/x.ini") == {Effect.READS}
    assert effects("cat config/a > /etc/a", "/app/config/a/b") == {Effect.READS}
    assert effects("cp $HOME_DIR/a /b", "/app/a") == {Effect.READS}


def test_paths_follow_cd() -> None:
    assert effects("cd conf && cp a b", "/app/conf/a") == {Effect.READS}
    assert effects("cd conf && cp a b", "/app/a") == set()


def test_a_redirect_writes_a_file() -> None:
    assert effects("echo 1 > VERSION", "/app/VERSION") == {Effect.READS}
    assert effects("make 2>/dev/null >&2 || true", "/dev/null") == {Effect.READS}
    assert effects("echo a 2> errors.txt", "/app/errors.txt") == {Effect.READS}


def test_removing_and_setting_modes_are_told_apart() -> None:
    assert effects("rm -rf tests docs", "/app/tests/a.py") == {Effect.REMOVES}
    assert effects("chmod +x entrypoint.sh", "/app/entrypoint.sh") == {Effect.SETS_MODE}
    assert effects("chmod +x entrypoint.sh", "/app/main.py") == set()
    assert effects("chmod -R g=u /app", "/app/main.py") == {Effect.SETS_MODE}
    assert effects("chmod --reference=a b", "/app/b") == {Effect.READS}
    assert effects("chmod -R 755 /app", "/app/a/main.py") == {Effect.SETS_MODE}
    assert effects("chmod 755 /app", "/app/main.py") == set()


def test_find_does_to_files_what_its_command_does() -> None:
    assert effects("find . -name '*.md' -delete", "/app/a/b.md") == {Effect.REMOVES}
    assert effects("find . -type d -name tests -exec rm -r {} +", "/app/a/tests/b.py") == {
        Effect.REMOVES
    }
    assert effects("find /app -type f -exec chmod 644 {} \\;", "/app/a/b.php") == {Effect.SETS_MODE}
    assert effects("find conf -exec sed -i s/a/b/ {} +", "/app/conf/a.ini") == {Effect.READS}
    assert effects("find conf -exec sed -i s/a/b/ {} +", "/app/a.ini") == set()


def test_without_a_known_folder_a_relative_path_may_be_anywhere() -> None:
    assert effects("chmod +x run.sh", "/srv/run.sh", workdir="") == {Effect.SETS_MODE}
    assert effects("chmod +x run.sh", "/srv/a.sh", workdir="") == set()
    assert effects("cp -r . /x", "/srv/a.sh", workdir="") == {Effect.READS}
