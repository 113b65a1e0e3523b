# SPDX-License-Identifier: GPL-2.0-only
"""UDP and TCP over IPv6 whose packets have extension headers.

	extensions.py answer PORT
	extensions.py ask ADDRESS PORT tcp|udp SIZE SECONDS

Both ends send a hop-by-hop and a destination options header in each packet,
made of padding. `answer` sends back what it gets.
"""

import socket
import sys
import threading

PADDING = bytes([0, 0, 1, 4, 0, 0, 0, 0])  # one unit of 8 bytes: PadN


def with_extensions(kind):
    made = socket.socket(socket.AF_INET6, kind)
    for option in (socket.IPV6_HOPOPTS, socket.IPV6_DSTOPTS):
        made.setsockopt(socket.IPPROTO_IPV6, option, PADDING)
    return made


def answer_udp(port):
    answering = with_extensions(socket.SOCK_DGRAM)
    answering.bind(("::", port))
    while True:
        data, sender = answering.recvfrom(65536)
        answering.sendto(data, sender)


def answer_tcp(port):
    listening = with_extensions(socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("::", port))
    listening.listen()
    while True:
        connection, _ = listening.accept()
        while data := connection.recv(65536):
            connection.sendall(data)
        connection.close()


def ask(address, port, protocol, size, seconds):
    kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
    asking = with_extensions(kind)
    asking.settimeout(seconds)
    asking.connect((address, port))
    sent = bytes(index % 251 for index in range(size))
    asking.send(sent)
    got = b""
    while len(got) < size:
        part = asking.recv(65536)
        if not part:
            break
        got += part
    assert got == sent, f"{len(got)} bytes came back of {size}"


def main(verb, *words):
    if verb == "ask":
        ask(words[0], int(words[1]), words[2], int(words[3]), float(words[4]))
    else:
        threading.Thread(target=answer_udp, args=(int(words[0]),), daemon=True).start()
        answer_tcp(int(words[0]))


main(*sys.argv[1:])
