"""Scripts that make the files under `deploy/demo/data`; run one when its rule changes."""
