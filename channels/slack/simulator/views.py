"""The methods about windows and homes."""

from typing import Any

from channels.slack.simulator.refusal import Refused
from channels.slack.simulator.strictness import view_complaints
from channels.slack.simulator.world import SimulatedWorkspace, fresh


def _open(workspace: SimulatedWorkspace, arguments: dict[str, Any]) -> dict[str, Any]:
    if "trigger_id" not in arguments:
        raise Refused("invalid_arguments")
    view = _checked(workspace, arguments, "modal")
    workspace.views[view["id"]] = view
    return {"view": view}


def _update(workspace: SimulatedWorkspace, arguments: dict[str, Any]) -> dict[str, Any]:
    old = workspace.views.get(str(arguments.get("view_id")))
    if old is None:
        raise Refused("not_found")
    if arguments.get("hash", old["hash"]) != old["hash"]:
        raise Refused("hash_conflict")
    view = _checked(workspace, arguments, "modal") | {"id": old["id"]}
    workspace.views[old["id"]] = view
    return {"view": view}


def _publish(workspace: SimulatedWorkspace, arguments: dict[str, Any]) -> dict[str, Any]:
    person = str(arguments.get("user_id"))
    if person not in workspace.people:
        raise Refused("user_not_found")
    view = _checked(workspace, arguments, "home")
    old = workspace.homes.get(person, view)
    workspace.homes[person] = view | {"id": old["id"]}
    return {"view": workspace.homes[person]}


def _checked(workspace: SimulatedWorkspace, arguments: dict[str, Any], kind: str) -> dict[str, Any]:
    view = arguments.get("view")
    told = view_complaints(view)
    if told or not isinstance(view, dict) or view.get("type") != kind:
        raise Refused("invalid_arguments", told)
    return {**view, "id": fresh("V"), "hash": fresh(""), "team_id": workspace.team}


METHODS = {
    "views.open": _open,
    "views.publish": _publish,
    "views.push": _open,
    "views.update": _update,
}
