"""What PostgreSQL needs when we are root: it refuses to be root itself, so it runs as a user of its own."""

import fcntl
import os
import pwd
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.refusal import Refusal
from deploy.terminal import warn

NAME = "pgserver"
LOCK = "/var/run/alliance-user.lock"  # where only root may put files


def unprivileged_user(name: str = NAME) -> pwd.struct_passwd | None:
    """PostgreSQL's user when we are root, made if need be; otherwise none, and it runs as ourselves."""
    if os.geteuid() != 0:
        return None
    try:
        with _one_at_a_time():
            return _found(name) or _made(name)
    except (OSError, subprocess.SubprocessError, KeyError) as error:
        raise Refusal("PostgreSQL does not run as root, and has no user of its own: be an ordinary user.") from error


def _found(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _made(name: str) -> pwd.struct_passwd:
    make = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name]
    done = subprocess.run(make, check=False, capture_output=True, timeout=30)
    if done.returncode and not _found(name):  # unless another program made it just now
        done.check_returncode()
    return pwd.getpwnam(name)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Look for the user and make it while no other process does.

    Of two `useradd` for one name, the second gives the user another number and takes the first one's away: a server
    that began to run as that is nobody.
    """
    opened = os.open(LOCK, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def make_passable(path: Path, user: pwd.struct_passwd | None) -> None:
    """Let PostgreSQL's user pass through (not list) the directories above a path, /root for example."""
    if user is None:
        return
    for parent in path.resolve().parents:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH and parent.stat().st_uid != user.pw_uid:
            warn(f"PostgreSQL runs as {user.pw_name}, not root: letting it pass through {parent} (chmod o+x)")
            parent.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def make_readable(installed: Path, user: pwd.struct_passwd | None) -> None:
    """Let PostgreSQL's user read the program when it was installed under a umask that leaves it to root."""
    if user is None or installed.joinpath("bin", "postgres").stat().st_mode & stat.S_IXOTH:
        return
    for path in (installed, *installed.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        runs = path.is_dir() or mode & stat.S_IXUSR
        path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if runs else 0))


def make_own_directory(path: Path, user: pwd.struct_passwd | None) -> None:
    """A directory that only the server's user can enter; one that someone else put there is refused."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.is_symlink() or path.stat().st_uid not in {os.geteuid(), user.pw_uid if user else os.geteuid()}:
        raise Refusal(f"{path} belongs to someone else.")
    path.chmod(0o700)
    if user:
        os.chown(path, user.pw_uid, user.pw_gid)
