"""ImageBuilder by `docker buildx`: BuildKit, its raw JSON told as steps and lines."""

from draftpy.adapters.build_events import tell_output, warn_skipped
from draftpy.adapters.docker_engine import DockerEngine
from draftpy.adapters.process import Command, Finished, Processes, ProgramMissing
from draftpy.build import BuildRequest, BuiltImage, Cancelled
from draftpy.build_output import BuildKitOutput
from draftpy.errors import BuildFailed
from draftpy.events import Reporter
from draftpy.packing import staged_context
from draftpy.refs import ImageRef

HOW = "docker buildx"
# Attestations hold the time of the build: with them no two builds of one content are equal.
_ENVIRON = {"BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}


class BuildxBuilder:
    """Builds with BuildKit into the engine that `engine` talks to."""

    def __init__(self, processes: Processes, engine: DockerEngine) -> None:
        self._processes = processes
        self._engine = engine

    def find_image(self, ref: ImageRef) -> BuiltImage | None:
        """The image of this name, if the engine has it."""
        image_id = self._engine.find_image_id(str(ref))
        return BuiltImage(ref=ref, image_id=image_id, how=HOW) if image_id else None

    def build(
        self, request: BuildRequest, reporter: Reporter, is_cancelled: Cancelled
    ) -> BuiltImage:
        """Build and tag."""
        output = BuildKitOutput()
        warn_skipped(reporter, request)

        def on_line(line: str) -> None:
            tell_output(reporter, *output.feed(line))

        with staged_context(request.context) as folder:
            text = (folder / request.dockerfile).read_text(encoding="utf-8", errors="replace")
            finished = self._processes.run(
                _command(request, str(folder)), on_line=on_line, is_cancelled=is_cancelled
            )
        if finished.code != 0:
            raise self._failure(output, finished, request.dockerfile, text)
        total, new = output.layers
        image_id = self._engine.get_image_id(str(request.ref))
        return BuiltImage(
            ref=request.ref, image_id=image_id, how=HOW, layers_total=total, layers_new=new
        )

    def _failure(
        self, output: BuildKitOutput, finished: Finished, dockerfile: str, text: str
    ) -> BuildFailed:
        self._engine.ping()  # raises EngineUnreachable if that is the cause
        if output.has_begun:
            return output.failure(dockerfile, text)
        return BuildFailed(
            "docker buildx could not begin to build",
            evidence="\n".join(finished.lines[-12:]),
            remedy="docker buildx ls shows its builders; draftpy doctor checks them",
        )


def find_buildx_version(processes: Processes) -> str:
    """The version of the buildx plugin; "" if there is none."""
    command = Command(argv=("docker", "buildx", "version"), action="find buildx")
    try:
        finished = processes.run(command)
    except ProgramMissing:
        return ""
    words = finished.lines[0].split() if finished.lines else []
    return words[1] if finished.code == 0 and len(words) > 1 else ""


def _command(request: BuildRequest, folder: str) -> Command:
    options = [
        "--progress=rawjson",
        "--load",
        *("--tag", str(request.ref)),
        *("--file", f"{folder}/{request.dockerfile}"),
    ]
    if request.target:
        options += ["--target", request.target]
    if request.platform:
        options += ["--platform", request.platform]
    for key, value in request.all_labels:
        options += ["--label", f"{key}={value}"]
    for key, value in request.build_args:
        options += ["--build-arg", f"{key}={value}"]
    return Command(
        argv=("docker", "buildx", "build", *options, folder), action="build", environ=_ENVIRON
    )
