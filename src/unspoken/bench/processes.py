"""What a whole process costs: wall-clock and processor seconds, peak memory.

The figures come from the operating system when the process has ended (``wait4``), so they include
start-up, every thread and everything written. How busy the machine was with other things is
measured alongside, because it decides what a wall-clock figure is worth.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from unspoken.errors import UsageError

__all__ = ["FamilyWatch", "Usage", "measure_process", "own_peak_mb"]

#: Unit of `ru_maxrss`: bytes on macOS, KiB elsewhere.
_RSS_BYTES = 1 if sys.platform == "darwin" else 1024
#: Not handed on: the program is to choose its threads as it does for everybody.
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

#: How often the memory of a process and its workers is added up, seconds.
_LOOK_S = 0.1
#: How much of what a failed process said last is passed on, characters.
_SAID = 2000


@dataclass(frozen=True, slots=True)
class Usage:
    """What one process used.

    Parameters
    ----------
    wall_s : float
        From just before its start until it had ended, seconds.
    cpu_s : float
        Processor time of all its threads, user and system, seconds.
    peak_rss_mb : float
        Largest resident memory, 10^6 bytes: of the process and its workers together, looked at ten
        times a second, or of the largest one as the system tells it, whichever is more.
    others : float or None
        Share of the machine's processor time that other processes used meanwhile, 0..1; None
        where the system does not tell.
    output : str
        What it printed to standard output.
    """

    wall_s: float
    cpu_s: float
    peak_rss_mb: float
    others: float | None
    output: str


def own_peak_mb() -> float:
    """Peak resident memory of this process, 10^6 bytes.

    Linux counts what a parent held at the start of a child against the child, so figures below
    this one say nothing.
    """
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_BYTES / 1e6


def measure_process(command: Sequence[str]) -> Usage:
    """Run a command to its end.

    Parameters
    ----------
    command : sequence of str
        Program and arguments.

    Returns
    -------
    Usage

    Raises
    ------
    UsageError
        If it cannot be started or ends with another code than 0; with what it wrote last.
    """
    environment = {k: v for k, v in os.environ.items() if k not in _THREAD_VARIABLES}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        busy = _machine_busy_s()
        began = time.perf_counter()
        try:
            process = subprocess.Popen(
                list(command), stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment
            )
        except OSError as error:
            raise UsageError(f"{command[0]} cannot be started ({error.strerror}).") from error
        family = FamilyWatch(process.pid)
        try:
            _, status, used = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            process.wait()
            raise
        finally:
            together_mb = family.stop()
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        cpu = used.ru_utime + used.ru_stime
        others = _share_of_others(busy, _machine_busy_s(), cpu, wall)
        out.seek(0)
        err.seek(0)
        if process.returncode != 0:
            said = err.read().decode(errors="replace").strip()[-_SAID:]
            raise UsageError(
                f"{' '.join(command)} ended with code {process.returncode}.",
                said or "It did not say why.",
            )
        output = out.read().decode(errors="replace")
    peak_mb = max(used.ru_maxrss * _RSS_BYTES / 1e6, together_mb)
    return Usage(wall, cpu, peak_mb, others, output)


class FamilyWatch:
    """Looks at the resident memory of a process and everything it started, until stopped.

    Parameters
    ----------
    pid : int
        The process.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak = 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._end.wait(_LOOK_S):
            self._peak = max(self._peak, sum(_resident_bytes(p) for p in _family(self._pid)))

    def stop(self) -> float:
        """The peak, 10^6 bytes; 0.0 where the system does not tell."""
        self._end.set()
        self._thread.join()
        return self._peak / 1e6


def _family(pid: int) -> list[int]:
    """A process and its descendants."""
    found = [pid]
    for parent in found:  # grows while it is gone through
        with suppress(OSError):
            for task in Path(f"/proc/{parent}/task").iterdir():
                found += [int(word) for word in (task / "children").read_text().split()]
    return found


def _resident_bytes(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _machine_busy_s() -> float | None:
    """Processor seconds the whole machine has been busy, or taken by its host; None off Linux."""
    try:
        line = Path("/proc/stat").read_text(encoding="ascii").partition("\n")[0]
    except OSError:
        return None
    user, nice, system, _idle, _wait, irq, soft, steal = (int(v) for v in line.split()[1:9])
    return (user + nice + system + irq + soft + steal) / os.sysconf("SC_CLK_TCK")


def _share_of_others(
    before: float | None, after: float | None, cpu_s: float, wall_s: float
) -> float | None:
    if before is None or after is None or wall_s <= 0.0:
        return None
    share = (after - before - cpu_s) / (wall_s * (os.cpu_count() or 1))
    return min(max(share, 0.0), 1.0)
