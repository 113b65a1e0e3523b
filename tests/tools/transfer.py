# SPDX-License-Identifier: GPL-2.0-only
"""Two TCP connections that transfer as fast as they can, one in each direction.

	transfer.py listen PORT BUFFER
	transfer.py ask ADDRESS PORT BUFFER

The end that asks opens both connections. BUFFER, in bytes, is that of each
receiver, which bounds what is in flight. Both run until they are killed.
"""

import socket
import sys
import threading

CHUNK = 1 << 18
SEND, RECEIVE = b"<", b">"  # what the end that listens does


def send_all(connection):
    data = bytes(CHUNK)
    while True:
        connection.send(data)


def receive_all(connection):
    data = bytearray(CHUNK)
    while connection.recv_into(data):
        pass


def run(transfer, connection):
    try:
        transfer(connection)
    except OSError:
        pass  # the other end is gone


def serve(connection):
    run(send_all if connection.recv(1) == SEND else receive_all, connection)


def listen(port, size):
    listening = socket.create_server(("", port))
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size)
    while True:
        connection, _ = listening.accept()
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


def ask(address, port, size, what):
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size)
    connection.connect((address, port))
    connection.send(what)
    run(receive_all if what == SEND else send_all, connection)


def main(verb, *words):
    if verb == "listen":
        listen(int(words[0]), int(words[1]))
    threads = [
        threading.Thread(target=ask, args=(words[0], int(words[1]), int(words[2]), what))
        for what in (SEND, RECEIVE)
    ]
    for thread in threads:
        thread.start()


main(*sys.argv[1:])
