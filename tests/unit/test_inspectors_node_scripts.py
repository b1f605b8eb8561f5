import pytest

from draftpy.inspectors.node.scripts import Resolved, is_build_step, resolve

SCRIPTS = {
    "serve": "node index.js --quiet",
    "build": "tsc",
    "migrate": "prisma migrate deploy",
    "web": "next start -p 4000",
}


def resolved(text: str) -> Resolved:
    found = resolve("start", {**SCRIPTS, "start": text})
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("node index.js", "node index.js"),
        ("NODE_ENV=production node index.js", "node index.js"),
        ("cross-env NODE_ENV=production node .", "node ."),
        ("env-cmd -f .env node index.js", "node index.js"),
        ("env-cmd .env node index.js", "node index.js"),
        ("dotenv -e .env.production -- tsx src/x.ts", "tsx src/x.ts"),
        ("npx dotenvx run -f .env -- node index.js", "node index.js"),
        ("doppler run -- node index.js", "node index.js"),
        ("node --env-file=.env --watch index.js", "node index.js"),
        ("node -r dotenv/config dist/a.js", "node -r dotenv/config dist/a.js"),
        ("node --max-old-space-size=512 a.js", "node --max-old-space-size=512 a.js"),
        ("nodemon", "node ."),
        ("nodemon --exec ts-node src/a.ts", "ts-node src/a.ts"),
        ("nodemon -x 'node --inspect' a.js", "node --inspect"),
        ("ts-node-dev --respawn --transpile-only src/a.ts", "ts-node src/a.ts"),
        ("pm2 start app.js --name x", "node app.js"),
        ("pm2-runtime start app.js -i max", "node app.js"),
        ("tsx watch src/a.ts", "tsx src/a.ts"),
        ("bun --hot src/a.ts", "bun src/a.ts"),
        ("bun run src/a.ts", "bun src/a.ts"),
        ("npm run serve", "node index.js --quiet"),
        ("yarn serve", "node index.js --quiet"),
        ("npm run serve -- --loud", "node index.js --quiet --loud"),
        ("npm-run-all --sequential build serve", "node index.js --quiet"),
        ("npm run web", "next start -p 4000"),
        ("set NODE_ENV=production && node a.js", "node a.js"),
        ("node a.js && echo done", "node a.js"),
        ("node a.js & node b.js", "sh -c node a.js & node b.js"),
        ("next start -p $PORT", "next start -p {port}"),
    ],
)
def test_script_comes_down_to_one_process(text: str, command: str) -> None:
    found = resolved(text).command
    assert found is not None
    assert " ".join(found.args) == command


@pytest.mark.parametrize(
    "text",
    [
        *("vite", "vite preview --host", "next dev", "nuxt dev", "astro dev", "ng serve -o"),
        *("react-scripts start", "webpack serve --mode development", "expo start --web"),
        *("gatsby develop", "docusaurus start", "vue-cli-service serve", "storybook dev -p 6006"),
        'concurrently "npm:a" "npm:b"',
    ],
)
def test_servers_for_developers_start_nothing(text: str) -> None:
    assert not resolved(text).serves


def test_what_comes_before_is_kept_apart() -> None:
    found = resolved("npm run migrate && prisma generate && npm run build && node dist/x.js")
    assert found.migrations == ("npm run migrate",)
    assert found.before == ("prisma generate", "npm run build")
    assert found.command is not None
    assert found.command.args == ("node", "dist/x.js")


@pytest.mark.parametrize(
    ("step", "is_build"),
    [
        ("npm run build", True),
        ("tsc -p .", True),
        ("npx prisma generate", True),
        ("npm run build:css", True),
        ("node scripts/seed.js", False),
        ("npm run wait", False),
    ],
)
def test_build_steps_are_told_from_what_each_start_needs(step: str, is_build: bool) -> None:
    assert is_build_step(step) is is_build


@pytest.mark.parametrize(
    ("text", "member"),
    [
        ("cd server && npm start", "server"),
        ("cd ./apps/api && yarn start", "apps/api"),
        ("npm start --prefix server", "server"),
        ("npm --prefix ./server run start", "server"),
        ("npm run start -w apps/api", "apps/api"),
        ("npm run start --workspace=@acme/api", "@acme/api"),
        ("yarn workspace api start", "api"),
        ("yarn --cwd apps/api start", "apps/api"),
        ("pnpm --filter @acme/api start", "@acme/api"),
        ("pnpm -C apps/api start", "apps/api"),
        ("turbo run start --filter=web", "web"),
        ("nx serve api --prod", "api"),
    ],
)
def test_hands_over_to_another_package(text: str, member: str) -> None:
    found = resolved(text)
    assert found.member == member
    assert found.command is None


@pytest.mark.parametrize(
    ("text", "site", "is_spa"),
    [
        ("serve -s build -l 3000", "build", True),
        ("npx serve dist", "dist", False),
        ("http-server ./public -p 8080", "public", False),
    ],
)
def test_static_server_names_its_folder(text: str, site: str, is_spa: bool) -> None:
    found = resolved(text)
    assert (found.site, found.is_spa) == (site, is_spa)


def test_variables_of_the_script_stay_except_those_of_the_image() -> None:
    found = resolved("PORT=5000 HOST=localhost DEBUG=app:* TZ=UTC node x.js")
    assert found.env == ("DEBUG=app:*", "TZ=UTC")


def test_scripts_that_run_each_other_end() -> None:
    assert resolve("a", {"a": "npm run b", "b": "npm run a"}) is not None


def test_no_script() -> None:
    assert resolve("start", {"start": "  "}) is None
