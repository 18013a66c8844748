"""Reading people's files: whatever programs and years they come from, they become a header and rows of texts.

Nothing here knows the database or the records: `python -m services.members.files.read` runs it in a process of its own,
with limits, so that a file that is hostile or huge ends that process and nothing else.
"""
