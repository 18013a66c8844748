"""The members service on a socket that it is handed: `python -m tests.bench.shared_socket <file descriptor>`."""

import socket
import sys

import uvicorn

from services.kit.app import build_app
from services.kit.logging import configure
from services.kit.settings import Settings
from services.members.app import SERVICE

if __name__ == "__main__":
    settings = Settings()
    configure("WARNING", SERVICE.name)
    config = uvicorn.Config(
        build_app(SERVICE, settings),
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
    )
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=int(sys.argv[1]))])
