"""The unchanged official Ark client for Python against Reelay: every call of `client.content_generation.tasks`.

    npm start                                     # in another terminal; prints the API key
    python3 -m venv venv && venv/bin/pip install volcengine-ark-runtime
    REELAY_KEY=rl_... venv/bin/python examples/06-python-ark/run.py

It prints one line per call and ends with an error if one of them goes wrong. This client writes every field that is not
set as null, repeats a POST by itself unless the answer says not to, and sends a body with its DELETE. Last run by hand
on 2026-11-26 with volcengine-ark-runtime 5.0.54 and Python 3.11 against `npm start -- --json`.
"""

import os
import time
import urllib.request

from volcenginesdkarkruntime import Ark
from volcenginesdkarkruntime._exceptions import ArkAPIStatusError

url = os.environ.get("REELAY_URL", "http://127.0.0.1:8080")
client = Ark(api_key=os.environ["REELAY_KEY"], base_url=url + "/api/v3")
tasks = client.content_generation.tasks
model = os.environ.get("REELAY_MODEL", "seedance-2-0")


def text(prompt: str) -> list:
    return [{"type": "text", "text": prompt}]


def main() -> None:
    created = tasks.create(
        model=model,
        content=text("A ginger cat sunbathes by a window, slow dolly-in"),
        ratio="16:9",
        duration=5,
        resolution="720p",
        generate_audio=False,
        watermark=False,
        seed=-1,
    )
    assert created.id.startswith("cgt-"), created
    print("create        ", created.id)

    while (task := tasks.get(task_id=created.id)).status in ("queued", "running"):
        time.sleep(0.5)
    assert task.status == "succeeded", task
    assert task.usage.completion_tokens == 108900, task.usage
    print("get           ", task.id, task.status, task.usage.completion_tokens, "tokens")

    with urllib.request.urlopen(task.content.video_url) as video:
        head = video.read(8)
    assert head[4:8] == b"ftyp"
    print("download      ", "an MP4")

    styled = tasks.create(model=model, content=text("a kite --rs 480p --rt 1:1 --dur 4"))
    print("create, flags ", styled.id)

    page = tasks.list(page_num=1, page_size=10, task_ids=[created.id, styled.id])
    assert {item.id for item in page.items} == {created.id, styled.id} and page.total == 2
    print("list          ", page.total, "tasks")

    waiting = tasks.create(model=model, content=text("never needed [[sim queued=60]]"))
    tasks.delete(task_id=waiting.id)
    canceled = tasks.get(task_id=waiting.id)
    assert canceled.status == "cancelled", canceled
    print("delete, queued", canceled.id, canceled.status)

    tasks.delete(task_id=created.id)
    for what, call in {
        "get, deleted  ": lambda: tasks.get(task_id=created.id),
        "delete, again ": lambda: tasks.delete(task_id=waiting.id),
        "create, 99 s  ": lambda: tasks.create(model=model, content=text("too long"), duration=99),
        "create, no key": lambda: Ark(api_key="wrong", base_url=url + "/api/v3")
        .content_generation.tasks.get(task_id=waiting.id),
    }.items():
        try:
            call()
        except ArkAPIStatusError as error:
            print(what, error.status_code, error.code, "-", error.message)
        else:
            raise AssertionError(what)


main()
