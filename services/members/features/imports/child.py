"""The process that reads a file, as its parent sees it."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from services.members.files.read import told
from services.members.files.table import WORKBOOKS, Options, Unreadable, kind_of

_LONGEST_LINE = 64 * 1024 * 1024
_SMALL = 256 * 1024
_MODULE = "services.members.files.read"


class Reader:
    """Reads one file. `facts` are known when the first rows come, `end` when the last ones have."""

    def __init__(self, path: Path, options: Mapping[str, Any], seconds: float) -> None:
        self._path = path
        self._options = options
        self._seconds = seconds
        self.facts: dict[str, Any] = {}
        self.end: dict[str, Any] = {}

    async def rows(self) -> AsyncIterator[list[Any]]:
        """Portions of rows: number, cells, extra cells, raw text. Raises `Unreadable`, `TimeoutError`."""
        async for said in self._said():
            self.facts = said.get("facts", self.facts)
            self.end = said.get("end", self.end)
            if "rows" in said:
                yield said["rows"]
        if not self.end:
            raise Unreadable("broken", "The file is broken, or needs more memory or time to read than one file gets.")

    async def _said(self) -> AsyncIterator[dict[str, Any]]:
        options = Options(**self._options)
        if self._path.stat().st_size <= _SMALL and kind_of(self._path, options.name) not in WORKBOOKS:
            # A little text can do no harm, and a process of its own costs more than reading it.
            for said in await asyncio.to_thread(lambda: list(told(self._path, options))):
                yield said
            return
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            _MODULE,
            str(self._path),
            json.dumps(self._options),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=_LONGEST_LINE,
            # Nothing of this process's secrets; only where the code is.
            env={"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PYTHONDONTWRITEBYTECODE": "1"},
        )
        assert process.stdout is not None
        try:
            async with asyncio.timeout(self._seconds):
                async for line in process.stdout:
                    said = json.loads(line)
                    if "unreadable" in said:
                        raise Unreadable(said["unreadable"]["code"], said["unreadable"]["message"])
                    yield said
                await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
