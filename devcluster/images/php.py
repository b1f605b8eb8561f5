"""Stand-ins for PHP's images, with the extensions that the distribution packs."""

from devcluster.images.base import apt
from devcluster.images.engine import Engine
from devcluster.images.recipe import DEBIAN, Match, Recipe, build_lines

_APACHE = "/etc/apache2"
# What upstream's script does: make the folders that envvars names, then become Apache.
_FOREGROUND = (
    "#!/bin/bash",
    "set -e",
    ". /etc/apache2/envvars",
    'for name in "${!APACHE_@}"; do if [[ $name == *_DIR ]]; then mkdir -p "${!name}"; fi; done',
    'rm -f "$APACHE_PID_FILE"',
    'exec apache2 -DFOREGROUND "$@"',
)
# The distribution's extensions are there already and only have to be named.
_HELPER = ("#!/bin/sh", 'for name; do php -m | grep -qix "$name" || phpenmod "$name"; done')
_EXTENSIONS = (
    "apcu", "bcmath", "curl", "gd", "gmp", "imagick", "intl", "mbstring", "mysql", "pgsql",
    "redis", "soap", "sqlite3", "xml", "zip",
)  # fmt: skip

# The distribution's Composer finds its libraries beside PHP's, and not in itself as upstream's.
_COMPOSERS = ("composer",)


def _php(engine: Engine, name: str, match: Match) -> None:
    serves = match[2] == "apache"
    modules = ("apache2", "libapache2-mod-php8.4") if serves else ("php8.4-cli",)
    packages = [f"php8.4-{extension}" for extension in _EXTENSIONS]
    build_lines(
        engine,
        name,
        f"FROM {DEBIAN}",
        apt("php8.4-cli", *modules, *packages, *_COMPOSERS),
        # Composer's libraries only: the program comes from its own image.
        "RUN rm /usr/bin/composer",
        *_scripts(),
        "ENV PHP_INI_DIR=/usr/local/etc/php",
        "RUN mkdir -p $PHP_INI_DIR/conf.d && cp /usr/lib/php/8.4/php.ini-production $PHP_INI_DIR",
        *(_apache() if serves else ('CMD ["php", "-a"]',)),
    )


def _scripts() -> list[str]:
    scripts = {
        "apache2-foreground": _FOREGROUND,
        "docker-php-ext-install": _HELPER,
        "docker-php-ext-enable": _HELPER,
    }
    return [_script(f"/usr/local/bin/{name}", lines) for name, lines in scripts.items()]


def _script(path: str, lines: tuple[str, ...]) -> str:
    body = "".join(f"{line}\\n" for line in lines).replace("'", "'\\''")
    return f"RUN printf '%b' '{body}' > {path} && chmod +x {path}"


def _apache() -> list[str]:
    """Upstream's settings: variables give way to the environment, logs go to the container's."""
    return [
        rf"RUN sed -ri 's/^export ([^=]+)=(.*)$/: ${{\1:=\2}}\nexport \1/' {_APACHE}/envvars"
        f" && . {_APACHE}/envvars && rm -rf /var/www/html && mkdir -p /var/www/html /run/apache2"
        " && chmod 1777 /run/apache2 /var/lock /var/log/apache2"
        " && ln -sfT /dev/stderr /var/log/apache2/error.log"
        " && ln -sfT /dev/stdout /var/log/apache2/access.log"
        " && ln -sfT /dev/stdout /var/log/apache2/other_vhosts_access.log"
        " && a2dismod -q mpm_event && a2enmod -q mpm_prefork php8.4",
        "STOPSIGNAL SIGWINCH",
        "WORKDIR /var/www/html",
        "EXPOSE 80",
        'CMD ["apache2-foreground"]',
    ]


def _composer(engine: Engine, name: str, _: Match) -> None:
    build_lines(
        engine,
        name,
        f"FROM {DEBIAN} AS packed",
        apt(*_COMPOSERS),
        f"FROM {DEBIAN}",
        "COPY --from=packed /usr/bin/composer /usr/bin/composer",
    )


def _installer(engine: Engine, name: str, _: Match) -> None:
    build_lines(
        engine,
        name,
        f"FROM {DEBIAN}",
        _script("/usr/bin/install-php-extensions", _HELPER),
    )


RECIPES: tuple[Recipe, ...] = (
    Recipe(
        pattern=r"php:(8\.\d+)(?:\.\d+)?-(apache|cli)(?:-trixie)?",
        example="php:8.4-apache (8.4, with the distribution's extensions)",
        make=_php,
        needs=(DEBIAN,),
    ),
    Recipe(
        pattern=r"composer:2(?:\.\d+)*",
        example="composer:2 (for the stand-ins of php)",
        make=_composer,
        needs=(DEBIAN,),
    ),
    Recipe(
        pattern=r"mlocati/php-extension-installer:2",
        example="mlocati/php-extension-installer:2",
        make=_installer,
        needs=(DEBIAN,),
    ),
)
