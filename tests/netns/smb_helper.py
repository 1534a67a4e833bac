# SPDX-License-Identifier: Apache-2.0
"""cordon-smb beside the lab's smbd, as a hospital's file server has it."""
import os
import signal
import subprocess

import live
from live import network, until
from cordon_lab import fileserver

CONTROL = "60581"  # the user of control, as in src/app/config.h
WAIT = 60.0


class SmbHelper:
    """SmbHelper starts and ends cordon-smb in the file server's namespace; its socket lies where configuration() says.
    It ends with the night."""

    def __init__(self, night):
        self.night, self.process = night, None
        night.beside.callback(self.stop)

    @staticmethod
    def configuration(night):
        return f'[samba]\nsocket = "{night.folder}/smb.sock"\n'

    def start(self):
        night, directory = self.night, self.night.lab.directory
        path = night.folder / "smb.sock"
        path.unlink(missing_ok=True)
        with open(night.folder / "smb.log", "ab") as log:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *network.inside(
                    night.prefix, network.FILE_SERVER.name, str(live.folder_of_programs / "cordon-smb"),
                    "--conf", str(fileserver.configuration_path(directory)), "--include", str(fileserver.denied_path(directory)),
                    "--socket", str(path), "--allow-uid", CONTROL, "--protect", network.CARE.ipv4)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env={"ASAN_OPTIONS": "detect_leaks=0", **os.environ})
        until(lambda: f"cordon-smb is heard: {(night.folder / 'smb.log').read_text()}", WAIT, self.is_heard)

    def is_heard(self):
        return self.night.cordon.process("cordon-smb") == "up"

    def stop(self, number=signal.SIGTERM):
        if self.process is None:
            return
        if self.process.poll() is None:
            os.killpg(self.process.pid, number)
        self.process.wait()

    def denied(self, address):
        """denied asks Samba's own tool."""
        said = subprocess.run(["testparm", "-s", fileserver.configuration_path(self.night.lab.directory)],
                              capture_output=True, text=True).stdout
        return any(address in line for line in said.splitlines() if "hosts deny" in line)
