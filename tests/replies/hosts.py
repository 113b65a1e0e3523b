# SPDX-License-Identifier: GPL-2.0-only
"""Two network namespaces that are connected by a veth pair, and packet sockets in
them. The sockets send and receive frames with their metadata: a VLAN tag, a
partial checksum, segmentation."""

import ctypes
import os
import socket
import struct
import subprocess

from tally import BUILD
from wanted import close_sum

TAILGATE = os.path.join(BUILD, "../tc-scripts/tailgate")
PROGRAMS = BUILD + "/tests/wire.bpf.o"
CLONE_NEWNET = 0x40000000
ETH_P_ALL = 3
MTU = 3400  # the maximum for native XDP without multi-buffer, with 4 KiB pages
CLIENT_MAC, SERVER_MAC = "02:00:00:00:00:01", "02:00:00:00:00:02"

# linux/if_packet.h, linux/virtio_net.h
SOL_PACKET, PACKET_AUXDATA, PACKET_VNET_HDR, PACKET_IGNORE_OUTGOING = 263, 8, 15, 23
TP_STATUS_VLAN_VALID = 1 << 4
VIRTIO_NEEDS_CSUM = 1
VIRTIO_GSO_TCP4, VIRTIO_GSO_TCP6 = 1, 4
VIRTIO_HEADER = "=BBHHHH"
VIRTIO_HEADER_SIZE = struct.calcsize(VIRTIO_HEADER)
AUXDATA = "=IIIHHHH"
FRAME_MAX = 70000

TIMEOUT = 30  # seconds to wait for a reply, on a busy machine

libc = ctypes.CDLL(None, use_errno=True)


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def quiet(*command):
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode


class Opening:
    """The position of a partial checksum in a frame, and its segmentation."""

    def __init__(self, start, field, gso_type=0, gso_size=0):
        self.start, self.field = start, field
        self.gso_type, self.gso_size = gso_type, gso_size

    def header(self):
        size = self.start + 20 if self.gso_type else 0
        return struct.pack(
            VIRTIO_HEADER, VIRTIO_NEEDS_CSUM, self.gso_type, size, self.gso_size, self.start, self.field - self.start
        )  # fmt: skip


class Port:
    """A packet socket on a device of a network namespace, given as a path."""

    def __init__(self, namespace, device="eth0"):
        own = os.open("/proc/self/ns/net", os.O_RDONLY)
        there = os.open(namespace, os.O_RDONLY)
        try:
            enter(there)
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            for option in (PACKET_AUXDATA, PACKET_VNET_HDR, PACKET_IGNORE_OUTGOING):
                self.socket.setsockopt(SOL_PACKET, option, 1)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
            self.socket.bind((device, ETH_P_ALL))
            self.socket.settimeout(TIMEOUT)
        finally:
            enter(own)
            os.close(own)
            os.close(there)

    def send(self, frame, opening=None):
        header = opening.header() if opening else bytes(VIRTIO_HEADER_SIZE)
        self.socket.send(header + frame)

    def receive(self):
        """Returns the next frame as a device would send it: with the VLAN tag of
        the metadata in the frame, and with a complete checksum."""
        data, extra, _, _ = self.socket.recvmsg(FRAME_MAX, socket.CMSG_SPACE(struct.calcsize(AUXDATA)))
        flags, _, _, _, start, offset = struct.unpack_from(VIRTIO_HEADER, data)
        frame = data[VIRTIO_HEADER_SIZE:]
        if flags & VIRTIO_NEEDS_CSUM:
            frame = close_sum(frame, start, start + offset)
        status, _, _, _, _, tci, tpid = struct.unpack_from(AUXDATA, extra[0][2])
        if status & TP_STATUS_VLAN_VALID:
            frame = frame[:12] + struct.pack("!HH", tpid, tci) + frame[12:]
        return frame

    def close(self):
        self.socket.close()


def enter(namespace):
    if libc.setns(namespace, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


class Pair:
    """A client and a server. They have no addresses, so the kernel sends nothing
    by itself."""

    def __init__(self, mtu=MTU):
        self.mtu = str(mtu)
        name = f"tgt-wire-{os.getpid()}"
        self.client, self.server = name + "-client", name + "-server"

    def __enter__(self):
        for host in (self.client, self.server):
            run("ip", "netns", "add", host)
            self.inside(host, "sysctl", "-q", "net.ipv6.conf.default.disable_ipv6=1")
        run(
            "ip", "-n", self.client, "link", "add", "eth0", "address", CLIENT_MAC, "mtu", self.mtu, "type", "veth",
            "peer", "name", "eth0", "address", SERVER_MAC, "mtu", self.mtu, "netns", self.server,
        )  # fmt: skip
        for host in (self.client, self.server):
            run("ip", "-n", host, "link", "set", "eth0", "up")
            self.inside(host, "tc", "qdisc", "add", "dev", "eth0", "clsact")
        return self

    def __exit__(self, *_):
        quiet(TAILGATE, "--netns", self.server, "detach", "eth0")
        for host in (self.client, self.server):
            quiet("ip", "netns", "del", host)

    def inside(self, host, *command):
        run("nsenter", f"--net=/run/netns/{host}", *command)

    def on_server(self, *words):
        run(TAILGATE, "--netns", self.server, *words)

    def server_says(self, *words):
        command = (TAILGATE, "--netns", self.server, *words)
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout

    def take_xdp_answers(self):
        self.inside(self.client, "ip", "link", "set", "eth0", "xdpdrv", "obj", PROGRAMS, "sec", "xdp")

    def offload(self, setting):
        for host in (self.client, self.server):
            self.inside(host, "ethtool", "-K", "eth0", "rxvlan", setting, "txvlan", setting)

    def untag(self, host, wanted):
        """Sets whether this host sends VLAN tags in the metadata."""
        where = ("dev", "eth0", "egress", "pref", "1")
        if wanted:
            self.inside(
                host, "tc", "filter", "replace", *where, "handle", "1", "protocol", "all",
                "bpf", "da", "obj", PROGRAMS, "sec", "egress",
            )  # fmt: skip
        else:
            quiet("nsenter", f"--net=/run/netns/{host}", "tc", "filter", "del", *where)
