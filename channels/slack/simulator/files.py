"""The methods about files."""

from collections.abc import Callable
from functools import partial
from typing import Any

from channels.slack.simulator.refusal import Refused
from channels.slack.simulator.world import Line, SimulatedWorkspace, StoredFile, fresh, stamp

Method = Callable[[SimulatedWorkspace, dict[str, Any]], dict[str, Any]]


def file_methods(base_url: str) -> dict[str, Method]:
    return {
        "files.getUploadURLExternal": partial(_address, base_url),
        "files.completeUploadExternal": _complete,
        "files.info": partial(_told, base_url),
    }


def kept(
    workspace: SimulatedWorkspace, base_url: str, name: str, content: bytes, content_type: str
) -> dict[str, Any]:
    """A file that a person shares, as an event tells of it."""
    file = StoredFile(fresh("F"), name, content, len(content), content_type, is_shown=True)
    workspace.files[file.id] = file
    return described(workspace, base_url, file)


def described(workspace: SimulatedWorkspace, base_url: str, file: StoredFile) -> dict[str, Any]:
    url = f"{base_url}/files-pri/{workspace.team}/{file.id}"
    return {
        "id": file.id,
        "name": file.name,
        "mimetype": file.content_type,
        "size": len(file.content),
        "url_private": url,
        "url_private_download": url,
    }


def _address(
    base_url: str, workspace: SimulatedWorkspace, arguments: dict[str, Any]
) -> dict[str, Any]:
    length = str(arguments.get("length", ""))
    if not arguments.get("filename") or not length.isdigit() or int(length) < 1:
        raise Refused("invalid_arguments")
    file = StoredFile(fresh("F"), str(arguments["filename"]), length=int(length))
    workspace.files[file.id] = file
    upload_url = f"{base_url}/upload/{workspace.team}/{file.id}"
    return {"upload_url": upload_url, "file_id": file.id}


def _complete(workspace: SimulatedWorkspace, arguments: dict[str, Any]) -> dict[str, Any]:
    channel = str(arguments.get("channel_id", ""))
    if channel not in workspace.joined:
        raise Refused("not_in_channel" if channel in workspace.channels else "channel_not_found")
    files = [workspace.files.get(str(entry.get("id"))) for entry in arguments.get("files", [])]
    if not files or any(file is None or len(file.content) != file.length for file in files):
        raise Refused("file_not_found")
    ids = tuple(file.id for file in files if file)
    for file in files:
        if file:
            file.is_shown = True
    words, thread = arguments.get("initial_comment", ""), arguments.get("thread_ts", "")
    workspace.lines.append(Line(stamp(), channel, workspace.bot_user, words, thread, files=ids))
    return {"files": [{"id": i} for i in ids]}


def _told(
    base_url: str, workspace: SimulatedWorkspace, arguments: dict[str, Any]
) -> dict[str, Any]:
    file = workspace.files.get(str(arguments.get("file")))
    if file is None:
        raise Refused("file_not_found")
    return {"file": described(workspace, base_url, file)}
