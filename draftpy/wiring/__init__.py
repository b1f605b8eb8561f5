"""Build the adapters that a command needs, lazily, and run its pipeline.

Function-level imports are allowed here and only here: `create` must not pay for the engine and the
cluster (the Kubernetes client alone takes a third of a second to import).
"""

from draftpy.wiring.checks import run_doctor
from draftpy.wiring.flags import CreateFlags, LogFlags, UpFlags
from draftpy.wiring.local import (
    print_version,
    run_config_explain,
    run_config_schema,
    run_create,
    run_detect,
)
from draftpy.wiring.packs import (
    run_packs_add,
    run_packs_check,
    run_packs_list,
    run_packs_new,
    run_packs_remove,
    run_packs_search,
    run_packs_show,
    run_packs_test,
    run_packs_update,
)
from draftpy.wiring.released import (
    plan_delete,
    run_delete,
    run_history,
    run_list,
    run_rollback,
    run_status,
)
from draftpy.wiring.reporting import tell_bug, tell_failure
from draftpy.wiring.running import run_connect, run_logs
from draftpy.wiring.up import run_up

__all__ = [
    "CreateFlags",
    "LogFlags",
    "UpFlags",
    "plan_delete",
    "print_version",
    "run_config_explain",
    "run_config_schema",
    "run_connect",
    "run_create",
    "run_delete",
    "run_detect",
    "run_doctor",
    "run_history",
    "run_list",
    "run_logs",
    "run_packs_add",
    "run_packs_check",
    "run_packs_list",
    "run_packs_new",
    "run_packs_remove",
    "run_packs_search",
    "run_packs_show",
    "run_packs_test",
    "run_packs_update",
    "run_rollback",
    "run_status",
    "run_up",
    "tell_bug",
    "tell_failure",
]
