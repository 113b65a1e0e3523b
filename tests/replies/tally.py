# SPDX-License-Identifier: GPL-2.0-only
"""The forms of reject that are compared, and counts of the results."""

import os
import subprocess
from collections import Counter

BUILD = os.path.join(os.path.dirname(os.path.realpath(__file__)), "../../build")
FORMS = {
    "auto": "reject",
    "reset": "reject with reset tcp",
    "port": "reject with port",
    "host": "reject with host",
    "admin": "reject with admin",
}
ETHERNET_MIN = 60
MISMATCHES_MAX = 10
ANSWER_MAX = 48  # size of the headers before the quoted packet


def write_policy(folder, form):
    path = os.path.join(folder, form + ".policy")
    with open(path, "w") as file:
        file.write(f"default drop\n{FORMS[form]}\n")
    return path


def compile_policy(folder, form):
    target = os.path.join(folder, form + ".o")
    command = [BUILD + "/tg-policy", "compile", write_policy(folder, form), "-o", target]
    subprocess.run(command, check=True)
    return target


def matches(frame, expected, seen):
    """True if the frame is the expected reply. It may be padded, because the kernel
    does not shorten an skb to less than the start of its transport header."""
    if expected is None or seen is None:
        return expected is None and seen is None
    room = max(len(expected), len(frame) + ANSWER_MAX, ETHERNET_MIN)
    return seen.startswith(expected) and len(seen) <= room


class Tally:
    """Counts, and prints the first mismatches in full."""

    def __init__(self):
        self.answers, self.silences, self.mismatches = Counter(), Counter(), 0

    def take(self, where, form, frame, expected, seen, note=""):
        if matches(frame, expected, seen):
            (self.silences if expected is None else self.answers)[where] += 1
            return
        self.mismatches += 1
        if self.mismatches <= MISMATCHES_MAX:
            print(f"# mismatch: {where}, {FORMS[form]}{note}")
            for name, value in (("frame", frame), ("wanted", expected), ("seen", seen)):
                print(f"#   {name:7}{value.hex() if value else 'silence'}")

    def end(self, seed):
        for where in sorted(self.answers | self.silences):
            print(f"# {where}: {self.answers[where]} answers, {self.silences[where]} silences")
        print(f"{self.answers.total()} answers, {self.silences.total()} silences, {self.mismatches} mismatches, seed {seed}")
        return 1 if self.mismatches or not self.answers or not self.silences else 0
