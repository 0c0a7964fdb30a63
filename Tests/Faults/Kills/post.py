#!/usr/bin/python3 -SE
"""The far side of a channel that takes no key: it writes down what arrives, and nothing else counts."""
import json, os, sys

for line in sys.stdin:
    asked = json.loads(line)
    op, answer = asked["op"], {}
    if op == "describe":
        answer = {"version": 1, "verb": "post"}
    elif op == "render":
        delivery = asked["delivery"]
        answer = {"to": delivery["address"], "shown": {}, "payload": f"{delivery['step']} {delivery['address']}", "extension": "txt"}
    elif op == "deliver":
        ledger = os.open("ledger", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        os.write(ledger, f"{asked['key']} {asked['payload']}\n".encode())
        os.close(ledger)
        answer = {"id": "1"}
    print(json.dumps({"id": asked["id"], "ok": answer}), flush=True)
