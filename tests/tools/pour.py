#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
# pour.py serve ADDRESS PORT         receives what one connection brings
# pour.py send ADDRESS PORT SECONDS  sends all that goes through in this time
# Both end with a line: bytes, and seconds from the first of them to the last.
import socket
import sys
import time

mode, address, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
total = 0
if mode == "serve":
    listening = socket.create_server((address, port))
    print("ready", flush=True)
    connection, _ = listening.accept()
    first = last = time.monotonic()
    while chunk := connection.recv(1 << 16):
        last = time.monotonic()
        first = last if not total else first
        total += len(chunk)
else:
    connection = socket.create_connection((address, port))
    connection.settimeout(1)
    first = time.monotonic()
    while (last := time.monotonic()) < first + float(sys.argv[4]):
        try:
            total += connection.send(bytes(1 << 16))
        except TimeoutError:
            pass
print(total, last - first)
