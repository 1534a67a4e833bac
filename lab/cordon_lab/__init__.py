# SPDX-License-Identifier: Apache-2.0
"""A hospital network in network namespaces: real Samba, real SMB clients, a bridge with a mirror port.

`Lab` (lab.py) is the one class that tests and the command line use.
"""
