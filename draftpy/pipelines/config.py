"""Each value of an environment and where it came from."""

import json

from draftpy.config import Environment
from draftpy.events import Reporter, Result
from draftpy.tables import render_table


def explain_config(environment: Environment, reporter: Reporter) -> None:
    """Tell the resolved settings of an environment."""
    rows = [
        (s.key, json.dumps(s.value, ensure_ascii=False), s.source) for s in environment.settings
    ]
    text = f"environment {environment.name}\n\n{render_table(('KEY', 'VALUE', 'FROM'), rows)}"
    body = {
        "environment": environment.name,
        "settings": [
            {"key": s.key, "value": s.value, "source": s.source} for s in environment.settings
        ],
    }
    reporter.report(Result(text=text, body=body))
