"""The machine that a benchmark ran on, in words."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path

_CPU_INFO = Path("/proc/cpuinfo")
_CPU_TIMES = Path("/proc/stat")
# Columns of the first line of that file: user, nice, system, and two kinds of interrupts.
_BUSY = (1, 2, 3, 6, 7)


@dataclass(frozen=True, slots=True)
class Machine:
    """Processor, cores that this process may use, memory in bytes, and software."""

    processor: str
    cores: int
    memory: int
    system: str
    python: str

    @classmethod
    def here(cls) -> Machine:
        """Describe this machine."""
        return cls(
            processor=_processor(),
            cores=cores(),
            memory=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
            system=f"{platform.system()} {platform.machine()}",
            python=platform.python_version(),
        )

    def __str__(self) -> str:
        return (
            f"{self.processor}, {self.cores} cores, {self.memory / 1e9:.0f} GB, {self.system}, "
            f"Python {self.python}"
        )


def busy_seconds() -> float | None:
    """Return the processor time that all processes together have used since the start.

    None if the system does not tell.
    """
    if not _CPU_TIMES.exists():
        return None
    fields = _CPU_TIMES.read_text(encoding="utf-8").split(maxsplit=9)
    return sum(int(fields[column]) for column in _BUSY) / os.sysconf("SC_CLK_TCK")


def _processor() -> str:
    """Return the processor's name; Python's own answer is mostly empty on Linux."""
    lines = _CPU_INFO.read_text(encoding="utf-8").splitlines() if _CPU_INFO.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def cores() -> int:
    """Return the number of cores that this process may use."""
    # Fewer than the machine has, in a container or under `taskset`. Not on macOS.
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
