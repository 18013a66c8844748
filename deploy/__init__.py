"""How the system runs: one machine, a container, Kubernetes, and the `alliance` command."""

import sys

# Older Pythons read this file before anything they can't parse, so they get a sentence and not a traceback.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit("Alliance needs Python 3.11 or newer; this is %d.%d.%d." % sys.version_info[:3])  # noqa: UP031
