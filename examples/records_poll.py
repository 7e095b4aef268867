#!/usr/bin/env python3
"""Reads records with select.poll, knowing nothing of Tocsin: from a path that `tocsin serve PATH` serves,
or from a socket of `tocsin serve --socket PATH`. Copies them to standard output. An example.

    records_poll.py /tmp/records
"""

import errno
import os
import select
import socket
import sys


def open_or_connect(path):
    try:
        return os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as error:
        if error.errno != errno.ENXIO:  # a socket cannot be opened
            raise
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(path)
    connection.setblocking(False)
    return connection.detach()


def main():
    records = open_or_connect(sys.argv[1])
    waiting = select.poll()
    waiting.register(records, select.POLLIN)
    woken = 0
    while True:
        waiting.poll()
        woken += 1
        data = os.read(records, 65536)
        if not data:
            break
        sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
    print(f"woken {woken} times", file=sys.stderr)


if __name__ == "__main__":
    main()
