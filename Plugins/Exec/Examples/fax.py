#!/usr/bin/env python3
"""A fax channel. Reads one JSON object a line, answers with one a line; the engine starts it and ends it.

Until a fax machine is connected, pages are put into a folder.
"""
import json
import os
import re
import sys
import textwrap

SETTINGS = {}


class Refused(Exception):
    """Why not: kind is temporary, permanent, ours or unknown."""

    def __init__(self, kind, text):
        super().__init__(text)
        self.kind, self.text = kind, text


def describe(request):
    SETTINGS.update(request["settings"], folder=request["folder"])
    return {"version": 1, "verb": "fax"}


def check(request):
    outbox = folder()
    if os.path.exists(outbox) and not os.path.isdir(outbox):
        raise Refused("ours", f"{outbox} is no folder")
    return {}


def render(request):
    delivery = request["delivery"]
    number = re.sub(r"[ ./()-]", "", delivery["address"])
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", number, re.ASCII):
        raise Refused("permanent", f"{delivery['address']!r} is no fax number")
    fields = delivery["fields"]
    text = fields.get("body") or fields.get("say") or ""
    headline = " ".join((fields.get("headline") or delivery["step"]).split()).upper()
    lines = [line for part in text.splitlines() for line in (textwrap.wrap(part, 72) or [""])]
    page = "\n".join([f"TO {number}", headline, ""] + lines) + "\n"
    pages = max(1, -(-len(lines) // 60))
    return {
        "to": number,
        "shown": {"headline": headline, "body": "\n".join(lines), "pages": str(pages)},
        "payload": page,
        "extension": "txt",
    }


def deliver(request):
    name = f"{request['key']}.{request['extension']}"
    path = os.path.join(folder(), name)
    os.makedirs(folder(), exist_ok=True)
    if not os.path.exists(path):  # the same key a second time: done already
        with open(path + ".part", "wb") as file:
            file.write(request["payload"].encode())
            file.flush()
            os.fsync(file.fileno())
        os.rename(path + ".part", path)
    return {"id": name}


def folder():
    return os.path.join(SETTINGS["folder"], SETTINGS.get("outbox", "outbox"))


OPERATIONS = {"describe": describe, "check": check, "render": render, "deliver": deliver}


def main():
    for line in sys.stdin.buffer:
        request = json.loads(line)
        answer = {"id": request["id"]}
        try:
            operation = OPERATIONS.get(request["op"])
            if operation is None:
                raise Refused("ours", f"unknown op {request['op']!r}")
            answer["ok"] = operation(request)
        except Refused as refusal:
            answer["error"] = {"kind": refusal.kind, "text": refusal.text}
        except OSError as fault:
            answer["error"] = {"kind": "temporary", "text": str(fault)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
