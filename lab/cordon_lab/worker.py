# SPDX-License-Identifier: Apache-2.0
"""What runs inside a namespace: `python3 -m cordon_lab.worker DIR TASK OUT JSON`. Lab starts it; people need not."""

import json
import sys

from . import care, encryption, office
from .errors import LabError
from .state import State

EXIT_REFUSED = 3


def main(arguments):
    directory, task, out, options = arguments[0], arguments[1], arguments[2], json.loads(arguments[3])
    try:
        if task == "work":
            office.work(State.load(directory), out, **options)
        elif task == "encrypt":
            encryption.replay(State.load(directory), out, **options)
        elif task == "care":
            care.send(out, **options)
        elif task == "listen":
            care.listen()
        else:
            raise LabError(f"no task is called {task}")
    except LabError as refused:
        print(refused, file=sys.stderr)
        return EXIT_REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
