"""A dialogue over TLS with a real Postfix, cut at many bytes of either direction by a proxy in between. What lies in the
recipient's mailbox is the judge: what was said to be `temporary` has not arrived, what was `accepted` has."""

import pathlib
import socket
import subprocess
import threading


class Proxy:
    """Ends one connection after so many bytes from the client, or from the server."""

    def __init__(self, port, from_client=None, from_server=None):
        self.limits = {"client": from_client, "server": from_server}
        self.passed = {"client": 0, "server": 0}
        self.port_behind = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        client, _ = self.listener.accept()
        self.listener.close()
        server = socket.create_connection(("127.0.0.1", self.port_behind))
        ways = [threading.Thread(target=self.carry, args=way) for way in
                [("client", client, server), ("server", server, client)]]
        for way in ways:
            way.start()
        for way in ways:
            way.join()
        client.close()
        server.close()

    def carry(self, name, source, target):
        limit = self.limits[name]
        try:
            while limit is None or self.passed[name] < limit:
                data = source.recv(65536 if limit is None else min(65536, limit - self.passed[name]))
                if not data:
                    break
                # Counted before it leaves, so that whoever hears of the end knows all.
                self.passed[name] += len(data)
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def run(tool, servers, check, step):
    def send(name, **limits):
        proxy = Proxy(servers.smtp, **limits)
        done = subprocess.run(
            [tool, f"smtp://localhost:{proxy.port}", servers.ca, "sales", "s3cret", "sales@acme.test", "owner@acme.test",
             name, "one"], capture_output=True, text=True, timeout=60)
        return done.stdout.strip(), proxy.passed

    said, whole = send("whole")
    check("a mail goes through the proxy", said.startswith("marked accepted"), said)
    verdicts = {}
    for direction in ["client", "server"]:
        # A few bytes more or less are spoken each time; the last hundred are tried one by one.
        total = whole[direction]
        for cut in sorted({*range(0, total, step), *range(max(0, total - 100), total + 1, max(1, step // 20))}):
            name = f"{direction}-{cut}"
            verdicts[name] = send(name, **{f"from_{direction}": cut})[0]
    return verdicts


def judge(verdicts, arrived, check):
    kinds = {name: said.split("(")[0] for name, said in verdicts.items()}
    def named(kind):
        return {name for name, found in kinds.items() if found == kind}
    temporary, accepted = named("unmarked temporary") | named("marked temporary"), named("marked accepted")
    unknown = named("marked unknown")
    check("each cut has a verdict", temporary | accepted | unknown == set(verdicts),
          {name: said for name, said in verdicts.items() if name not in temporary | accepted | unknown})
    check("what is tried again has not arrived", not temporary & arrived, sorted(temporary & arrived))
    check("what was accepted has arrived", accepted <= arrived, sorted(accepted - arrived))
    check("some are of each kind", temporary and unknown, [len(temporary), len(unknown), len(accepted)])
    print(f"        {len(verdicts)} cuts: {len(temporary)} temporary, {len(unknown)} unknown"
          f" ({len(unknown & arrived)} of them arrived), {len(accepted)} accepted", flush=True)
