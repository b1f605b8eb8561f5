"""Commands that install what manifests say: for each, the only files that it reads."""

from collections.abc import Mapping

_NODE = (
    *("package.json", "package-lock.json", "npm-shrinkwrap.json", ".npmrc", "patches/**"),
    *("yarn.lock", ".yarnrc", ".yarnrc.yml", ".yarn/**", ".pnp.cjs", "pnpm-lock.yaml"),
    *("pnpm-workspace.yaml", ".pnpmfile.cjs", "bun.lock", "bun.lockb", "bunfig.toml"),
)
_DENO = ("deno.json", "deno.jsonc", "deno.lock", *_NODE)
_PIP = ("*requirements*.txt", "*requirements*.in", "requirements/**", "*constraints*.txt")
_PYPROJECT = ("pyproject.toml", "setup.py", "setup.cfg", *_PIP)
_POETRY = (*_PYPROJECT, "poetry.lock", "poetry.toml")
_UV = (*_PYPROJECT, "uv.lock", "uv.toml", ".python-version")
_BUNDLER = ("Gemfile", "Gemfile.lock", "*.gemspec", ".ruby-version", ".bundle/**")
_COMPOSER = ("composer.json", "composer.lock", "auth.json")
_GO = ("go.mod", "go.sum", "go.work", "go.work.sum")
_CARGO = ("Cargo.toml", "Cargo.lock", "recipe.json", ".cargo/**", "rust-toolchain*")
_MAVEN = ("pom.xml", ".mvn/**", "mvnw", "settings.xml", "*.pom")
_GRADLE = (
    *("*.gradle", "*.gradle.kts", "gradle.properties", "gradle/**", "gradlew", "*.lockfile"),
    *("buildSrc/**",),
)
_DOTNET = (
    *("*.csproj", "*.fsproj", "*.vbproj", "*.sln", "*.slnx", "*.props", "*.targets"),
    *("nuget.config", "NuGet.Config", "packages.lock.json", "global.json"),
)
_MIX = ("mix.exs", "mix.lock")
_RAILS_ASSETS = (
    *("app/assets/**", "app/javascript/**", "app/views/**", "app/helpers/**", "config/**"),
    *("lib/**", "vendor/**", "public/**", "package.json", "Rakefile", *_BUNDLER),
)
_DJANGO_STATIC = ("static/**", "*static/**", "assets/**", "*settings*.py", "*settings/**")

# The leading words of a command, flags left out → patterns of files, in whatever folder. A lone
# word means the command without any.
INSTALLERS: Mapping[tuple[str, ...], tuple[str, ...]] = {
    **{("npm", verb): _NODE for verb in ("ci", "install", "i", "clean-install", "rebuild")},
    **{("yarn", verb): _NODE for verb in ("install", "workspaces", "plugin", "set")},
    **{("pnpm", verb): _NODE for verb in ("install", "i", "fetch", "rebuild")},
    ("yarn",): _NODE,
    ("bun", "install"): _NODE,
    ("bun", "i"): _NODE,
    ("deno", "install"): _DENO,
    ("deno", "cache"): _DENO,
    ("gleam", "deps"): ("gleam.toml", "manifest.toml"),
    ("prisma", "generate"): ("prisma/**", "*.prisma", "package.json"),
    ("bundle",): _BUNDLER,
    ("bundle", "install"): _BUNDLER,
    ("bundle", "lock"): _BUNDLER,
    ("composer", "install"): _COMPOSER,
    ("composer", "dump-autoload"): _COMPOSER,
    ("composer", "dumpautoload"): _COMPOSER,
    ("go", "mod", "download"): _GO,
    ("go", "mod", "verify"): _GO,
    ("cargo", "fetch"): _CARGO,
    ("cargo", "chef", "cook"): _CARGO,
    ("mvn", "dependency:go-offline"): _MAVEN,
    ("mvn", "dependency:resolve"): _MAVEN,
    ("mvn", "dependency:resolve-plugins"): _MAVEN,
    ("gradle", "dependencies"): _GRADLE,
    ("dotnet", "restore"): _DOTNET,
    ("dotnet", "tool", "restore"): ("dotnet-tools.json",),
    ("mix", "deps.get"): _MIX,
    ("mix", "deps.compile"): (*_MIX, "config/**"),
    ("poetry", "install"): _POETRY,
    ("poetry", "export"): _POETRY,
    ("poetry", "lock"): _POETRY,
    ("pdm", "install"): (*_PYPROJECT, "pdm.lock", "pdm.toml"),
    ("pdm", "sync"): (*_PYPROJECT, "pdm.lock", "pdm.toml"),
    ("uv", "sync"): _UV,
    ("uv", "export"): _UV,
    ("uv", "lock"): _UV,
    ("pipenv", "install"): ("Pipfile", "Pipfile.lock"),
    ("pipenv", "sync"): ("Pipfile", "Pipfile.lock"),
    ("pipenv", "requirements"): ("Pipfile", "Pipfile.lock"),
    ("conda", "env"): ("environment*.y*ml", "*.lock"),
    ("mamba", "env"): ("environment*.y*ml", "*.lock"),
    ("shards", "install"): ("shard.yml", "shard.lock"),
    ("dart", "pub", "get"): ("pubspec.yaml", "pubspec.lock"),
    ("flutter", "pub", "get"): ("pubspec.yaml", "pubspec.lock"),
    ("swift", "package", "resolve"): ("Package.swift", "Package.resolved"),
    ("lein", "deps"): ("project.clj", "profiles.clj"),
    ("clojure",): ("deps.edn",),
    ("rebar3", "get-deps"): ("rebar.config", "rebar.lock"),
    ("rails", "assets:precompile"): _RAILS_ASSETS,
    ("rake", "assets:precompile"): _RAILS_ASSETS,
    ("manage.py", "collectstatic"): _DJANGO_STATIC,
}
REQUIREMENTS = _PIP
EDITABLE = _PYPROJECT
# Flags that make such a command take the app's own files in, besides its manifests.
TAKES_ALL: Mapping[str, frozenset[str]] = {
    "uv": frozenset({"--no-editable"}),
    "composer": frozenset({"--classmap-authoritative", "-a"}),
}
# Flags whose value is the next word.
WITH_VALUE = frozenset(
    {"-f", "--file", "-C", "--cwd", "--prefix", "--dir", "--directory", "--project", "-s"}
    | {"--settings", "--network-timeout", "--registry", "--filter", "-F", "--manifest-path"}
)
# Other names for the same command.
ALIASES: Mapping[str, str] = {
    "pip3": "pip",
    "pip2": "pip",
    "mvnw": "mvn",
    "gradlew": "gradle",
    "micromamba": "mamba",
    "clj": "clojure",
    "composer.phar": "composer",
    "microdnf": "dnf",
}

