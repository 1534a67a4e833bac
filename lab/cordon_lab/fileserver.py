# SPDX-License-Identifier: Apache-2.0
"""The file server: Debian's smbd with private directories, and the accounts it knows.

No account is made on the machine: Samba's `username map` turns every hospital user into `nobody` on the server's side
only. On the wire NTLMSSP carries the user's own name and proof, so a sensor sees distinct people.
"""

import grp
import os
import pwd
import subprocess
import time

from .errors import LabError
from .network import FILE_SERVER, WORKSTATIONS, inside

SHARES = ("commun", "services")
DOMAIN = "HOPITAL"
PASSWORD = "cordon-lab"  # the lab's own, reachable from its namespaces only
ACCOUNT = "nobody"
START_MAX = 40.0  # seconds; a busy machine is slow

_GLOBAL = """[global]
 workgroup = {domain}
 server role = standalone server
 netbios name = FS
 private dir = {base}/private
 lock directory = {base}/lock
 state directory = {base}/state
 cache directory = {base}/cache
 pid directory = {base}/run
 ncalrpc dir = {base}/ncalrpc
 log file = {base}/log/smbd.log
 max log size = 10000
 log level = 1
 smb ports = 445
 disable netbios = yes
 load printers = no
 printcap name = /dev/null
 disable spoolss = yes
 username map = {base}/users.map
 guest account = daemon
 unix charset = UTF-8
 server min protocol = SMB2_02
 server max protocol = SMB3_11
 server smb encrypt = {encrypt}
 server signing = {signing}
 idmap config * : range = 100000-199999
 follow symlinks = no
 include = {base}/cordon.conf
"""

_SHARE = """[{name}]
 path = {path}
 read only = no
 force user = {account}
"""


def account_ids():
    entry = pwd.getpwnam(ACCOUNT)
    return entry.pw_uid, grp.getgrgid(entry.pw_gid).gr_gid


def configuration_path(directory):
    return directory / "fs" / "smb.conf"


def denied_path(directory):
    """denied_path is the file that smb.conf includes: cordon-smb's, when one stands beside smbd."""
    return directory / "fs" / "cordon.conf"


def share_path(directory, share):
    return directory / "shares" / share


def configure(directory, *, encrypt=False, signing="default"):
    """configure writes the server's private directories, its configuration and its one account."""
    base = directory / "fs"
    for name in ("private", "lock", "state", "cache", "run", "ncalrpc", "log"):
        (base / name).mkdir(parents=True, exist_ok=True)
    (base / "private").chmod(0o700)
    (base / "users.map").write_text(f"{ACCOUNT} = {' '.join(h.user for h in WORKSTATIONS)}\n")
    text = _GLOBAL.format(domain=DOMAIN, base=base, encrypt="required" if encrypt else "off", signing=signing)
    for share in SHARES:
        text += _SHARE.format(name=share, path=share_path(directory, share), account=ACCOUNT)
    configuration_path(directory).write_text(text)
    _add_account(directory, ACCOUNT)


def give_accounts(directory, names):
    """give_accounts has the running server know these people by their own names, which must be users of this machine,
    and nobody by the map any more: Samba can then refuse one of them."""
    path = configuration_path(directory)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "username map" not in line))
    for name in names:
        _add_account(directory, name)
    subprocess.run(["smbcontrol", "-s", path, "smbd", "reload-config"], check=True)


def _add_account(directory, name):
    done = subprocess.run(["smbpasswd", "-c", configuration_path(directory), "-s", "-a", name],
                          input=f"{PASSWORD}\n{PASSWORD}\n", capture_output=True, text=True, check=False)
    if done.returncode:
        raise LabError(f"smbpasswd: {done.stderr.strip() or done.stdout.strip()}")


def check_reachable(directory):
    """check_reachable fails with a clear word where the server's account could not walk to the shares."""
    for path in (directory, *directory.parents):
        if not os.stat(path).st_mode & 0o001:
            if path == directory:
                path.chmod(path.stat().st_mode | 0o011)
                continue
            raise LabError(f"the file server's account {ACCOUNT} cannot pass through {path}: choose a --dir elsewhere")


def start(state, spawn):
    """start runs smbd in its namespace and waits until it listens. spawn: Lab.spawn."""
    base = state.directory / "fs"
    pid = spawn("smbd", inside(state.prefix, FILE_SERVER.name, "smbd", "-F", "--no-process-group", "-s",
                               str(configuration_path(state.directory))), log=base / "log" / "stdout.log")
    until = time.monotonic() + START_MAX
    probe = inside(state.prefix, FILE_SERVER.name, "ss", "-Hltn", "sport", "=", ":445")
    while time.monotonic() < until:
        if not os.path.exists(f"/proc/{pid}"):
            break
        if "445" in subprocess.run(probe, capture_output=True, text=True, check=False).stdout:
            return pid
        time.sleep(0.05)
    raise LabError(f"smbd did not come up in {START_MAX:.0f} s; see {base / 'log'}")


def client_configuration(directory, host):
    """client_configuration writes the configuration of a workstation's SMB clients into its home folder, where
    libsmbclient looks first: its caches stay below `directory`, and NTLMSSP tells the workstation's name."""
    base = directory / "clients" / host.name
    for name in (".smb", "private", "lock", "state", "cache"):
        (base / name).mkdir(parents=True, exist_ok=True)
    (base / ".smb" / "smb.conf").write_text(
        f"[global]\n workgroup = {DOMAIN}\n netbios name = {host.name.upper()}\n unix charset = UTF-8\n"
        f" private dir = {base}/private\n lock directory = {base}/lock\n state directory = {base}/state\n"
        f" cache directory = {base}/cache\n client min protocol = SMB2_02\n client max protocol = SMB3_11\n"
        " name resolve order = host\n")


