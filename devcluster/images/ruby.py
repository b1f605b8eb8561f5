"""Stand-ins for Ruby's images, with the gems that the distribution packs."""

from devcluster.images.base import apt
from devcluster.images.engine import Engine
from devcluster.images.recipe import DEBIAN, Match, Recipe, build_lines

_GEMS = (
    "puma",
    "ruby-bootsnap",
    "ruby-rackup",
    "ruby-rails",
    "ruby-sinatra",
    "ruby-sqlite3",
    "ruby-webrick",
)
# RubyGems is not asked: the distribution's gems are what can be installed.
_BUNDLE = (
    "#!/bin/sh",
    'if [ "$1" = install ]; then shift; exec /usr/bin/bundle install --local "$@"; fi',
    'exec /usr/bin/bundle "$@"',
)


def _ruby(engine: Engine, name: str, _: Match) -> None:
    wrapper = "".join(f"{line}\\n" for line in _BUNDLE)
    build_lines(
        engine,
        name,
        f"FROM {DEBIAN}",
        apt("ruby", "ruby-dev", "bundler", *_GEMS),
        f"RUN printf '{wrapper}' > /usr/local/bin/bundle && chmod +x /usr/local/bin/bundle"
        " && mkdir -p /usr/local/bundle/bin && chmod -R 1777 /usr/local/bundle",
        "ENV GEM_HOME=/usr/local/bundle BUNDLE_APP_CONFIG=/usr/local/bundle"
        " BUNDLE_SILENCE_ROOT_WARNING=1 PATH=/usr/local/bundle/bin:$PATH LANG=C.UTF-8",
        'CMD ["irb"]',
    )


RECIPES: tuple[Recipe, ...] = (
    Recipe(
        pattern=r"ruby:(\d+\.\d+)(?:\.\d+)?(?:-slim)?(?:-trixie)?",
        example="ruby:3.4-slim (Ruby 3.3, with the distribution's gems)",
        make=_ruby,
        needs=(DEBIAN,),
    ),
)