# What changes the system or a file's owner: no file of the app is read.
HARMLESS = frozenset(
    {"apt-get", "apt", "apk", "yum", "dnf", "zypper", "pacman", "dpkg", "rpm", "tdnf"}
    | {"adduser", "addgroup", "useradd", "groupadd", "usermod", "groupmod", "userdel", "deluser"}
    | {"mkdir", "rmdir", "chown", "chgrp", "ln", "touch", "setcap", "mkfifo", "chsh", "passwd"}
    | {"echo", "printf", "true", "false", ":", "test", "[", "[[", "]", "set", "export", "unset"}
    | {"cd", "exit", "ldconfig", "update-ca-certificates", "locale-gen", "localedef", "id"}
    | {"which", "type", "ls", "pwd", "date", "uname", "whoami", "hostname", "sleep", "sync"}
    | {"curl", "wget", "gpg", "corepack", "rustup", "nvm", "fi", "done", "}", "for", "shopt"}
    | {"a2enmod", "a2dismod", "a2ensite", "docker-php-ext-install", "docker-php-ext-enable"}
    | {"docker-php-ext-configure", "pecl", "pear", "venv", "virtualenv", "compileall", "gem"}
    | {"update-alternatives", "fc-cache", "dumb-init", "tini", "nproc", "getent", "read", "return"}
    | {"install-php-extensions", "xcaddy", "ensurepip", "apt-key", "add-apt-repository", "umask"}
    | {"bootsnap", "dircolors", "git"}
)
# What does so with these words after its name.
HARMLESS_WITH: Mapping[str, frozenset[str]] = {
    "npm": frozenset({"config", "cache", "set", "prune", "-v", "--version", "audit", "version"}),
    "yarn": frozenset({"config", "cache", "--version", "-v", "global"}),
    "pnpm": frozenset({"config", "store", "setup", "--version", "-v", "prune"}),
    "pip": frozenset({"config", "cache", "check", "list", "freeze", "--version", "uninstall"}),
    "uv": frozenset({"venv", "python", "cache", "--version", "tool"}),
    "poetry": frozenset({"config", "cache", "self", "--version", "env"}),
    "go": frozenset({"version", "env", "clean", "telemetry"}),
    "mix": frozenset({"local.hex", "local.rebar"}),
    "composer": frozenset({"config", "clear-cache", "--version", "self-update"}),
    "cargo": frozenset({"--version"}),
    "cabal": frozenset({"update", "--version"}),
    "bundle": frozenset({"--version", "config"}),
    "dotnet": frozenset({"--info", "--version", "workload", "nuget", "dev-certs"}),
    "python": frozenset({"--version", "-V"}),
    "node": frozenset({"--version", "-v"}),
}
