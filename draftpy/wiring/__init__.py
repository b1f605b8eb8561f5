"""Build the adapters that a command needs, lazily, and run its pipeline.

Function-level imports are allowed here and only here: `create` must not pay for the engine and the
cluster (the Kubernetes client alone takes a third of a second to import).
"""

from draftpy.wiring.flags import CreateFlags, LogFlags, UpFlags
from draftpy.wiring.local import (
    print_version,
    run_config_explain,
    run_config_schema,
    run_create,
    run_packs_list,
    run_packs_show,
)
from draftpy.wiring.reporting import tell_bug, tell_failure

__all__ = [
    "CreateFlags",
    "LogFlags",
    "UpFlags",
    "print_version",
    "run_config_explain",
    "run_config_schema",
    "run_create",
    "run_packs_list",
    "run_packs_show",
    "tell_bug",
    "tell_failure",
]
