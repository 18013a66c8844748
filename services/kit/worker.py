"""A worker: runs its service's jobs and delivers its changes. `python -m services.members.worker`."""

import asyncio
import contextlib
import gc
import os
import signal

import structlog

from services.kit.clock import office_zone
from services.kit.delivery import Courier
from services.kit.jobs import HEARTBEAT, STALLED_AFTER
from services.kit.logging import configure
from services.kit.rescue import keep_rescuing
from services.kit.runtime import Runtime
from services.kit.service import Service
from services.kit.settings import Settings
from services.kit.worker_health import telling

log = structlog.get_logger(__name__)
_CONCURRENCY = 4


def work(service: Service, settings: Settings) -> None:
    """Work until SIGTERM or SIGINT; jobs that run are finished first."""
    configure(settings.log_level, f"{service.name}-worker")
    asyncio.run(_work(service, settings))


async def _work(service: Service, settings: Settings) -> None:
    runtime = service.runtime(settings)
    office_zone.set(settings.office_zone)
    # As the app does (docs/adr/0003): full collections among the rows of a large job cost more than they free.
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 20, 100)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    tasks = [
        asyncio.create_task(_run_jobs(runtime), name="jobs"),
        asyncio.create_task(keep_rescuing(runtime), name="rescue"),
    ]
    for subscription in service.subscriptions:
        courier = Courier(runtime, subscription, runtime.peers[subscription.service])
        tasks.append(asyncio.create_task(courier.run(), name=f"courier-{subscription.service}"))
    log.info("worker_started", service=service.name)
    stopping = asyncio.create_task(stop.wait())
    try:
        async with telling(runtime, settings.host, settings.worker_port):
            done, _ = await asyncio.wait({stopping, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        for task in done - {stopping}:
            task.result()
    finally:
        stopping.cancel()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await runtime.close()


def _tell_ready() -> None:
    """Write a line to the pipe that whoever started this named in `READY_FD`, as s6 and others have it; once."""
    if pipe := os.environ.pop("READY_FD", None):
        with contextlib.suppress(OSError):
            os.write(int(pipe), b"\n")
            os.close(int(pipe))


async def _run_jobs(runtime: Runtime) -> None:
    """Run jobs; when the database goes away, wait for it and go on."""
    while True:
        try:
            async with runtime.jobs.app.open_async():
                _tell_ready()
                await runtime.jobs.app.run_worker_async(
                    concurrency=_CONCURRENCY,
                    install_signal_handlers=False,
                    additional_context={"runtime": runtime},
                    fetch_job_polling_interval=2.0,
                    shutdown_graceful_timeout=8.0,
                    update_heartbeat_interval=HEARTBEAT,
                    stalled_worker_timeout=STALLED_AFTER,
                    delete_jobs="successful",
                )
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - procrastinate wraps what the driver raises in types of its own
            log.warning("job_queue_lost", reason=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.sleep(1.0)
