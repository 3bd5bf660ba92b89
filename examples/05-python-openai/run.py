"""The unchanged OpenAI client for Python against Reelay: every call of `client.videos` that Reelay serves.

    npm start                                     # in another terminal; prints the API key
    python3 -m venv venv && venv/bin/pip install openai
    REELAY_KEY=rl_... venv/bin/python examples/05-python-openai/run.py

It prints one line per call and ends with an error if one of them goes wrong. Last run by hand on 2026-11-26 with
openai 3.57.0 and Python 3.11 against `npm start -- --json`.
"""

import base64
import os
import tempfile
from pathlib import Path

from openai import BadRequestError, NotFoundError, OpenAI

client = OpenAI(
    api_key=os.environ["REELAY_KEY"],
    base_url=os.environ.get("REELAY_URL", "http://127.0.0.1:8080") + "/v1",
)
model = os.environ.get("REELAY_MODEL", "seedance-2.0")

# 8 x 8 pixels, white.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR42mP4TwAwDCkFBADDkwFvOBgvFgAAAABJRU5ErkJggg=="
)


def main() -> None:
    created = client.videos.create(
        model=model, prompt="a paper boat on a pond", seconds="4", size="1280x720"
    )
    print("create            ", created.id, created.status)

    pictured = client.videos.create(
        model=model, prompt="the picture moves", input_reference=("photo.png", PNG, "image/png")
    )
    print("create with a file", pictured.id, pictured.status)

    video = client.videos.create_and_poll(model=model, prompt="a kite", poll_interval_ms=500)
    assert video.status == "completed", video
    print("create_and_poll   ", video.id, video.status, f"{video.progress} %")

    again = client.videos.retrieve(video.id)
    assert again.id == video.id
    print("retrieve          ", again.id, again.status, f"{again.seconds} s", again.size)

    listed = [one.id for one in client.videos.list(limit=2)]
    assert {created.id, pictured.id, video.id} <= set(listed)
    print("list              ", len(listed), "videos, two to a page")

    path = Path(tempfile.gettempdir()) / f"{video.id}.mp4"
    client.videos.download_content(video.id).write_to_file(path)
    assert path.read_bytes()[4:8] == b"ftyp"
    print("download_content  ", path, path.stat().st_size, "bytes")

    waiting = client.videos.create(model=model, prompt="never needed [[sim queued=60]]")
    client.videos.poll(pictured.id, poll_interval_ms=500)
    for one in (video, waiting):
        print("delete            ", one.id, "deleted:", client.videos.delete(one.id).deleted)
    canceled = client.videos.poll(waiting.id, poll_interval_ms=500)
    assert canceled.error and canceled.error.code == "canceled", canceled
    print("poll after delete ", canceled.id, canceled.status, canceled.error.code)

    try:
        client.videos.retrieve(video.id)
    except NotFoundError as error:
        print("retrieve, deleted ", error.status_code, error.body)
    try:
        client.videos.create(model=model, prompt="too long", seconds="99")
    except BadRequestError as error:
        print("create, refused   ", error.status_code, error.param, "-", error.message)


main()
