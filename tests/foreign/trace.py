#!/usr/bin/env python3
"""Writes traces of a PBFT cluster that is not this project's: pbft.trace/1, profile osdi99.

Written from docs/trace-format.md and docs/event-catalogue.md alone, with the standard library alone. Four replicas of a counter run three
requests in view 0, with a checkpoint after the second. Digests are SHA-256 of whatever this program likes; the format asks only that equal
things have equal digests.

    trace.py good                 a trace that conforms
    trace.py few-prepares         replica 2 commits request 1 with the pre-prepare and its own prepare only
    trace.py other-batch          replica 3 executes request 2 in the place of request 1
    trace.py never-sent           replica 1 receives a prepare of replica 3 that replica 3 did not send
    trace.py view-change          good, and then a view change, of which the profile carries no certificates
"""
import hashlib
import json
import sys

N, F, K = 4, 1, 2
CLIENT = 7
REQUESTS = [{"client": str(CLIENT), "timestamp": str(t), "operation": "add %d" % t} for t in (1, 2, 3)]


def digest(thing):
    return hashlib.sha256(json.dumps(thing, sort_keys=True).encode()).hexdigest()


class Replica:
    """What one replica writes down."""

    def __init__(self, number):
        self.number = number
        self.steps = [{"replica": number, "step": "0", "restart": True}]
        self.total = 0

    def step(self, kind=None, message=None, **more):
        line = {"replica": self.number, "step": str(len(self.steps))}
        if kind:
            line["receive"] = {"kind": kind, "message": message}
        line.update(more)
        self.steps.append(line)
        return line

    def to_others(self, kind, message):
        others = [i for i in range(N) if i != self.number]
        return {"to": others, "kind": kind, "message": message}


def vote(n, who, view=0):
    return {"view": str(view), "sequenceNumber": str(n), "batchDigest": digest([REQUESTS[n - 1]]), "replica": who}


def pre_prepare(n, view=0):
    return dict(vote(n, view % N, view), batch=[REQUESTS[n - 1]])


def checkpoint(n, who):
    return {"sequenceNumber": str(n), "stateDigest": digest(["state", n]), "replica": who}


def execute(replica, n, request):
    replica.total += int(request["operation"].split()[1])
    return {
        "sequenceNumber": str(n),
        "batchDigest": digest([request]),
        "results": [str(replica.total)],
        "serviceDigest": digest(["counter", replica.total]),
    }


def propose_and_prepare(replicas, n):
    """The primary proposes request n, and the backups vote; each gets the votes of the others."""
    replicas[0].step("request", REQUESTS[n - 1], send=[replicas[0].to_others("pre-prepare", pre_prepare(n))])
    for backup in replicas[1:]:
        backup.step("pre-prepare", pre_prepare(n), send=[backup.to_others("prepare", vote(n, backup.number))])


def commit(replicas, n, fault):
    """Each replica commits with the second vote that it gets from another backup, or with the first if that makes three with its own."""
    for replica in replicas:
        mine = replica.to_others("commit", vote(n, replica.number))
        voters = [i for i in range(1, N) if i != replica.number]
        if fault == "few-prepares" and n == 1 and replica.number == 2:
            replica.step(send=[mine])
            continue
        if fault == "never-sent" and n == 2 and replica.number == 1:
            forged = dict(vote(n, 3), batchDigest=digest("nobody proposed this"))
            replica.step("prepare", forged)
        needed = voters[:2] if replica.number == 0 else voters[:1]
        for voter in needed[:-1]:
            replica.step("prepare", vote(n, voter))
        replica.step("prepare", vote(n, needed[-1]), send=[mine])


def decide_and_execute(replicas, n, fault):
    """Each replica executes with the second commit that it gets from another."""
    for replica in replicas:
        others = [i for i in range(N) if i != replica.number]
        replica.step("commit", vote(n, others[0]))
        request = REQUESTS[1] if fault == "other-batch" and n == 1 and replica.number == 3 else REQUESTS[n - 1]
        line = replica.step("commit", vote(n, others[1]))
        if n % K == 0:
            line["send"] = [replica.to_others("checkpoint", checkpoint(n, replica.number))]
        line["execute"] = [execute(replica, n, request)]


def make_stable(replicas, n):
    for replica in replicas:
        others = [i for i in range(N) if i != replica.number]
        replica.step("checkpoint", checkpoint(n, others[0]))
        replica.step("checkpoint", checkpoint(n, others[1]), stable=[{"sequenceNumber": str(n), "stateDigest": digest(["state", n])}])


def change_view(replicas):
    """View 1: everybody has prepared request 3 above the checkpoint at 2, so it is carried over."""
    place = {"sequenceNumber": "3", "batchDigest": digest([REQUESTS[2]])}

    def wish(who):
        return {
            "view": "1",
            "sequenceNumber": "2",
            "stateDigest": digest(["state", 2]),
            "prepared": [dict({"view": "0"}, **place)],
            "replica": who,
        }

    new_view = {"view": "1", "viewChanges": [1, 2, 3], "carried": [place], "replica": 1}
    for replica in replicas[1:]:
        replica.step(send=[replica.to_others("view-change", wish(replica.number))])
    replicas[1].step("view-change", wish(2))
    own = replicas[1].to_others("new-view", new_view)
    replicas[1].step("view-change", wish(3), send=[own, replicas[1].to_others("pre-prepare", pre_prepare(3, 1))])
    for replica in replicas[2:]:
        replica.step("new-view", new_view)
        replica.step("pre-prepare", pre_prepare(3, 1), send=[replica.to_others("prepare", vote(3, replica.number, 1))])


def header():
    return {
        "schema": "pbft.trace/1",
        "profile": "osdi99",
        "authentication": "signatures",
        "implementation": "trace.py",
        "cluster": "foreign",
        "service": "counter",
        "configuration": {"replicas": N, "faults": F, "checkpointPeriod": K, "logMultiplier": 2},
    }


def in_order(line):
    fields = ["replica", "step", "restart", "receive", "send", "execute", "stable"]
    return {field: line[field] for field in fields if field in line}


def main():
    faults = ["good", "few-prepares", "other-batch", "never-sent", "view-change"]
    if len(sys.argv) != 2 or sys.argv[1] not in faults:
        sys.exit("usage: trace.py " + "|".join(faults))
    fault = sys.argv[1]
    replicas = [Replica(i) for i in range(N)]
    for n in range(1, len(REQUESTS) + 1):
        propose_and_prepare(replicas, n)
        commit(replicas, n, fault)
        decide_and_execute(replicas, n, fault)
        if n % K == 0:
            make_stable(replicas, n)
    if fault == "view-change":
        change_view(replicas)
    print(json.dumps(header()))
    for replica in replicas:
        for line in replica.steps:
            print(json.dumps(in_order(line)))


if __name__ == "__main__":
    main()
