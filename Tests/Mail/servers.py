"""Postfix and Dovecot for a test: on loopback, on ports that are free, in a folder of their own, under a certificate
authority of their own. They are ended by the pids that were started here. Postfix wants to be started by root."""

import os
import pathlib
import pwd
import socket
import subprocess
import time

USERS = {name: "s3cret" for name in ["sales", "answers", "ann", "bob", "carol", "dora", "owner"]}
DOMAIN = "acme.test"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def tool(*command, **options):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **options)


class Servers:
    """`smtp` takes mail over STARTTLS from whoever has a password, for acme.test only; `imap` and `imaps` give it out."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.smtp, self.imap, self.imaps = free_port(), free_port(), free_port()
        self.running = []
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in ["etc", "queue", "data", "tls", "mail", "dovecot"]:
            (self.folder / name).mkdir()
        self.folder.chmod(0o755)
        self.ca = str(self.folder / "tls/ca.pem")

    def write(self, name, text):
        (self.folder / name).write_text(text)
        return str(self.folder / name)

    def certificates(self):
        tls = self.folder / "tls"
        names = self.write("tls/names", "subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        key = ["-newkey", "rsa:2048", "-nodes"]
        tool("openssl", "req", "-x509", *key, "-days", "3650", "-subj", "/CN=a test's own authority",
             "-keyout", tls / "ca.key", "-out", tls / "ca.pem")
        tool("openssl", "req", *key, "-subj", "/CN=localhost", "-keyout", tls / "key.pem", "-out", tls / "request")
        tool("openssl", "x509", "-req", "-in", tls / "request", "-CA", tls / "ca.pem", "-CAkey", tls / "ca.key",
             "-CAcreateserial", "-days", "3650", "-extfile", names, "-out", tls / "cert.pem")

    def start(self):
        try:
            return self.started()
        except BaseException:
            self.stop()
            raise

    def started(self):
        self.certificates()
        nobody = pwd.getpwnam("nobody")
        os.chown(self.folder / "mail", nobody.pw_uid, nobody.pw_gid)
        self.start_dovecot(nobody)
        self.start_postfix(nobody)
        for port in [self.smtp, self.imap, self.imaps]:
            self.wait_for(port)
        return self

    def start_dovecot(self, nobody):
        users = self.write("dovecot/users", "".join(f"{u}:{{PLAIN}}{p}\n" for u, p in USERS.items()))
        os.chmod(users, 0o644)
        config = self.write("dovecot/dovecot.conf", f"""
protocols = imap
base_dir = {self.folder}/dovecot/run
log_path = {self.folder}/dovecot/log
listen = 127.0.0.1
ssl = required
ssl_cert = <{self.folder}/tls/cert.pem
ssl_key = <{self.folder}/tls/key.pem
ssl_dh =
mail_location = maildir:{self.folder}/mail/%n
first_valid_uid = 1
auth_mechanisms = plain login
passdb {{
  driver = passwd-file
  args = {users}
}}
userdb {{
  driver = static
  args = uid={nobody.pw_uid} gid={nobody.pw_gid} home={self.folder}/mail/%n
}}
service imap-login {{
  inet_listener imap {{
    port = {self.imap}
  }}
  inet_listener imaps {{
    port = {self.imaps}
  }}
}}
service auth {{
  unix_listener {self.folder}/queue/private/auth {{
    mode = 0666
  }}
}}
""")
        postfix = pwd.getpwnam("postfix")
        (self.folder / "queue/private").mkdir(exist_ok=True)
        os.chown(self.folder / "queue/private", postfix.pw_uid, 0)
        self.dovecot = self.run("dovecot", "-F", "-c", config)

    def restart_dovecot(self, meanwhile):
        self.dovecot.terminate()
        self.dovecot.wait()
        self.running.remove(self.dovecot)
        meanwhile()
        self.start_dovecot(pwd.getpwnam("nobody"))
        self.wait_for(self.imaps)

    def start_postfix(self, nobody):
        boxes = self.write("etc/boxes", "".join(f"{u}@{DOMAIN} {u}/\n" for u in USERS))
        owners = self.write("etc/owners", "".join(f"{u}@{DOMAIN} {u},sales\n" for u in USERS))
        self.write("etc/main.cf", f"""
compatibility_level = 3.6
queue_directory = {self.folder}/queue
data_directory = {self.folder}/data
maillog_file = {self.folder}/postfix.log
maillog_file_prefixes = {self.folder}
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.{DOMAIN}
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks =
alias_maps =
recipient_delimiter = +
virtual_mailbox_domains = {DOMAIN}
virtual_mailbox_maps = texthash:{boxes}
virtual_mailbox_base = {self.folder}/mail
virtual_uid_maps = static:{nobody.pw_uid}
virtual_gid_maps = static:{nobody.pw_gid}
default_transport = error:5.4.4 nothing leaves this machine
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = {self.folder}/tls/cert.pem
smtpd_tls_key_file = {self.folder}/tls/key.pem
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_sender_login_maps = texthash:{owners}
smtpd_sender_restrictions = reject_sender_login_mismatch
# A recipient that is not there is found out after the mail was taken: the bounce is a mail.
smtpd_reject_unlisted_recipient = no
smtpd_recipient_restrictions =
message_size_limit = 2000000
""")
        self.write("etc/master.cf", f"""
127.0.0.1:{self.smtp} inet n - n - - smtpd
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
proxymap  unix  - - n - - proxymap
error     unix  - - n - - error
retry     unix  - - n - - error
virtual   unix  - n n - - virtual
anvil     unix  - - n - 1 anvil
postlog   unix-dgram n - n - 1 postlogd
""")
        etc = str(self.folder / "etc")
        os.chown(self.folder / "data", pwd.getpwnam("postfix").pw_uid, -1)
        tool("postfix", "-c", etc, "check")
        daemons = subprocess.run(["postconf", "-h", "-d", "daemon_directory"], capture_output=True, text=True).stdout.strip()
        self.run(f"{daemons}/master", "-c", etc, "-d")

    def run(self, *command):
        log = open(self.folder / "output", "ab")
        self.running.append(subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL))
        return self.running[-1]

    def wait_for(self, port):
        for _ in range(200):
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.05)
        raise SystemExit(f"nothing listens on {port}:\n{self.log()}")

    def log(self):
        names = ["output", "postfix.log", "dovecot/log"]
        return "".join((self.folder / n).read_text(errors="replace") for n in names if (self.folder / n).exists())

    def stop(self):
        for process in reversed(self.running):
            process.terminate()
        for process in self.running:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.running = []


if __name__ == "__main__":
    import sys
    import tempfile

    folder = sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="flow-mail-")
    servers = Servers(folder).start()
    print(f"smtp {servers.smtp} imap {servers.imap} imaps {servers.imaps} ca {servers.ca}", flush=True)
    try:
        sys.stdin.read()
    finally:
        servers.stop()
