#!/usr/bin/env python3
"""Writes traces of a PBFT cluster that is not this project's: pbft.trace/1, profile osdi99 or fabric-pq.

Written from docs/trace-format.md and docs/event-catalogue.md alone, with the standard library alone. Four replicas of a counter run three
requests in view 0, with a checkpoint after the second. Digests are SHA-256 of whatever this program likes; the format asks only that equal
things have equal digests.

    trace.py good                 a trace that conforms
    trace.py one-by-one           the same, by replicas that do one thing a step: what follows from a message comes steps later
    trace.py few-prepares         replica 2 commits request 1 with the pre-prepare and its own prepare only
    trace.py other-batch          replica 3 executes request 2 in the place of request 1
    trace.py other-results        replica 1 gives another result for request 2 than the others
    trace.py other-checkpoint     replica 1 signs for another state after request 2 than the others
    trace.py never-sent           replica 1 receives a prepare of replica 3 that replica 3 did not send
    trace.py no-commit            replica 2 has the votes for request 1 and never commits it
    trace.py no-checkpoint        replica 3 executes request 3 and has not signed for the state after request 2
    trace.py unfinished           replica 1 has all commits for request 3 and does not execute it
    trace.py caught-up            replica 3 hears of nothing, and then takes over the state after request 2
    trace.py view-change          good, and then a view change, of which the profile carries no certificates
    trace.py dropped-place        the same, and the new-view replaces request 3, which all have prepared, by the null request
    trace.py left-place           the same, and the new-view does not speak of request 3
    trace.py other-primary        the same, and the new-view is sent by replica 2
    trace.py absent-asker         the same, and the new-view names replica 0, which asked for nothing
    trace.py hidden-place         good with a view change, and replica 2 does not report that it has prepared request 3

Two more arguments name another profile (osdi99 if it is left out) and how messages are authenticated (signatures).
"""
import hashlib
import json
import sys

N, F, K = 4, 1, 2
FAULTS = [
    "good", "one-by-one", "few-prepares", "other-batch", "other-results", "other-checkpoint", "never-sent",
    "no-commit", "no-checkpoint", "unfinished", "caught-up", "view-change", "hidden-place",
    "dropped-place", "left-place", "other-primary", "absent-asker",
]
VIEW_CHANGES = FAULTS[FAULTS.index("view-change"):]
PROFILES = ["osdi99", "fabric-pq"]
AUTHENTICATIONS = ["signatures", "macs", "none"]
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


def checkpoint(n, who, fault):
    state = ["another state", n] if fault == "other-checkpoint" and who == 1 else ["state", n]
    return {"sequenceNumber": str(n), "stateDigest": digest(state), "replica": who}


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
        if fault == "no-commit" and n == 1 and replica.number == 2:
            replica.step("prepare", vote(n, needed[-1]))
        elif fault == "one-by-one":
            replica.step("prepare", vote(n, needed[-1]))
            replica.step("request", REQUESTS[n - 1])
            replica.step(send=[mine])
        else:
            replica.step("prepare", vote(n, needed[-1]), send=[mine])


def decide_and_execute(replicas, n, fault):
    """Each replica executes with the second commit that it gets from another, or with the third if it did not commit itself."""
    for replica in replicas:
        others = [i for i in range(N) if i != replica.number and not (fault == "no-commit" and n == 1 and i == 2)]
        request = REQUESTS[1] if fault == "other-batch" and n == 1 and replica.number == 3 else REQUESTS[n - 1]
        quiet = fault == "no-commit" and n == 1 and replica.number == 2
        needed = others[:3] if quiet else others[:2]
        for other in needed[:-1]:
            replica.step("commit", vote(n, other))
        line = replica.step("commit", vote(n, needed[-1]))
        if fault == "unfinished" and n == 3 and replica.number == 1:
            replica.step("request", REQUESTS[0])
            replica.step("request", REQUESTS[1])
            continue
        if fault == "one-by-one":
            replica.step("request", REQUESTS[n - 1])
            line = replica.step()
        if n % K == 0 and not (fault == "no-checkpoint" and replica.number == 3):
            line["send"] = [replica.to_others("checkpoint", checkpoint(n, replica.number, fault))]
        line["execute"] = [execute(replica, n, request)]
        if fault == "other-results" and n == 2 and replica.number == 1:
            line["execute"][0]["results"] = ["whatever"]


