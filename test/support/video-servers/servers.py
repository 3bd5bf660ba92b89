"""
The two servers that are judged with, by the source of their packages. A server as a whole needs the libraries of a GPU, so
of its create these parts are run: the parameters by which it reads a form, what it does with them until it has built its
request, and the model of that request; of its answers, the models. What happens to a request then is not proven by this.
"""

import ast

from fastapi import Depends, FastAPI
from starlette.datastructures import UploadFile

from source import make_parser, names_of


def parameters_of(function):
    arguments = [*function.args.args, *function.args.kwonlyargs]
    return [argument.arg for argument in arguments if argument.arg not in ("request", "raw_request")]


async def files_in(values):
    files = {name: value for name, value in values.items() if isinstance(value, UploadFile)}
    return {
        name: {"type": file.content_type, "size": len(await file.read())} for name, file in files.items()
    }


class Vllm:
    """vLLM-Omni takes forms alone. Its function is kept up to the statement that builds its request."""

    NAME = "vllm_omni"

    def __init__(self, package):
        self.helpers = package.file("vllm_omni.entrypoints.openai.video.generation.helpers")
        protocol = package.file("vllm_omni.entrypoints.openai.protocol.videos")
        self.request = protocol.take("VideoGenerationRequest")
        self.response = protocol.take("VideoResponse")
        self.deleted = protocol.take("VideoDeleteResponse")
        self.error = protocol.take("VideoError")
        function = self.helpers.defined["_parse_video_form"]
        self.known = parameters_of(function)
        self.fields = {*self.known, *self.request.model_fields}
        at = [index for index, node in enumerate(function.body) if names_of(node) == ["request"]][0]
        self.helpers.execute(make_parser(function, function.body[: at + 1]), "_parse_video_form")
        self.parse = self.helpers.space["_parse_video_form"]

    def app(self):
        app = FastAPI()

        @app.post("/v1/videos")
        async def create(values=Depends(self.parse)):
            request = values["request"]
            answer = self.helpers.take("video_response_from_request")("wan", request)
            read = {**request.model_dump(exclude_unset=True), **await files_in(values)}
            return {"read": read, "known": self.known, "reply": answer.model_dump(mode="json")}

        return app

    def failed(self, body, code, message):
        """Answers a look at a failed job as its route does: with the status of the error, which is its code then too."""
        error = self.error(code=code, message=message)
        status = self.helpers.take("_status_code_for_video_failure")(error)
        job = self.response(**{**body, "status": "failed", "error": error})
        content = job.model_dump(mode="json")
        content["error"]["code"] = status
        return {"status": status, "body": content}


class Sglang:
    """
    SGLang takes forms and JSON. Of its function the statements are kept that build a request of a form. A file has its name in
    place of the path under which the server would save it, and what the words of a model's own are is not known here.
    """

    NAME = "sglang"
    BEFORE = """
extra_from_form = {}
video_input_path = None
input_path = input_reference.filename if input_reference is not None else reference_url
"""

    def __init__(self, package):
        self.api = package.file("sglang.multimodal_gen.runtime.entrypoints.openai.video_api")
        protocol = package.file("sglang.multimodal_gen.runtime.entrypoints.openai.protocol")
        self.request = protocol.take("VideoGenerationsRequest")
        self.response = protocol.take("VideoResponse")
        function = self.api.defined["create_video"]
        self.known = [*parameters_of(function), *self.api.take("_MULTIPART_EXTRA_FORM_FIELDS")]
        self.fields = {*self.known, *self.request.model_fields}
        body = [*ast.parse(self.BEFORE).body, *statements_for(function, "req")]
        self.api.execute(make_parser(function, body), "create_video")
        self.parse = self.api.space["create_video"]

    def app(self):
        app = FastAPI()

        @app.post("/v1/videos")
        async def create(values=Depends(self.parse)):
            read = {**values["req"].model_dump(exclude_unset=True), **await files_in(values)}
            return {"read": read, "known": self.known}

        @app.post("/json/v1/videos")
        async def create_of_json(request: self.request):
            return {
                "read": request.model_dump(exclude_unset=True),
                "known": [*type(request).model_fields],
            }

        return app


def statements_for(function, name):
    """Returns the statements that stand beside the first one which defines the name: functions, and values without a call."""
    for block in ast.walk(function):
        body = getattr(block, "body", None)
        if isinstance(body, list) and any(names_of(node) == [name] for node in body):
            at = [names_of(node) for node in body].index([name])
            first = [index for index, node in enumerate(body) if isinstance(node, ast.FunctionDef)][0]
            return body[first : at + 1]
    raise LookupError(f"nothing defines {name}")
