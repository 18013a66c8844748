"""The services of Alliance CRM and what they share."""

import gc

# Starting makes very many objects that stay: to look for garbage among them every 700 takes a third of the start. Once
# started, the app sets what suits serving (kit/app.py, kit/worker.py).
gc.set_threshold(100_000, 20, 100)