def make_stable(replicas, n, fault):
    """A replica that did not sign the same makes nothing stable; the others take the checkpoints of those that did."""
    signers = [i for i in range(N) if (fault, i) not in (("no-checkpoint", 3), ("other-checkpoint", 1))]
    for replica in [replicas[i] for i in signers]:
        others = [i for i in signers if i != replica.number]
        replica.step("checkpoint", checkpoint(n, others[0], fault))
        replica.step("checkpoint", checkpoint(n, others[1], fault), stable=[{"sequenceNumber": str(n), "stateDigest": digest(["state", n])}])


def change_view(replicas, fault, profile):
    """View 1: everybody has prepared request 3 above the checkpoint at 2, so it is carried over."""
    place = {"sequenceNumber": "3", "batchDigest": digest([REQUESTS[2]])}

    def wish(who):
        claims = [dict({"view": "0"}, **place)]
        message = {
            "view": "1",
            "sequenceNumber": "2",
            "stateDigest": digest(["state", 2]),
            "prepared": [] if fault == "hidden-place" and who == 2 else claims,
        }
        if profile == "fabric-pq":
            message["prePrepared"] = claims
        return dict(message, replica=who)

    carried = {"dropped-place": [dict(place, batchDigest=None)], "left-place": []}.get(fault, [place])
    starter = 2 if fault == "other-primary" else 1
    new_view = {
        "view": "1",
        "viewChanges": [0, 1, 2] if fault == "absent-asker" else [1, 2, 3],
        "carried": carried,
        "replica": starter,
    }
    for replica in replicas[1:]:
        replica.step(send=[replica.to_others("view-change", wish(replica.number))])
    if fault == "other-primary":
        replicas[2].step("view-change", wish(1))
        replicas[2].step("view-change", wish(3), send=[replicas[2].to_others("new-view", new_view)])
        return
    replicas[1].step("view-change", wish(2))
    own = replicas[1].to_others("new-view", new_view)
    replicas[1].step("view-change", wish(3), send=[own, replicas[1].to_others("pre-prepare", pre_prepare(3, 1))])
    for replica in replicas[2:]:
        replica.step("new-view", new_view)
        replica.step("pre-prepare", pre_prepare(3, 1), send=[replica.to_others("prepare", vote(3, replica.number, 1))])


def catch_up(replica):
    """Nobody needed what this replica sent."""
    del replica.steps[1:]
    replica.step("checkpoint", checkpoint(2, 0, "caught-up"))
    taken = {"sequenceNumber": "2", "stateDigest": digest(["state", 2])}
    replica.step("checkpoint", checkpoint(2, 1, "caught-up"), installed=[taken])


def header(profile, authentication):
    return {
        "schema": "pbft.trace/1",
        "profile": profile,
        "authentication": authentication,
        "implementation": "trace.py",
        "cluster": "foreign",
        "service": "counter",
        "configuration": {"replicas": N, "faults": F, "checkpointPeriod": K, "logMultiplier": 2},
    }


def in_order(line):
    fields = ["replica", "step", "restart", "receive", "send", "execute", "stable", "installed"]
    return {field: line[field] for field in fields if field in line}


def choose(arguments):
    wanted = [FAULTS, PROFILES, AUTHENTICATIONS]
    chosen = arguments + ["osdi99", "signatures"][len(arguments) - 1:]
    if not arguments or len(chosen) != len(wanted) or any(word not in words for word, words in zip(chosen, wanted)):
        sys.exit("usage: trace.py %s [%s [%s]]" % tuple("|".join(words) for words in wanted))
    return chosen


def main():
    fault, profile, authentication = choose(sys.argv[1:])
    replicas = [Replica(i) for i in range(N)]
    for n in range(1, len(REQUESTS) + 1):
        propose_and_prepare(replicas, n)
        commit(replicas, n, fault)
        decide_and_execute(replicas, n, fault)
        if n % K == 0:
            make_stable(replicas, n, fault)
    if fault == "caught-up":
        catch_up(replicas[3])
    if fault in VIEW_CHANGES:
        change_view(replicas, fault, profile)
    print(json.dumps(header(profile, authentication)))
    for replica in replicas:
        for line in replica.steps:
            print(json.dumps(in_order(line)))


if __name__ == "__main__":
    main()
