#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""expressions.py METRICS FILE...

Prints each metric and label of expressions in FILE (a dashboard of Grafana, or
alert rules of Prometheus) that is not in METRICS, which are what 'stats
--prometheus' prints, and what is wrong with a dashboard: panels that have the
same id, that overlap, or that are empty. Exits with 1 if it printed anything.
"""
import json
import re
import sys

# labels that Prometheus adds, and metrics of others
ADDED = {"instance", "job", "severity"}
OTHERS = {"node_textfile_mtime_seconds": {"file"}}
METRIC = re.compile(r"\b((?:tailgate|node)_[a-z0-9_]+)\b(?:\{([^}]*)\})?")
LABEL = re.compile(r'([a-zA-Z_]+)\s*(?:=~|!~|!=|=)\s*"')
GROUPED = re.compile(r"\b(?:by|on|without|ignoring)\s*\(([^)]*)\)")
TEMPLATE = re.compile(r"\{\{\s*(?:\$labels\.)?([a-z_]+)\s*\}\}")

problems = []


def metrics_in(path):
    known = dict(OTHERS)
    for line in open(path):
        if line.startswith("#"):
            continue
        name, labels = METRIC.match(line).groups()
        known.setdefault(name, set()).update(LABEL.findall(labels or ""))
    return known


def check_expression(known, where, expression, legend=""):
    found = METRIC.findall(expression)
    if not found:
        problems.append(f"{where}: no metric: {expression}")
    labels = set(ADDED)
    for name, selected in found:
        if name not in known:
            problems.append(f"{where}: no metric {name}")
            continue
        labels |= known[name]
        for label in set(LABEL.findall(selected)) - known[name] - ADDED:
            problems.append(f"{where}: {name} has no label {label}")
    used = {word.strip() for group in GROUPED.findall(expression) for word in group.split(",")}
    for label in (used | set(TEMPLATE.findall(legend))) - labels:
        problems.append(f"{where}: no label {label}")


def check_places(panels):
    taken = {}
    for panel in panels:
        place = panel["gridPos"]
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                other = taken.setdefault((x, y), panel["title"])
                if other != panel["title"] or x >= 24:
                    problems.append(f"{panel['title']}: over {other}")
                    return


def check_dashboard(known, path):
    dashboard = json.load(open(path))
    panels = dashboard["panels"]
    ids = [panel["id"] for panel in panels]
    if len(set(ids)) != len(ids):
        problems.append("panels have the same id")
    check_places(panels)
    for panel in panels:
        if not panel["targets"]:
            problems.append(f"{panel['title']}: empty")
        for target in panel["targets"]:
            check_expression(known, panel["title"], target["expr"], target.get("legendFormat", ""))
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            check_expression(known, variable["name"], variable["definition"])
    for note in dashboard["annotations"]["list"]:
        check_expression(known, note["name"], note["expr"], note["titleFormat"])


# One rule after the other; without a parser of YAML, which is not installed.
def check_rules(known, path):
    for rule in open(path).read().split("- alert:")[1:]:
        expression, rest = re.search(r"expr:(.*?)\n +(?:for|labels):(.*)", rule, re.S).groups()
        legend = " ".join("{{%s}}" % word for word in re.findall(r"\$labels\.([a-z_]+)", rest))
        check_expression(known, rule.split()[0], expression, legend)


known = metrics_in(sys.argv[1])
for path in sys.argv[2:]:
    (check_dashboard if path.endswith(".json") else check_rules)(known, path)
print("\n".join(problems), end="\n" if problems else "")
sys.exit(bool(problems))
