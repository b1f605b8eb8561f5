"""The frameworks and tools that a Node project may be made with, the most telling ones first."""

from collections.abc import Callable
from dataclasses import dataclass

from draftpy.inspectors.node import sites as node_sites
from draftpy.inspectors.node import ssr as node_ssr
from draftpy.inspectors.node.manifest import NodeManifest
from draftpy.inspectors.node.package import Package
from draftpy.inspectors.node.serving import Serving

Look = Callable[[Package], Serving | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework:
    """One of them: the package that tells it, and how what it builds is served.

    `commands` build a site with it. `needs_port`: clients use it, too, so that only a port that
    is opened makes a server.
    """

    package: str
    title: str
    look: Look | Serving | None = None
    commands: tuple[str, ...] = ()
    needs_port: bool = False

    def serving(self, package: Package) -> Serving | None:
        """How such an app is served; None where it says nothing about that."""
        return self.look(package) if callable(self.look) else self.look


def _servers(*rows: tuple[str, str, Look | Serving | None]) -> tuple[Framework, ...]:
    return tuple(Framework(package=p, title=t, look=look) for p, t, look in rows)


def _site(package: str, title: str, look: Look | Serving, *commands: str) -> Framework:
    return Framework(package=package, title=title, look=look, commands=commands)


# Rendering on a server: they build, and what they build starts.
_RENDERING = _servers(
    ("next", "Next.js", node_ssr.next_js),
    ("nuxt", "Nuxt", node_ssr.nuxt),
    ("nuxt3", "Nuxt", node_ssr.nuxt),
    ("@react-router/dev", "React Router", node_ssr.react_router),
    ("@remix-run/dev", "Remix", node_ssr.react_router),
    ("@sveltejs/kit", "SvelteKit", node_ssr.svelte_kit),
    ("astro", "Astro", node_ssr.astro),
    ("@tanstack/react-start", "TanStack Start", node_ssr.nitro),
    ("@tanstack/solid-start", "TanStack Start", node_ssr.nitro),
    ("@tanstack/start", "TanStack Start", node_ssr.nitro),
    ("@solidjs/start", "SolidStart", node_ssr.nitro),
    ("@analogjs/platform", "Analog", node_ssr.ANALOG),
    ("nitropack", "Nitro", node_ssr.nitro),
    ("@angular/core", "Angular", node_ssr.angular),
)
_SERVING = _servers(
    ("@nestjs/core", "NestJS", node_ssr.nest),
    ("@adonisjs/core", "AdonisJS", node_ssr.ADONIS),
    ("@strapi/strapi", "Strapi", node_ssr.STRAPI),
    ("express", "Express", None),
    ("fastify", "Fastify", None),
    ("koa", "Koa", None),
    ("hono", "Hono", None),
    ("elysia", "Elysia", None),
    ("@hapi/hapi", "hapi", None),
    ("restify", "restify", None),
    ("polka", "Polka", None),
    ("@feathersjs/koa", "Feathers", None),
    ("@feathersjs/express", "Feathers", None),
    ("sails", "Sails", None),
    ("@loopback/core", "LoopBack", None),
    ("tinyhttp", "tinyhttp", None),
    ("@apollo/server", "Apollo Server", None),
    ("apollo-server", "Apollo Server", None),
    ("graphql-yoga", "GraphQL Yoga", None),
    ("json-server", "JSON Server", None),
)
_LIBRARIES = tuple(
    Framework(package=package, title=title, needs_port=True)
    for package, title in (
        ("h3", "h3"),
        ("micro", "micro"),
        ("connect", "Connect"),
        ("socket.io", "Socket.IO"),
        ("ws", "WebSocket"),
    )
)
_SITES = (
    _site("gatsby", "Gatsby", node_sites.GATSBY, "gatsby build"),
    _site("@docusaurus/core", "Docusaurus", node_sites.docusaurus, "docusaurus build"),
    _site("vitepress", "VitePress", node_sites.vitepress, "vitepress build"),
    _site("vuepress", "VuePress", node_sites.vuepress, "vuepress build"),
    _site("@11ty/eleventy", "Eleventy", node_sites.eleventy, "eleventy", "@11ty/eleventy"),
    _site("hexo", "Hexo", node_sites.HEXO, "hexo generate", "hexo g"),
    _site("expo", "Expo", node_sites.expo, "expo export"),
    _site(
        "react-scripts",
        "Create React App",
        node_sites.react_scripts,
        *("react-scripts build", "craco build", "react-app-rewired build"),
    ),
    _site("@vue/cli-service", "Vue CLI", node_sites.vue_cli, "vue-cli-service build"),
    _site("@quasar/app-vite", "Quasar", node_sites.QUASAR, "quasar build"),
    _site("ember-cli", "Ember", node_sites.IN_DIST, "ember build"),
    _site("@umijs/max", "Umi", node_sites.IN_DIST, "max build"),
    _site("umi", "Umi", node_sites.IN_DIST, "umi build"),
    _site("@slidev/cli", "Slidev", node_sites.IN_DIST, "slidev build"),
    _site("@rsbuild/core", "Rsbuild", node_sites.rsbuild, "rsbuild build"),
    _site("vite", "Vite", node_sites.vite, "vite build"),
    _site("parcel", "Parcel", node_sites.parcel, "parcel build"),
    _site("webpack", "webpack", node_sites.webpack, "webpack"),
)
_ANY_BUILD = Framework(package="", title="", look=node_sites.beside_its_page)


def find_rendering(manifest: NodeManifest) -> Framework | None:
    """The framework that renders on a server; these are often declared for development only."""
    return next((f for f in _RENDERING if manifest.knows(f.package)), None)


def find_server(manifest: NodeManifest) -> Framework | None:
    """The framework of a server; one that is for development only serves tests."""
    return next((f for f in (*_SERVING, *_LIBRARIES) if manifest.has(f.package)), None)


def find_sites(manifest: NodeManifest) -> tuple[Framework, ...]:
    """The tools that may build a site, likeliest first."""
    return (*(f for f in _SITES if manifest.knows(f.package)), _ANY_BUILD)
