# SPDX-License-Identifier: Apache-2.0
"""What the lab raises when it cannot do what was asked. The command line prints it as one sentence."""


class LabError(Exception):
    """LabError says in one sentence what cannot be done and, where known, what to do about it."""


class Refused(LabError):
    """Refused: a safety condition of the encryption replay does not hold; nothing was written."""
