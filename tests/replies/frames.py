# SPDX-License-Identifier: GPL-2.0-only
"""Random frames with tags, options, extension headers, padding, odd lengths,
flags, and boundary values in each field."""

import struct

from wanted import AUTH, DESTINATION, EXTENSIONS, FRAGMENT
from wanted import HOP_BY_HOP, ROUTING

SERVER_MAC, CLIENT_MAC = bytes.fromhex("020000000002"), bytes.fromhex("020000000001")
SOURCES4 = "c6336401 c6336401 c6336401 c6336401 01000001 7f000001 00000000 dfffffff e0000001 ffffffff"
SOURCES6 = ("20010db8" + "0" * 23 + "1 ") * 5 + "0" * 32 + " " + "0" * 31 + "1 ff02" + "0" * 27 + "1 fe80" + "0" * 27 + "1"
TCP, UDP, SCTP, ICMP, ICMP6 = 6, 17, 132, 1, 58
IPIP, IP6IP, GRE = 4, 41, 47


def edges(bits):
    """0, 1, the last two values, each power of two and its neighbours."""
    top = 1 << bits
    near = {(1 << bit) + step for bit in range(bits + 1) for step in (-1, 0, 1)}
    return sorted(value for value in near if 0 <= value < top)


EDGES = {bits: edges(bits) for bits in (3, 4, 6, 8, 12, 13, 16, 32)}


