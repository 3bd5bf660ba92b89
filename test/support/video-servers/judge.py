"""
Judges by the servers' own source what we send them and what we believe that they answer: `judge.py <folder>`, where the
folder has the unpacked packages. It reads a JSON list of questions from its input and writes the list of answers.
"""

import asyncio
import base64
import json
import sys
from pathlib import Path

from pydantic import ValidationError

from servers import Sglang, Vllm
from source import Package

PACKAGE = Package(sys.argv[1])
SERVERS = {"vllm": Vllm(PACKAGE), "sglang": Sglang(PACKAGE)}
APPS = {name: server.app() for name, server in SERVERS.items()}


def create(server, contentType, body):
    """Posts a create, and gives the status and the answer; a request that was read is in it."""
    path = "/v1/videos" if contentType.startswith("multipart/") or server == "vllm" else "/json/v1/videos"
    sent = {"type": "http.request", "body": base64.b64decode(body)}
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": [(b"content-type", contentType.encode())],
    }
    messages = []

    async def receive():
        return sent

    async def send(message):
        messages.append(message)

    asyncio.run(APPS[server](scope, receive, send))
    status = messages[0]["status"]
    text = b"".join(message.get("body", b"") for message in messages[1:])
    return {"status": status, "body": json.loads(text)}


def reply(server, body, kind="response"):
    """Says what is wrong with an answer by the server's own model, which keys that has not, and how it would write it."""
    model = getattr(SERVERS[server], kind)
    try:
        full = model.model_validate(body).model_dump(mode="json")
    except ValidationError as error:
        return {"wrong": [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]}
    return {"wrong": [f"{key}: is none of its keys" for key in body if key not in full], "full": full}


def failed(server, body, code, message):
    return SERVERS[server].failed(body, code, message)


def fields(server):
    return sorted(SERVERS[server].fields)


def says(server, text):
    folder = Path(PACKAGE.root, SERVERS[server].NAME)
    return any(text in path.read_text() for path in folder.rglob("*.py"))


QUESTIONS = {one.__name__: one for one in (create, reply, failed, fields, says)}
json.dump([QUESTIONS[ask](**given) for ask, given in json.load(sys.stdin)], sys.stdout)
