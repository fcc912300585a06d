"""Is the service well: is the database reachable, what work is overdue, when did each job last run. For machines that
watch; no personal data, no error texts."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from zoom_bridge.store import overviews, runs
from zoom_bridge.store.database import DatabaseUnavailable
from zoom_bridge.web.context import bridge, now

bp = Blueprint("health", __name__)

#: Work this late means that nobody is working.
LATE = timedelta(minutes=15)


@bp.get("/health")
def health() -> ResponseReturnValue:
    try:
        with bridge().db.reading() as connection:
            overdue = overviews.oldest_overdue(connection, now())
            last = runs.list_all(connection)
    except DatabaseUnavailable:
        return jsonify(status="unavailable", database="unreachable"), 503
    # Whoever works writes that down again and again; on a full disk nobody can, though nothing may be due.
    silent = bool(last) and all(now() - run.finished_at > LATE for run in last)
    late = silent or any(now() - due_at > LATE for due_at in overdue.values())
    return jsonify(
        status="late" if late else "ok",
        database="reachable",
        overdue={table: _since(due_at) for table, due_at in sorted(overdue.items())},
        jobs={run.job: _run(run) for run in last},
    )


def _since(due_at: datetime) -> dict[str, Any]:
    return {"since": due_at.isoformat(), "seconds": round((now() - due_at).total_seconds())}


def _run(run: runs.Run) -> dict[str, Any]:
    return {
        "finished_at": run.finished_at.isoformat(),
        "done": run.done,
        "failing_since": run.failed_since.isoformat() if run.failed_since else None,
        "alarm": bool(run.alarm),
    }
