"""
Fills a folder with what judge.py needs, from PyPI: `install.py <folder>`. Of the servers it keeps the source of their APIs
alone, some 50 MB fetched and nothing of them installed, on any platform; what they are judged with goes below `lib`.
"""

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
FOLDER = Path(sys.argv[1])
KEPT = (
    "vllm_omni/entrypoints/openai/",
    "vllm_omni/inputs/data.py",
    "sglang/multimodal_gen/runtime/entrypoints/openai/",
)
# The source is the same in the wheels of every platform.
PLATFORM = ["--platform", "manylinux_2_34_x86_64", "--python-version", "3.11", "--implementation", "cp"]


def pip(*arguments):
    command = [sys.executable, "-m", "pip", *arguments, "--quiet", "--disable-pip-version-check"]
    subprocess.run(command, check=True, stdout=sys.stderr)


pip("install", "--no-deps", "--target", str(FOLDER / "lib"), "-r", str(HERE / "requirements.txt"))
with tempfile.TemporaryDirectory() as wheels:
    pip("download", "--no-deps", "--only-binary=:all:", *PLATFORM, "-d", wheels, "-r", str(HERE / "servers.txt"))
    for wheel in Path(wheels).glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            names = [name for name in archive.namelist() if name.startswith(KEPT) and name.endswith(".py")]
            archive.extractall(FOLDER, names)
