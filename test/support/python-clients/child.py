"""Runs OpenAI's own client for Python: `python child.py` reads one order a line and writes one outcome a line.

An order names a method of `videos` and gives its arguments: `{"id": 1, "base": "http://…/v1", "key": "…",
"method": "retrieve", "of": "video_…", "body": {}, "extra": {}}`, where `extra` is what the client has no argument for. A
file among them is `{"base64": "…", "name": "a.mp4", "type": "video/mp4"}`. The outcome has what the client gave or threw.
It ends with its input.
"""

import base64
import json
import sys
import threading
import warnings

import openai

# The methods are marked as deprecated with the service that they were made for.
warnings.simplefilter("ignore")
lock = threading.Lock()


def argument(value):
    if isinstance(value, dict) and "base64" in value:
        return (value["name"], base64.b64decode(value["base64"]), value["type"])
    return value


def outcome_of(order):
    client = openai.OpenAI(base_url=order["base"], api_key=order["key"], max_retries=0)
    body = {name: argument(value) for name, value in order["body"].items()}
    subject = [order["of"]] if "of" in order else []
    if "extra" in order:
        body["extra_body"] = order["extra"]
    given = getattr(client.videos, order["method"])(*subject, **body)
    if order["method"] == "list":
        return {"ids": [video.id for video in given]}
    if order["method"] == "download_content":
        data = given.read()
        content_type = given.response.headers["content-type"]
        return {"type": content_type, "base64": base64.b64encode(data).decode()}
    return given.to_dict()


def failure_of(error):
    named = {"name": type(error).__name__, "message": str(error)}
    said = {name: getattr(error, name, None) for name in ("code", "param", "type")}
    return {**named, **said, "status": getattr(error, "status_code", None)}


def run(order):
    try:
        outcome = {"given": outcome_of(order)}
    except Exception as error:
        outcome = {"thrown": failure_of(error)}
    with lock:
        print(json.dumps({"id": order["id"], **outcome}), flush=True)


for line in sys.stdin:
    threading.Thread(target=run, args=(json.loads(line),)).start()
