"""Frameworks of the JVM: by which dependency they are known, and how they are told a port."""

import re
from dataclasses import dataclass

from draftpy.inspectors.code_files import CodeFile
from draftpy.inspectors.jvm.app import JvmApp, Layout
from draftpy.inspectors.jvm.maven_pom import Package
from draftpy.inspectors.jvm.settings import Setting, Settings
from draftpy.inspectors.listening import Dialect


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework:
    """One framework: `keys` are dependencies (`group:name`, or `group:` alone).

    `variable` moves its port, `settings` are the keys that hold it; a framework without `serves`
    does not say by itself that the app listens.
    """

    title: str
    keys: tuple[str, ...]
    groups: tuple[str, ...]
    variable: str = ""
    settings: tuple[str, ...] = ()
    port: int = 0
    serves: bool = True


_SPRING = ("org.springframework.boot",)
_JVM_SETTINGS = ("ktor.deployment.port", "server.port")
FRAMEWORKS: tuple[Framework, ...] = (
    Framework(
        title="Spring Boot",
        keys=("org.springframework.boot:",),
        groups=_SPRING,
        variable="SERVER_PORT",
        settings=("server.port",),
        port=8080,
        serves=False,
    ),
    Framework(
        title="Quarkus",
        keys=("io.quarkus:", "io.quarkus.platform:"),
        groups=("io.quarkus.platform", "io.quarkus"),
        variable="QUARKUS_HTTP_PORT",
        settings=("quarkus.http.port",),
        port=8080,
        serves=False,
    ),
    Framework(
        title="Micronaut",
        keys=("io.micronaut:", "io.micronaut.platform:"),
        groups=("io.micronaut.platform", "io.micronaut", "io.micronaut.application"),
        variable="MICRONAUT_SERVER_PORT",
        settings=("micronaut.server.port",),
        port=8080,
        serves=False,
    ),
    Framework(
        title="Ktor",
        keys=(
            "io.ktor:ktor-server-core",
            "io.ktor:ktor-server-core-jvm",
            "io.ktor:ktor-server-netty",
            "io.ktor:ktor-server-netty-jvm",
            "io.ktor:ktor-server-cio",
            "io.ktor:ktor-server-cio-jvm",
            "io.ktor:ktor-server-jetty",
            "io.ktor:ktor-server-tomcat",
        ),
        groups=("io.ktor", "io.ktor.plugin"),
        settings=_JVM_SETTINGS,
    ),
    Framework(
        title="Javalin",
        keys=("io.javalin:",),
        groups=("io.javalin",),
        port=8080,
    ),
    Framework(
        title="Spark",
        keys=("com.sparkjava:spark-core", "com.sparkjava:spark-kotlin"),
        groups=("com.sparkjava",),
        port=4567,
    ),
    Framework(title="Vert.x", keys=("io.vertx:",), groups=("io.vertx",)),
    Framework(title="Dropwizard", keys=("io.dropwizard:",), groups=("io.dropwizard",), port=8080),
    Framework(
        title="Helidon",
        keys=("io.helidon:", "io.helidon.webserver:", "io.helidon.microprofile.bundles:"),
        groups=("io.helidon", "io.helidon.applications"),
        variable="SERVER_PORT",
        settings=("server.port",),
        port=8080,
    ),
    Framework(title="http4k", keys=("org.http4k:",), groups=("org.http4k",)),
    Framework(title="Armeria", keys=("com.linecorp.armeria:",), groups=("com.linecorp.armeria",)),
    Framework(title="Undertow", keys=("io.undertow:",), groups=("io.undertow",)),
    Framework(title="Jooby", keys=("io.jooby:",), groups=("io.jooby",), port=8080),
    Framework(
        title="Jetty", keys=("org.eclipse.jetty:jetty-server",), groups=("org.eclipse.jetty",)
    ),
    Framework(
        title="Tomcat",
        keys=("org.apache.tomcat.embed:tomcat-embed-core",),
        groups=("org.apache.tomcat.embed",),
    ),
    Framework(
        title="Jersey",
        keys=(
            "org.glassfish.jersey.containers:jersey-container-grizzly2-http",
            "org.glassfish.jersey.containers:jersey-container-jdk-http",
        ),
        groups=("org.glassfish.jersey.containers", "org.glassfish.jersey"),
    ),
)
# Dependencies by which an app of a framework with and without HTTP is known to serve.
_WEB_PARTS = re.compile(
    r"spring-boot-starter-(?:web|webflux|webmvc|jersey|data-rest|graphql|websocket|hateoas"
    r"|web-services|tomcat|jetty|undertow|reactor-netty)$|spring-(?:webmvc|webflux)$"
    r"|spring-cloud-(?:starter-gateway.*|starter-netflix-eureka-server|config-server)$"
    r"|spring-boot-admin-starter-server$|vaadin-spring-boot-starter$|springdoc-openapi-starter-.*"
    r"|quarkus-(?:rest.*|resteasy.*|vertx-http|undertow|reactive-routes|smallrye-graphql|qute-web"
    r"|spring-web|websockets.*|grpc|funqy-http)$|quarkus-vertx-web$"
    r"|micronaut-(?:http-server.*|servlet.*|server.*|graphql)$"
)
_CONTROLLERS = re.compile(r"@(?:Rest)?Controller\b|\bRouterFunction<|@Path\s*\(")
_ENV_NAME = r"\(\s*\"(\w+)\"\s*[,)]"
_HOST = r"(?:\"[^\"]*\"\s*,\s*)?"
DIALECT = Dialect(
    reads=re.compile(
        rf"\bgetenv{_ENV_NAME}|\bgetenv\s+\"(\w+)\""
        rf"|\bgetenv\(\)\s*(?:\.get(?:OrDefault)?{_ENV_NAME}|\[\"(\w+)\"\])"
        r"|\$\{?\?(\w+)\}|\"\$(\w+)(?::[^\"]*)?\"|sys\.env(?:\.get(?:OrElse)?)?\(\s*\"(\w+)\""
        r"|\(env\s+:([\w-]+)|\bProperties\.envOr(?:Else|None)\(\s*\"(\w+)\""
    ),
    listens=re.compile(
        r"\b(?:HttpServer|ServerSocket|ServerSocketChannel|embeddedServer|EngineMain|createHttpServer"
        r"|Undertow|NettyServer|HttpServer2|EmberServerBuilder|BlazeServerBuilder|newServerAt"
        r"|run-jetty|run-server|start-server|run-http|asServer|WebServer|RatpackServer|NettyHttpServer)\b"
        r"|\bJavalin\.create|\bnew\s+(?:Tomcat|Server)\s*\(|\bspark\.|\bSpark\.|\bjetty/|\bhttp/create"
        r"|\bnew\s+InetSocketAddress\(|\bZServer|zio\.http|cask\.|Jooby|port\s*=\s*\d"
    ),
    ports=(
        re.compile(r"\bport\s*(?:=|:|\()\s*\"?(?P<port>\d{2,5})\b"),
        re.compile(rf"InetSocketAddress\(\s*{_HOST}(?P<port>\d{{2,5}})"),
        re.compile(rf"\b(?:addHttpListener|newServerAt)\(\s*{_HOST}(?P<port>\d{{2,5}})"),
        re.compile(r"\bnew\s+(?:Server|ServerSocket)\(\s*(?P<port>\d{2,5})"),
        re.compile(
            rf"\.(?:listen|start|setPort|port|http|bindHttp)\(\s*{_HOST}(?P<port>\d{{2,5}})"
        ),
        re.compile(r"\b(?:Netty|Jetty|Undertow|SunHttp|KtorNetty|KtorCIO)\(\s*(?P<port>\d{2,5})"),
        re.compile(r"(?:\b|_)port[^\n\"=,;()]{0,20}=\s*(?P<port>\d{4,5})\b", re.IGNORECASE),
        re.compile(r":port\s+(?P<port>\d{2,5})"),
    ),
)


def find_framework(app: JvmApp) -> tuple[Framework, Package | None] | None:
    """The first framework that a dependency, parent or plugin of the app tells."""
    for framework in FRAMEWORKS:
        package = app.find_package(*framework.keys)
        origin = next((o for o in app.origins if o.group in framework.groups), None)
        if package or origin:
            return framework, package or origin
    return None


def is_web(app: JvmApp, framework: Framework | None, files: list[CodeFile]) -> bool:
    """Whether it answers requests."""
    if app.product and app.product.layout is Layout.WAR:
        return True
    if framework and framework.serves:
        return True
    if any(_WEB_PARTS.fullmatch(package.name) for package in app.packages):
        return True
    pattern = _CONTROLLERS if framework else DIALECT.listens
    return any(pattern.search(file.code) for file in files)


def find_port_setting(framework: Framework, settings: Settings) -> Setting | None:
    """Where the app's settings name its port."""
    return settings.find(*framework.settings) if framework.settings else None
