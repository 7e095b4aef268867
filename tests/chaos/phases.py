"""What is done to managers and clients, and what must be so afterwards."""

import os
import signal
import statistics
import subprocess
import time

from manager import Broken, Manager, client, eventually

WARM_UP = 300
# What an allocator keeps of its own accord after so many clients.
MEMORY_MORE_MAX = 2_048


def storm(path, count, seed):
    with client("storm", path, count, seed) as process:
        if process.wait() != 0:
            raise Broken("a client was refused, or ended by itself")


def clients_die(manager, count, seed):
    """Clients are killed before they wait, while they do, and while they are told."""
    storm(manager.path, WARM_UP, seed)
    manager.drain()
    eventually(lambda: manager.descriptors() < 64, "descriptors of dead clients are closed")
    # One client more is there while its end is on its way.
    before = manager.descriptors(), manager.threads(), manager.memory()
    start = time.monotonic()
    storm(manager.path, count, seed + 1)
    took = time.monotonic() - start
    manager.drain()
    eventually(lambda: manager.descriptors() <= before[0], "the descriptors are as many as before")
    eventually(lambda: manager.threads() <= before[1], "the threads are as many as before")
    more = manager.memory() - before[2]
    if more > MEMORY_MORE_MAX:
        raise Broken(f"{count} dead clients have left {more} KiB")
    print(f"{count} clients killed in {took:.1f} s: {more:+} KiB, descriptors and threads as before")


def latencies(path, clients=10, rounds=100):
    """In microseconds, of arming, writing and being told, by ten clients at once."""
    processes = [client("echo", path, rounds) for _ in range(clients)]
    found = []
    for process in processes:
        output, _ = process.communicate(timeout=120)
        if process.returncode != 0:
            raise Broken("a client was not told")
        found += [int(line) / 1_000 for line in output.split()]
    return statistics.quantiles(found, n=100)


def clients_stop(manager, count):
    """Clients that are stopped while they wait cost the others nothing."""
    quiet = latencies(manager.path)
    stopped = [client("wait", manager.path, "native") for _ in range(count)]
    try:
        for process in stopped:
            process.stdout.readline()
            process.send_signal(signal.SIGSTOP)
        disturbed = latencies(manager.path)
    finally:
        for process in stopped:
            process.kill()
            process.wait()
            process.stdout.close()
    print(f"{count} clients stopped: median {quiet[49]:.0f} -> {disturbed[49]:.0f} us, "
          f"p99 {quiet[98]:.0f} -> {disturbed[98]:.0f} us")


def managers_die(path, count):
    """Who waits when the manager is killed is woken with an error, and the next one may come."""
    longest = 0.0
    for _ in range(count):
        manager = Manager(path)
        waiting = [client("wait", path, kind) for kind in ("native", "poll") * 3]
        for process in waiting:
            process.stdout.readline()
        manager.end(signal.SIGKILL)
        start = time.monotonic()
        for process in waiting:
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                raise Broken("a client still waits for a manager that is dead") from None
            process.stdout.close()
        longest = max(longest, time.monotonic() - start)
    with Manager(path):
        pass
    print(f"{count} managers killed: six clients of each knew within {longest * 1_000:.0f} ms")


def descriptors_run_out(path, limit):
    """A manager that may have few descriptors refuses, waits without work, and goes on."""
    with Manager(path, limit) as manager:
        waiting = [client("wait", path, "native", stderr=subprocess.DEVNULL) for _ in range(limit + 20)]
        served = sum(bool(process.stdout.readline()) for process in waiting)
        idle = manager.ticks()
        time.sleep(1)
        used = manager.ticks() - idle
        for process in waiting:
            process.kill()
            process.wait()
            process.stdout.close()
        if manager.process.poll() is not None:
            raise Broken(f"the manager has ended, with {limit} descriptors")
        if used > 20:
            raise Broken(f"with {limit} descriptors the manager spins: {used} ticks of a second")
        eventually(lambda: can_open(path), "a client is served when others have gone")
    print(f"{limit} descriptors: {served} of {limit + 20} clients served, {used} % of a processor")


def can_open(path):
    try:
        os.close(os.open(path, os.O_RDONLY))
        return True
    except OSError:
        return False
