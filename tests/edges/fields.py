# SPDX-License-Identifier: GPL-2.0-only
"""Test cases for each field of the language: rules with boundary values, and a
frame for each boundary value. The rule that must match is computed here, by
comparing numbers; no code under test is used."""

import struct

SERVER_MAC, CLIENT_MAC = bytes.fromhex("020000000002"), bytes.fromhex("020000000001")
SOURCE4, TARGET4 = 0xC6336401, 0xC6336402
SOURCE6, TARGET6 = 0x20010DB8 << 96 | 1, 0x20010DB8 << 96 | 2
TCP, UDP, ICMP, ICMP6, FRAGMENT = 6, 17, 1, 58, 44
FLAGS = ("fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr")


def edges(bits):
    """0, 1, the last two values, each power of two and its neighbours."""
    near = {(1 << bit) + step for bit in range(bits + 1) for step in (-1, 0, 1)}
    return sorted(value for value in near if 0 <= value < 1 << bits)


# --- frames


def ethernet(ethertype, payload, source=CLIENT_MAC, target=SERVER_MAC, tags=()):
    link = target + source + b"".join(struct.pack("!HH", 0x8100, tci) for tci in tags)
    return link + struct.pack("!H", ethertype) + payload


def ip4(payload, protocol=UDP, source=SOURCE4, target=TARGET4, ttl=64, dscp=0, fragment=0):
    return struct.pack(
        "!BBHHHBBHII", 0x45, dscp << 2, 20 + len(payload), 1, fragment, ttl, protocol, 0, source, target
    ) + payload  # fmt: skip


def ip6(payload, protocol=UDP, source=SOURCE6, target=TARGET6, hops=64, dscp=0):
    header = struct.pack("!IHBB", 6 << 28 | dscp << 22, len(payload), protocol, hops)
    return header + source.to_bytes(16, "big") + target.to_bytes(16, "big") + payload


def udp(source=40000, target=9, size=0):
    return struct.pack("!HHHH", source, target, 8 + size, 0) + bytes(size)


def tcp(flags=2, source=40000, target=9):
    return struct.pack("!HHIIBBHHH", source, target, 1, 0, 5 << 4, flags, 0, 0, 0)


def frame4(*args, **words):
    return ethernet(0x0800, ip4(*args, **words))


def frame6(*args, **words):
    return ethernet(0x86DD, ip6(*args, **words))


# --- rules: the text, and the condition


class Case:
    """A policy, and frames with the number of the rule that must match; 0 is the
    default."""

    def __init__(self, name, rules, frames):
        self.name = name
        self.text = "default pass\n" + "".join(text + "\n" for text, _ in rules)
        self.frames = [(frame, self.decides(rules, value)) for value, frame in frames]

    @staticmethod
    def decides(rules, value):
        for number, (_, matches) in enumerate(rules, 1):
            if matches(value):
                return number
        return 0


def within(low, high):
    return lambda value: low <= value <= high


def number_rules(start, values, turn):
    """Makes rules for single values and for ranges of two, alternately. Two in
    seven values have no rule."""
    rules, at = [], turn
    while at < len(values):
        low = values[at]
        high = values[min(at + 1, len(values) - 1)]
        if at % 7 in (0, 3):
            high = low
        rules.append((f"drop {start} {low}" + (f"-{high}" if high > low else ""), within(low, high)))
        at += 4 if at % 7 == 5 else 2
    return rules


def number(name, start, bits, frame, values=None):
    values = values or edges(bits)
    for turn in (0, 1):
        yield Case(f"{name}, {turn}", number_rules(start, values, turn), [(value, frame(value)) for value in values])


def numbers():
    yield from number("source port", "udp from any port", 16, lambda n: frame4(udp(source=n)))
    yield from number("target port", "tcp to port", 16, lambda n: frame6(tcp(target=n), TCP))
    yield from number("ttl", "ip ttl", 8, lambda n: frame4(udp(), ttl=n))
    yield from number("hop limit", "ip6 ttl", 8, lambda n: frame6(udp(), hops=n))
    yield from number("dscp", "ip dscp", 6, lambda n: frame4(udp(), dscp=n))
    yield from number("dscp of IPv6", "ip6 dscp", 6, lambda n: frame6(udp(), dscp=n))
    yield from number("protocol", "ip proto", 8, lambda n: frame4(tcp(), n))
    yield from number("type", "icmp type", 8, lambda n: frame4(bytes((n, 0)) + bytes(6), ICMP))
    yield from number("code", "icmp6 type 1 code", 8, lambda n: frame6(bytes((1, n)) + bytes(6), ICMP6))
    yield from number("ARP operation", "arp", 16, lambda n: ethernet(0x0806, struct.pack("!HHBBH", 1, 0x0800, 6, 4, n) + bytes(20)))
    yield from number("id", "vlan", 12, lambda n: ethernet(0x0800, ip4(udp()), tags=(n | 0xE000,)))
    yield from number("inner id", "inner-vlan", 12, lambda n: ethernet(0x0800, ip4(udp()), tags=(7, n)))
    yield from number("priority", "vlan-priority", 3, lambda n: ethernet(0x0800, ip4(udp()), tags=(n << 13 | 0xFFF,)))
    yield from number("inner priority", "inner-priority", 3, lambda n: ethernet(0x0800, ip4(udp()), tags=(7, n << 13)))
    types = [n for n in edges(16) if n > 1500 and n not in (0x0800, 0x0806, 0x86DD, 0x8100, 0x88A8)]
    yield from number("EtherType", "ether", 16, lambda n: ethernet(n, bytes(46)), types)
    lengths = [n for n in edges(16) if n >= 28]
    yield from number("length", "ip length", 16, lambda n: frame4(udp(size=n - 28)), lengths)
    lengths = [n for n in edges(16) if n >= 48]
    yield from number("length of IPv6", "ip6 length", 16, lambda n: frame6(udp(size=n - 48)), lengths)


