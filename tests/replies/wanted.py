# SPDX-License-Identifier: GPL-2.0-only
"""The expected reply to a rejected frame, according to RFC 792, 1122, 1812, 4443
and 9293, and to docs/policy.md. Scapy builds the reply and its checksums; no code
under test is used."""

import struct

from scapy.layers.inet import ICMP, IP, TCP
from scapy.layers.inet6 import ICMPv6DestUnreach, IPv6
from scapy.packet import Raw

TAGS = (0x8100, 0x88A8)
HOP_BY_HOP, ROUTING, FRAGMENT, AUTH, DESTINATION = 0, 43, 44, 51, 60
EXTENSIONS = (HOP_BY_HOP, ROUTING, FRAGMENT, AUTH, DESTINATION)
EXTENSIONS_MAX = 8
QUOTE_MAX = 128
OPEN_QUOTE_MAX = 1280 - 48
SUM_OFFSETS = {6: 16, 17: 6, 58: 2}  # of checksums that a device can complete
TRANSPORT_SIZES = {6: 20, 17: 8, 132: 12}
ICMP_ERRORS = (3, 4, 5, 11, 12)
REDIRECT6 = 137
CODES4 = {"auto": 3, "port": 3, "host": 1, "admin": 13}
CODES6 = {"auto": 4, "port": 4, "host": 3, "admin": 1}


class Silence(Exception):
    """Raised if the frame must not be answered; the text is the reason."""


def require(condition, why):
    if not condition:
        raise Silence(why)


