"""Draws docs/terminal.svg: what `ulp` prints on a terminal, as it prints it.

    python3 docs/terminal.py target/release/ulp docs/terminal.svg

needs rich. The picture has its own background, so that it can be read on a light and on a dark page, and names no font from the network.
"""

import io
import os
import pathlib
import pty
import re
import shutil
import subprocess
import sys
import tempfile

from rich.console import Console
from rich.text import Text

WEIGHTS = pathlib.Path(__file__).parent.parent / "data" / "silero-vad-8k.safetensors"
COMMANDS = [
    "ulp convert silero.safetensors silero-bf16.safetensors --to bf16",
    "ulp check silero.safetensors --to all",
    "ulp bits 0.1 --as bf16",
]
FONTS = 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace'


def on_a_terminal(ulp, command):
    """What a command prints there, colours included."""
    ours, its = pty.openpty()
    program, *arguments = command.split()
    assert program == "ulp"
    environment = {"PATH": os.environ["PATH"], "TERM": "xterm-256color"}
    process = subprocess.Popen([ulp, *arguments], stdout=its, stderr=subprocess.DEVNULL, env=environment)
    os.close(its)
    printed = b""
    try:
        while chunk := os.read(ours, 4096):
            printed += chunk
    except OSError:  # how Linux says that nobody writes any more
        pass
    os.close(ours)
    if process.wait():
        raise SystemExit(f"{command} failed")
    return printed.decode().replace("\r\n", "\n")


def main(ulp, picture):
    ulp, picture = (os.path.abspath(path) for path in (ulp, picture))
    text = Text()
    with tempfile.TemporaryDirectory() as here:
        shutil.copy(WEIGHTS, os.path.join(here, "silero.safetensors"))
        os.chdir(here)
        for command in COMMANDS:
            text.append("$ ", "dim").append(f"{command}\n", "bold")
            text.append(Text.from_ansi(on_a_terminal(ulp, command))).append("\n")
        os.chdir("/")
    text.rstrip()
    width = max(len(line) for line in text.plain.split("\n"))
    console = Console(record=True, width=width, file=io.StringIO())
    console.print(text, soft_wrap=True)
    svg = console.export_svg(title="ulp", unique_id="ulp")
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"font-family: [^;]*;", f"font-family: {FONTS};", svg)
    pathlib.Path(picture).write_text("\n".join(line.rstrip() for line in svg.split("\n")))


if __name__ == "__main__":
    main(*sys.argv[1:])