def mac_text(value):
    return value.to_bytes(6, "big").hex(":")


def macs():
    values = edges(48)
    for word, side in (("from", "source"), ("to", "target")):
        rules = [(f"drop ip {word} mac {mac_text(value)}", within(value, value)) for value in values[::2]]
        frames = [(value, ethernet(0x0800, ip4(udp()), **{side: value.to_bytes(6, "big")})) for value in values]
        yield Case(f"{word} mac", rules, frames)


def prefixes(name, start, bits, base, text, frame):
    """The longest prefix is first, so that every prefix can match."""
    rules, values = [], set()
    for length in range(bits, 0, -1):
        first = base >> (bits - length) << (bits - length)
        last = first | (1 << (bits - length)) - 1
        rules.append((f"drop {start} {text(first)}/{length}", within(first, last)))
        values |= {first - 1, first, last, last + 1}
    values = sorted(value for value in values if 0 <= value < 1 << bits)
    yield Case(name, rules, [(value, frame(value)) for value in values])


def text4(value):
    return ".".join(str(byte) for byte in value.to_bytes(4, "big"))


def text6(value):
    return value.to_bytes(16, "big").hex(":", 2)


def addresses():
    for base in (0x5A5A5A5A, 0, 0xFFFFFFFF, 0x80000001):
        yield from prefixes(f"from {text4(base)}", "ip from", 32, base, text4, lambda n: frame4(udp(), source=n))
        yield from prefixes(f"to {text4(base)}", "ip to", 32, base, text4, lambda n: frame4(udp(), target=n))
    for base in (0x20010DB8 << 96 | 0x5A5A << 32 | 0xA5A5, 0, (1 << 128) - 1):
        yield from prefixes(f"from {text6(base)}", "ip6 from", 128, base, text6, lambda n: frame6(udp(), source=n))
        yield from prefixes(f"to {text6(base)}", "ip6 to", 128, base, text6, lambda n: frame6(udp(), target=n))


def flag_words(value):
    return ",".join(word for bit, word in enumerate(FLAGS) if value >> bit & 1) or "none"


def tcp_flags():
    """Compares all 256 values with masks of one, two, six and eight bits."""
    frames = [(value, frame4(tcp(value), TCP)) for value in range(256)]
    for pattern in (0xFF, 0x00, 0x55, 0xAA, 0x12):
        masks = (0xFF, 0x3F, 0x7E, 0x81, 0x12, 0x05, 0x03, 0xC0) + tuple(1 << bit for bit in range(8))
        rules = [
            (f"drop tcp flags {flag_words(mask & pattern)}/{flag_words(mask)}",
             lambda value, mask=mask: value & mask == mask & pattern)
            for mask in masks
        ]  # fmt: skip
        yield Case(f"flags like {pattern:#x}", rules, frames)


def fragment_kind(offset, more):
    return "later" if offset else "first" if more else "none"


def fragments():
    kinds = ("later", "first", "none")
    for family in ("ip", "ip6"):
        rules = [(f"drop {family} fragment {kind}", lambda value, kind=kind: value == kind) for kind in kinds]
        frames = []
        for offset in edges(13):
            for more in (0, 1):
                if family == "ip":
                    frame = frame4(udp(), fragment=more << 13 | offset)
                else:
                    frame = frame6(struct.pack("!BBHI", UDP, 0, offset << 3 | more, 1) + udp(), FRAGMENT)
                frames.append((fragment_kind(offset, more), frame))
        # the other two flags do not make a fragment
        if family == "ip":
            frames += [("none", frame4(udp(), fragment=flags << 13)) for flags in (2, 4, 6)]
        yield Case(f"fragment of {family}", rules, frames)
        rules = [(f"drop {family} udp to port 9".replace("ip6 udp", "udp").replace("ip udp", "udp"), lambda value: value != "later")]
        yield Case(f"port of a fragment of {family}", rules, frames)


def cases():
    for source in (numbers, macs, addresses, tcp_flags, fragments):
        yield from source()