class Asker:
    """A rejected frame, and the offsets of its headers."""

    def __init__(self, frame, on_loopback=False):
        self.frame = frame
        self.on_loopback = on_loopback
        self.read_link()
        if self.ethertype == 0x0800:
            self.read_ip4()
        elif self.ethertype == 0x86DD:
            self.read_ip6()
        else:
            raise Silence("neither IPv4 nor IPv6")
        self.read_transport()

    def read_link(self):
        require(len(self.frame) >= 14, "no link header")
        require(not self.frame[0] & 1, "to a group")
        require(not self.frame[6] & 1, "from a group")
        at = 12
        for _ in range(2):
            if self.u16(at) in TAGS:
                require(len(self.frame) >= at + 6, "tag cut off")
                at += 4
        self.ethertype, self.network = self.u16(at), at + 2

    def u16(self, at):
        return struct.unpack_from("!H", self.frame, at)[0]

    def bytes(self, at, size, end=None):
        end = len(self.frame) if end is None else end
        require(at + size <= end, "cut off")
        return self.frame[at : at + size]

    def read_ip4(self):
        header = self.bytes(self.network, 20)
        size = (header[0] & 15) * 4
        total = self.u16(self.network + 2)
        require(header[0] >> 4 == 4 and size >= 20, "no IPv4 header")
        require(size <= total <= len(self.frame) - self.network, "bad length")
        require(not self.u16(self.network + 6) & 0x1FFF, "later fragment")
        for first in (header[12], header[16]):
            require(first not in (0,) and first < 224, "no single host")
            require(first != 127 or self.on_loopback, "loopback")
        self.is_ip4, self.protocol = True, header[9]
        self.transport, self.end = self.network + size, self.network + total
        self.source, self.target = header[12:16], header[16:20]

    def read_ip6(self):
        header = self.bytes(self.network, 40)
        at, size = self.network + 40, self.u16(self.network + 4)
        protocol = header[6]
        require(header[0] >> 4 == 6, "no IPv6 header")
        require(at + size <= len(self.frame), "bad length")
        for address in (header[8:24], header[24:40]):
            require(any(address) and address[0] != 0xFF, "no single host")
        if not size and protocol == HOP_BY_HOP:
            size = len(self.frame) - at
        self.end = at + size
        count = 0
        while protocol in EXTENSIONS:
            count += 1
            require(count <= EXTENSIONS_MAX, "too many extensions")
            extension = self.bytes(at, 8, self.end)
            if protocol == FRAGMENT:
                require(not self.u16(at + 2) & 0xFFF8, "later fragment")
                length = 8
            elif protocol == AUTH:
                length = (extension[1] + 2) * 4
            else:
                length = (extension[1] + 1) * 8
            self.bytes(at, length, self.end)
            protocol, at = extension[0], at + length
        self.is_ip4, self.protocol, self.transport = False, protocol, at
        self.source, self.target = header[8:24], header[24:40]

    def is_icmp(self):
        return self.protocol == (1 if self.is_ip4 else 58)

    def read_transport(self):
        size = 8 if self.is_icmp() else TRANSPORT_SIZES.get(self.protocol, 0)
        self.header = self.bytes(self.transport, size, self.end)
        if self.protocol == 6:
            size = (self.header[12] >> 4) * 4
            require(size >= 20, "bad TCP header")
            self.bytes(self.transport, size, self.end)

    def is_icmp_error(self):
        if not self.is_icmp():
            return False
        kind = self.header[0]
        return kind in ICMP_ERRORS if self.is_ip4 else kind < 128 or kind == REDIRECT6

    # --- answers

    def link(self):
        return self.frame[6:12] + self.frame[:6] + self.frame[12 : self.network]

    def ip(self):
        if self.is_ip4:
            return IP(src=dotted(self.target), dst=dotted(self.source), id=0, flags="DF", ttl=64)
        return IPv6(src=colons(self.target), dst=colons(self.source), hlim=64)

    def reset(self):
        sport, dport, seq, ack = struct.unpack_from("!HHII", self.header)
        flags = self.header[13]
        require(not flags & 4, "a reset")
        answer = TCP(sport=dport, dport=sport, window=0)
        if flags & 16:
            answer.flags, answer.seq = "R", ack
        else:
            payload = self.end - self.transport - (self.header[12] >> 4) * 4
            answer.flags, answer.seq = "RA", 0
            answer.ack = (seq + payload + (flags >> 1 & 1) + (flags & 1)) % (1 << 32)
        return self.ip() / answer

    def sum_at(self):
        return self.transport + SUM_OFFSETS[self.protocol]

    def quote(self, is_open=False):
        """Returns the part of the packet that the reply quotes. If the checksum is
        partial, the quote ends with the checksum field, which the device that
        sends the reply completes."""
        if not is_open:
            return self.frame[self.network : min(self.end, self.network + QUOTE_MAX)]
        field = self.sum_at()
        require(field + 2 - self.network <= OPEN_QUOTE_MAX, "too long for an ICMPv6 error")
        closed = close_sum(self.frame[: field + 2], self.transport, field)
        return closed[self.network :]

    def unreachable(self, form, is_open):
        require(not self.is_icmp_error(), "an error of ICMP")
        if self.is_ip4:
            message = ICMP(type=3, code=CODES4[form])
        else:
            message = ICMPv6DestUnreach(code=CODES6[form])
        return self.ip() / message / Raw(self.quote(is_open))


def dotted(address):
    return ".".join(str(byte) for byte in address)


def colons(address):
    return ":".join(address[i : i + 2].hex() for i in range(0, 16, 2))


def fold(data):
    """The checksum of RFC 1071 before it is complemented."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def close_sum(frame, start, field):
    """Completes a partial checksum, as a device does before it sends the frame."""
    closed = ~fold(frame[start:]) & 0xFFFF or 0xFFFF
    return frame[:field] + struct.pack("!H", closed) + frame[field + 2 :]


def open_frame(frame):
    """Makes the checksum partial, as for a device with checksum offload: the field
    has the sum of the pseudo header."""
    asker = Asker(frame)
    pseudo = asker.source + asker.target + struct.pack("!II", asker.end - asker.transport, asker.protocol)
    field = asker.sum_at()
    return frame[:field] + struct.pack("!H", fold(pseudo)) + frame[field + 2 :]


def wanted(frame, form, on_loopback=False, is_open=False):
    """Returns the expected reply without padding, or None. is_open: the frame is
    from open_frame(); the reply has a complete checksum."""
    try:
        asker = Asker(frame, on_loopback)
        if form == "reset" or (form == "auto" and asker.protocol == 6):
            require(asker.protocol == 6, "no TCP")
            answer = asker.reset()
        else:
            answer = asker.unreachable(form, is_open)
    except Silence:
        return None
    return asker.link() + bytes(answer)
