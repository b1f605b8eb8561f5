"""What development with the agent adds to a turn: sync rules, the image's layer, its base."""

import hashlib
import json
from dataclasses import dataclass

from draftpy.config import DRAFT_YAML
from draftpy.context import BuildContext
from draftpy.dev_layer import DevLayer
from draftpy.dev_settings import DevSettings
from draftpy.dockerfile import parse_dockerfile
from draftpy.dockerignore import IgnoreRules
from draftpy.packing import read_hashed
from draftpy.pipelines.wanted import Wanted
from draftpy.sync.board import SyncTarget
from draftpy.sync.folder import SyncedFolder
from draftpy.sync_rules import Place, Rebuild, SyncRules, derive_rules

_ID_LENGTH = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class DevelopmentPlan:
    """How the present folder is developed in: `base_id` covers what only a new image brings in."""

    settings: DevSettings
    rules: SyncRules
    context: BuildContext
    ignore: IgnoreRules
    deployed: tuple[str, ...]
    layer: DevLayer
    base_id: str

    def target(self, build_id: str) -> SyncTarget:
        """What pods of that image are kept equal to."""
        folder = SyncedFolder(
            context=self.context, rules=self.rules, ignore=self.ignore, deployed=self.deployed
        )
        return SyncTarget(folder=folder, settings=self.settings, build_id=build_id)


def plan_development(
    wanted: Wanted, context: BuildContext, ignore: IgnoreRules, agent_digest: str
) -> DevelopmentPlan | None:
    """The plan; None where images alone are the way. Raises DockerfileInvalid, ContextChanged."""
    environment = wanted.environment
    settings = environment.dev
    if settings is None or settings.sync_off or not agent_digest:
        return None
    text = read_hashed(context, environment.dockerfile).decode("utf-8", errors="replace")
    dockerfile = parse_dockerfile(text, dict(environment.build_args))
    files = {file.path for file in context.files if not file.is_folder}
    rules = derive_rules(
        dockerfile,
        settings,
        has_file=files.__contains__,
        target=environment.target,
        name=environment.dockerfile,
    )
    if rules.refusal or not rules.roots:
        return None
    layer = DevLayer(
        roots=rules.roots,
        files=_synced_files(context, rules),
        run=settings.run,
        on_exit=settings.on_exit,
        agent_digest=agent_digest,
    )
    return DevelopmentPlan(
        settings=settings,
        rules=rules,
        context=context,
        ignore=ignore,
        deployed=(DRAFT_YAML, environment.chart, *environment.values_files),
        layer=layer,
        base_id=_base_id(wanted, context, rules, layer),
    )


def _synced_files(context: BuildContext, rules: SyncRules) -> tuple[tuple[str, str], ...]:
    places = ((rules.find_place(file.path), file) for file in context.files if not file.is_folder)
    return tuple((place.target, file.sha256) for place, file in places if isinstance(place, Place))


def _base_id(wanted: Wanted, context: BuildContext, rules: SyncRules, layer: DevLayer) -> str:
    """Of all that a sync does not bring in: equal ids, and a running pod can be kept."""
    environment, settings = wanted.environment, wanted.environment.dev
    fixed = [
        (file.path, file.mode, file.sha256, file.link_to)
        for file in context.files
        if not file.is_folder and isinstance(rules.find_place(file.path), Rebuild)
    ]
    recipe = [
        fixed,
        environment.dockerfile,
        target_of(wanted),
        environment.platform,
        environment.build_args,
        layer.digest,
        settings.build if settings else (),
    ]
    return hashlib.sha256(json.dumps(recipe).encode()).hexdigest()[:_ID_LENGTH]


def target_of(wanted: Wanted) -> str:
    """The stage of the Dockerfile that is built."""
    environment = wanted.environment
    return (environment.dev.target if environment.dev else "") or environment.target
