"""What is done to managers and clients, and what must be so afterwards."""

import os
import select
import signal
import statistics
import subprocess
import time
from contextlib import ExitStack

from manager import Broken, Client, Manager, eventually

WARM_UP = 300
# What an allocator keeps of its own accord, and the bytes that a dead client may have left.
MEMORY_MORE_MAX = 256
LEFT_BY_EACH_MAX = 100


def storm(path, count, seed):
    with Client("storm", path, count, seed) as clients:
        clients.output()


def clients_die(manager, count, seed):
    """Clients are killed before they wait, while they do, and while they are told."""
    storm(manager.path, WARM_UP, seed)
    manager.drain()
    eventually(lambda: manager.descriptors() < 64, "descriptors of dead clients are closed")
    before = manager.descriptors(), manager.threads(), manager.memory()
    start = time.monotonic()
    storm(manager.path, count, seed + 1)
    took = time.monotonic() - start
    manager.drain()
    eventually(lambda: manager.descriptors() <= before[0], "the descriptors are as many as before")
    eventually(lambda: manager.threads() <= before[1], "the threads are as many as before")
    more = manager.memory() - before[2]
    if more > MEMORY_MORE_MAX + count * LEFT_BY_EACH_MAX // 1024:
        raise Broken(f"{count} dead clients have left {more} KiB")
    print(f"{count} clients killed in {took:.1f} s: {more:+} KiB, descriptors and threads as before")


def latencies(path, clients=10, rounds=100):
    """In microseconds, of arming, writing and being told, by ten clients at once."""
    with ExitStack() as stack:
        all_of_them = [stack.enter_context(Client("echo", path, rounds)) for _ in range(clients)]
        found = [int(line) / 1_000 for one in all_of_them for line in one.output().split()]
    return statistics.quantiles(found, n=100)


def clients_stop(manager, count):
    """Clients that are stopped while they wait cost the others nothing."""
    quiet = latencies(manager.path)
    with ExitStack() as stack:
        stopped = [stack.enter_context(Client("wait", manager.path, "native")) for _ in range(count)]
        for one in stopped:
            if not one.waits():
                raise Broken("a client was refused")
            one.process.send_signal(signal.SIGSTOP)
        disturbed = latencies(manager.path)
        if any(one.process.poll() is not None for one in stopped):
            raise Broken("a client that was stopped has ended")
    print(f"{count} clients stopped: median {quiet[49]:.0f} -> {disturbed[49]:.0f} us, "
          f"p99 {quiet[98]:.0f} -> {disturbed[98]:.0f} us")


def managers_die(path, count):
    """Who waits when the manager is killed is woken with an error, and the next one may come."""
    longest = 0.0
    for _ in range(count):
        with ExitStack() as stack:
            manager = Manager(path)
            stack.callback(manager.process.kill)
            waiting = [stack.enter_context(Client("wait", path, kind)) for kind in ("native", "poll") * 3]
            if not all([one.waits() for one in waiting]):
                raise Broken("a client was refused")
            manager.end(signal.SIGKILL)
            start = time.monotonic()
            if any([one.ended() for one in waiting]):
                raise Broken("a client was not told that its manager is dead")
            longest = max(longest, time.monotonic() - start)
    with Manager(path):
        pass
    print(f"{count} managers killed: six clients of each knew within {longest * 1_000:.0f} ms")


def descriptors_run_out(path, limit):
    """A manager that may have few descriptors refuses, waits without work, and goes on."""
    with Manager(path, limit) as manager, ExitStack() as stack:
        clients = [stack.enter_context(Client("wait", path, "native", stderr=subprocess.DEVNULL))
                   for _ in range(limit + 20)]
        served = [one.process.stdout for one in clients if one.waits()]
        if not 0 < len(served) < len(clients):
            raise Broken(f"with {limit} descriptors {len(served)} of {len(clients)} clients were served")
        idle = manager.ticks()
        if select.select(served, [], [], 1)[0]:
            raise Broken("a client that was served has ended")
        used = manager.ticks() - idle
        stack.close()
        if manager.process.poll() is not None:
            raise Broken(f"the manager has ended, with {limit} descriptors")
        if used > 20:
            raise Broken(f"with {limit} descriptors the manager spins: {used} ticks of a second")
        eventually(lambda: can_open(path), "a client is served when others have gone")
    print(f"{limit} descriptors: {len(served)} of {limit + 20} clients served, {used} % of a processor")


def can_open(path):
    try:
        os.close(os.open(path, os.O_RDONLY))
        return True
    except OSError:
        return False