class Frame:
    """A random frame, in self.bytes."""

    def __init__(self, random):
        self.random = random
        self.is_ip4 = random.random() < 0.5
        self.payload = self.some_payload()
        self.build()

    def chance(self, part):
        return self.random.random() < part

    def edge(self, bits):
        return self.random.choice(EDGES[bits])

    def pick(self, words):
        return bytes.fromhex(self.random.choice(words.split()))

    def some_payload(self):
        size = self.random.choice((0, 0, 1, 2, 3, 7, 8, self.random.randrange(64), self.random.randrange(300)))
        return self.random.randbytes(size)

    # --- transport

    def protocol(self):
        common = (TCP, TCP, TCP, UDP, UDP, ICMP, ICMP6, SCTP)
        while self.chance(0.06):
            number = self.edge(8)
            if number not in EXTENSIONS:
                return number
        if self.chance(0.08):
            return self.random.choice((IPIP, IP6IP, GRE))
        return self.random.choice(common)

    def transport(self, protocol):
        random, payload = self.random, self.payload
        if protocol == TCP:
            options = random.randbytes(4 * random.choice((0, 0, 1, 5, 9, 10)))
            flags = random.choice((2, 16, 18, 24, 17, 1, 0, 4, 20, self.edge(8)))
            return struct.pack(
                "!HHIIBBHHH", self.edge(16), self.edge(16), self.edge(32), self.edge(32),
                (20 + len(options)) << 2, flags, self.edge(16), random.getrandbits(16), self.edge(16),
            ) + options + payload  # fmt: skip
        if protocol == UDP:
            return struct.pack("!HHHH", self.edge(16), self.edge(16), 8 + len(payload), random.getrandbits(16)) + payload
        if protocol == SCTP:
            return struct.pack("!HHII", self.edge(16), self.edge(16), 1, 2) + payload
        if protocol in (ICMP, ICMP6):
            kind = random.choice((8, 0, 3, 4, 5, 11, 12, 13, 127, 128, 129, 136, 137, 138, self.edge(8)))
            return struct.pack("!BBHI", kind, self.edge(8), random.getrandbits(16), 7) + payload
        if protocol in (IPIP, IP6IP, GRE):
            return self.tunnelled(protocol)
        return payload

    def tunnelled(self, protocol):
        """Returns a packet in a tunnel. Tunnels may be nested."""
        is_ip4 = self.chance(0.5) if protocol == GRE else protocol == IPIP
        number = self.protocol()
        transport = self.transport(number)
        inner = self.ip4(transport, number) if is_ip4 else self.ip6(transport, number)
        gre = struct.pack("!HH", 0, 0x0800 if is_ip4 else 0x86DD) if protocol == GRE else b""
        return gre + inner

    # --- network

    def ip4(self, transport, protocol):
        random = self.random
        options = random.randbytes(4 * random.choice((0, 0, 0, 1, 2, 5, 9, 10)))
        fragment = 0
        if self.chance(0.1):
            fragment = random.choice((0x2000, 0x4000, self.edge(13), self.edge(13) | 0x2000))
        header = struct.pack(
            "!BBHHHBBH", 0x45 + len(options) // 4, self.edge(8), 20 + len(options) + len(transport), self.edge(16),
            fragment, self.edge(8), protocol, random.getrandbits(16),
        )  # fmt: skip
        addresses = self.pick(SOURCES4) + self.pick(SOURCES4)
        return header + addresses + options + transport

    def extension(self, kind, following):
        random = self.random
        if kind == FRAGMENT:
            offset = random.choice((0, 1, 1, self.edge(13) << 3 if self.chance(0.2) else 0))
            return struct.pack("!BBHI", following, 0, offset, self.edge(32))
        length = random.choice((0, 0, 1, 2, 12, 30) if self.chance(0.3) else (0, 1))
        if kind == AUTH:
            length = max(length, 1)
            return bytes((following, length)) + random.randbytes((length + 2) * 4 - 2)
        return bytes((following, length)) + random.randbytes((length + 1) * 8 - 2)

    def ip6(self, transport, protocol):
        random = self.random
        kinds = []
        if self.chance(0.5):
            kinds = [
                random.choice((DESTINATION, DESTINATION, ROUTING, HOP_BY_HOP, AUTH, FRAGMENT))
                for _ in range(random.choice((1, 1, 2, 3, 7, 8, 9)))
            ]
        chain, following = b"", protocol
        for kind in reversed(kinds):
            chain = self.extension(kind, following) + chain
            following = kind
        size = len(chain) + len(transport)
        if self.chance(0.04):
            # length 0: a jumbogram, or a packet without a payload
            size, following = 0, random.choice((following, 59, self.edge(8)))
        header = struct.pack("!IHBB", 0x60000000 | self.edge(8) << 20 | self.random.getrandbits(20), size, following, self.edge(8))
        addresses = self.pick(SOURCES6) + self.pick(SOURCES6)
        return header + addresses + chain + transport

    # --- link

    def tags(self):
        count = self.random.choice((0, 0, 0, 1, 1, 2, 2, 3 if self.chance(0.1) else 0))
        return b"".join(
            struct.pack("!HH", self.random.choice((0x8100, 0x8100, 0x88A8)), self.edge(12) | self.edge(3) << 13)
            for _ in range(count)
        )

    def build(self):
        random = self.random
        number = self.protocol()
        transport = self.transport(number)
        if self.is_ip4:
            ethertype, packet = 0x0800, self.ip4(transport, number)
        else:
            ethertype, packet = 0x86DD, self.ip6(transport, number)
        if self.chance(0.01):
            ethertype = self.edge(16)
        source = CLIENT_MAC if not self.chance(0.02) else bytes.fromhex("030000000001")
        target = SERVER_MAC if not self.chance(0.03) else bytes.fromhex("ffffffffffff")
        link = target + source + self.tags() + struct.pack("!H", ethertype)
        padding = random.choice((0, 0, 1, 2, 3, 6, 40)) if self.chance(0.4) else 0
        frame = bytearray(link + packet + random.randbytes(padding))
        if len(frame) < 60 and self.chance(0.7):
            frame += random.randbytes(60 - len(frame))
        if self.chance(0.03):
            frame[random.randrange(len(frame))] ^= 1 << random.randrange(8)
        if self.chance(0.01):
            del frame[random.randrange(len(frame)) :]
        self.bytes = bytes(frame)
