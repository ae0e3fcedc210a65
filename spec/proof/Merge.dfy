include "TraceSound.dfy"
// The order in which the logs of several replicas are merged does not matter; and restarts add no behaviors.
module PbftMerge {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftSystem
  import opened PbftInvariant
  import opened PbftPreserve
  import opened PbftEvidence
  import opened PbftTrace
  import opened PbftTraceSound

  // The replica whose log holds the event; None: the environment's.
  ghost predicate About(ev: Event, i: Id) { (ev.Deliver? && ev.i == i) || (ev.Act? && ev.i == i) }
  ghost predicate Apart(a: Event, b: Event) { a.EnvSend? || b.EnvSend? || a.i != b.i }
  // What b delivers was sent before: it does not depend on what the event before it sent.
  ghost predicate Independent(e: Env, t: TState, b: Event) { b.Deliver? ==> AuthDeep(e, t.net, b.m) }

  // Swapping two adjacent events of different replicas, of which the second does not deliver what the first sent, changes nothing.
  lemma Swap(e: Env, t: TState, a: Event, b: Event)
    requires Apart(a, b) && Independent(e, t, b)
    requires Check(e, t, a).Some? && Check(e, Check(e, t, a).value, b).Some?
    ensures Check(e, t, b).Some? && Check(e, Check(e, t, b).value, a).Some?
    ensures Check(e, Check(e, t, b).value, a) == Check(e, Check(e, t, a).value, b)
  {
    var ta, tb := Check(e, t, a).value, Check(e, t, b).value;
    AuthMono(e, t.net, t.net + (if b.EnvSend? then {b.m} else if b.Act? then b.out else {}));
    assert Check(e, t, b).Some?;
    var tab, tba := Check(e, ta, b).value, Check(e, tb, a).value;
    assert tab.net == tba.net;
    assert tab.peers == tba.peers;
  }

  // The same within a trace: the swapped trace is accepted as well, with the same end.
  lemma SwapInTrace(e: Env, t: TState, before: seq<Event>, a: Event, b: Event, after: seq<Event>)
    requires Run(e, t, before + [a] + [b] + after).Some? && Run(e, t, before).Some?
    requires Apart(a, b) && Independent(e, Run(e, t, before).value, b)
    ensures Run(e, t, before + [b] + [a] + after) == Run(e, t, before + [a] + [b] + after)
    decreases |after|
  {
    var evs, evs' := before + [a] + [b] + after, before + [b] + [a] + after;
    if |after| == 0 {
      assert evs == before + [a] + [b] && evs' == before + [b] + [a];
      RunOne(e, t, before + [a], b);
      RunOne(e, t, before, a);
      RunOne(e, t, before + [b], a);
      RunOne(e, t, before, b);
      Swap(e, Run(e, t, before).value, a, b);
    } else {
      var rest, last := after[..|after| - 1], after[|after| - 1];
      assert evs == before + [a] + [b] + rest + [last] && evs' == before + [b] + [a] + rest + [last];
      RunOne(e, t, before + [a] + [b] + rest, last);
      RunOne(e, t, before + [b] + [a] + rest, last);
      SwapInTrace(e, t, before, a, b, rest);
    }
  }
  lemma RunOne(e: Env, t: TState, evs: seq<Event>, ev: Event)
    ensures Run(e, t, evs + [ev]) == match Run(e, t, evs) case None => None case Some(t') => Check(e, t', ev)
  {
    assert (evs + [ev])[..|evs|] == evs;
  }

  // ---- the local verdict ----
  // One event of replica i's own log, judged by that log alone.
  function LocalCheck(p: Params, i: Id, x: Peer, ev: Event): Option<Peer> {
    match ev
    case EnvSend(_) => Some(x)
    case Deliver(_, m) => LocalDeliver(p, x, m)
    case Act(_, l, out) => if CanAct(p, i, x, l) && out == Sent(p, i, x, l) then Some(LocalAct(p, i, x, l)) else None
  }
  function LocalRun(p: Params, i: Id, x: Peer, evs: seq<Event>): Option<Peer> {
    if |evs| == 0 then Some(x)
    else match LocalRun(p, i, x, evs[..|evs| - 1])
      case None => None
      case Some(x') => LocalCheck(p, i, x', evs[|evs| - 1])
  }
  // replica i's log within a merged trace
  ghost function LogOf(evs: seq<Event>, i: Id): seq<Event> {
    if |evs| == 0 then []
    else
      var ev := evs[|evs| - 1];
      if About(ev, i) then LogOf(evs[..|evs| - 1], i) + [ev] else LogOf(evs[..|evs| - 1], i)
  }

  // The local verdict does not depend on the merge: in an accepted trace every replica's log is accepted alone, with the same replica
  // at the end. Two merges of the same logs end with the same replicas.
  lemma LocalVerdict(e: Env, evs: seq<Event>, i: Id)
    requires i < e.p.n && Run(e, InitTrace(e.p), evs).Some?
    ensures var t := Run(e, InitTrace(e.p), evs).value;
      |t.peers| == e.p.n && LocalRun(e.p, i, InitPeer(e.p), LogOf(evs, i)) == Some(t.peers[i])
  {
    if |evs| > 0 {
      var front, ev := evs[..|evs| - 1], evs[|evs| - 1];
      LocalVerdict(e, front, i);
      if About(ev, i) {
        var log := LogOf(front, i);
        assert (log + [ev])[..|log|] == log;
      }
    }
  }
  lemma MergesAgree(e: Env, evs: seq<Event>, evs': seq<Event>)
    requires Run(e, InitTrace(e.p), evs).Some? && Run(e, InitTrace(e.p), evs').Some?
    requires forall i: Id {:trigger LogOf(evs, i)} :: i < e.p.n ==> LogOf(evs, i) == LogOf(evs', i)
    ensures Run(e, InitTrace(e.p), evs).value.peers == Run(e, InitTrace(e.p), evs').value.peers
  {
    var t, t' := Run(e, InitTrace(e.p), evs).value, Run(e, InitTrace(e.p), evs').value;
    LocalVerdict(e, evs, 0);
    LocalVerdict(e, evs', 0);
    forall i: Id | i < e.p.n ensures t.peers[i] == t'.peers[i] {
      LocalVerdict(e, evs, i);
      LocalVerdict(e, evs', i);
      assert LogOf(evs, i) == LogOf(evs', i);
    }
  }

  // What the join asks of a trace: every signature on a delivered message verifies against what was sent before it, and the
  // environment signs for no correct replica.
  ghost predicate Joined(e: Env, net: set<Msg>, ev: Event) {
    match ev
    case EnvSend(m) => !Honest(e, Sender(e.p, m))
    case Deliver(i, m) => Honest(e, i) && AuthDeep(e, net, m)
    case Act(i, _, _) => Honest(e, i)
  }
  // The verdict is the local verdicts and the join, nothing else.
  lemma LocalAndJoin(e: Env, t: TState, ev: Event)
    requires |t.peers| == e.p.n
    ensures Check(e, t, ev).Some? <==>
      Joined(e, t.net, ev) && (ev.EnvSend? || LocalCheck(e.p, ev.i, t.peers[ev.i], ev).Some?)
    ensures Check(e, t, ev).Some? && !ev.EnvSend? ==>
      Check(e, t, ev).value.peers == t.peers[ev.i := LocalCheck(e.p, ev.i, t.peers[ev.i], ev).value]
  {
  }

  // what is sent in a trace
  ghost function NetOf(evs: seq<Event>): set<Msg> {
    if |evs| == 0 then {}
    else
      var ev := evs[|evs| - 1];
      NetOf(evs[..|evs| - 1]) + (match ev case EnvSend(m) => {m} case Act(_, _, out) => out case Deliver(_, _) => {})
  }
  ghost predicate JoinOk(e: Env, evs: seq<Event>) {
    |evs| > 0 ==> JoinOk(e, evs[..|evs| - 1]) && Joined(e, NetOf(evs[..|evs| - 1]), evs[|evs| - 1])
  }
  ghost predicate LocalOk(e: Env, evs: seq<Event>) {
    forall i: Id {:trigger LogOf(evs, i)} :: i < e.p.n ==> LocalRun(e.p, i, InitPeer(e.p), LogOf(evs, i)).Some?
  }
  // A merged trace is accepted if and only if every replica's log is accepted alone, and the join is.
  lemma VerdictIs(e: Env, evs: seq<Event>)
    ensures Run(e, InitTrace(e.p), evs).Some? <==> JoinOk(e, evs) && LocalOk(e, evs)
    ensures Run(e, InitTrace(e.p), evs).Some? ==> Run(e, InitTrace(e.p), evs).value.net == NetOf(evs)
  {
    if |evs| > 0 {
      var front, ev := evs[..|evs| - 1], evs[|evs| - 1];
      VerdictIs(e, front);
      if Run(e, InitTrace(e.p), front).Some? {
        LocalVerdict(e, front, 0);
        LocalAndJoin(e, Run(e, InitTrace(e.p), front).value, ev);
        if JoinOk(e, evs) && !ev.EnvSend? { LastLocal(e, front, ev); }
      }
      if Run(e, InitTrace(e.p), evs).Some? {
        forall i: Id | i < e.p.n ensures LocalRun(e.p, i, InitPeer(e.p), LogOf(evs, i)).Some? { LocalVerdict(e, evs, i); }
      } else if LocalOk(e, evs) {
        LocalOkFront(e, evs);
      }
    }
  }
  lemma LastLocal(e: Env, front: seq<Event>, ev: Event)
    requires Run(e, InitTrace(e.p), front).Some? && !ev.EnvSend? && ev.i < e.p.n
    ensures var t := Run(e, InitTrace(e.p), front).value;
      |t.peers| == e.p.n && LocalRun(e.p, ev.i, InitPeer(e.p), LogOf(front + [ev], ev.i)) == LocalCheck(e.p, ev.i, t.peers[ev.i], ev)
    ensures (front + [ev])[..|front|] == front
  {
    LocalVerdict(e, front, ev.i);
    assert (front + [ev])[..|front|] == front;
    var log := LogOf(front, ev.i);
    assert LogOf(front + [ev], ev.i) == log + [ev] && (log + [ev])[..|log|] == log;
  }
  lemma LocalOkFront(e: Env, evs: seq<Event>)
    requires |evs| > 0 && LocalOk(e, evs)
    ensures LocalOk(e, evs[..|evs| - 1])
    ensures var ev := evs[|evs| - 1]; !ev.EnvSend? && ev.i < e.p.n ==> LocalRun(e.p, ev.i, InitPeer(e.p), LogOf(evs[..|evs| - 1] + [ev], ev.i)).Some?
  {
    var front, ev := evs[..|evs| - 1], evs[|evs| - 1];
    assert front + [ev] == evs;
    forall i: Id | i < e.p.n ensures LocalRun(e.p, i, InitPeer(e.p), LogOf(front, i)).Some? {
      assert LocalRun(e.p, i, InitPeer(e.p), LogOf(evs, i)).Some?;
      var log := LogOf(front, i);
      if About(ev, i) { assert LogOf(evs, i) == log + [ev] && (log + [ev])[..|log|] == log; }
    }
    if !ev.EnvSend? && ev.i < e.p.n { assert LocalRun(e.p, ev.i, InitPeer(e.p), LogOf(evs, ev.i)).Some?; }
  }
  // So the order of merging does not matter: any two merges of the same logs, in both of which what is delivered was sent before,
  // are both accepted or both refused.
  lemma AnyMerge(e: Env, evs: seq<Event>, evs': seq<Event>)
    requires JoinOk(e, evs) && JoinOk(e, evs')
    requires forall i: Id {:trigger LogOf(evs, i)} {:trigger LogOf(evs', i)} :: i < e.p.n ==> LogOf(evs, i) == LogOf(evs', i)
    ensures Run(e, InitTrace(e.p), evs).Some? <==> Run(e, InitTrace(e.p), evs').Some?
    ensures Run(e, InitTrace(e.p), evs).Some? ==> Run(e, InitTrace(e.p), evs).value.peers == Run(e, InitTrace(e.p), evs').value.peers
  {
    VerdictIs(e, evs);
    VerdictIs(e, evs');
    assert LocalOk(e, evs) <==> LocalOk(e, evs');
    if Run(e, InitTrace(e.p), evs).Some? { MergesAgree(e, evs, evs'); }
  }

  // ---- restarts ----
  // A restart whose durable part is all that had left changes nothing: a trace without its restarts is accepted with the same end.
  ghost predicate IsRestart(ev: Event) { ev.Act? && ev.l.LRestart? }
  lemma RestartStutters(e: Env, t: TState, ev: Event)
    requires IsRestart(ev) && Check(e, t, ev).Some?
    ensures Check(e, t, ev).value == t
  {
    var x := t.peers[ev.i];
    assert Sent(e.p, ev.i, x, ev.l) == {} && Gained(ev.l) == {};
    assert LocalAct(e.p, ev.i, x, ev.l) == x;
    assert t.peers[ev.i := x] == t.peers;
  }
  ghost function WithoutRestarts(evs: seq<Event>): seq<Event> {
    if |evs| == 0 then []
    else
      var rest := WithoutRestarts(evs[..|evs| - 1]);
      if IsRestart(evs[|evs| - 1]) then rest else rest + [evs[|evs| - 1]]
  }
  lemma RestartsAddNothing(e: Env, t: TState, evs: seq<Event>)
    requires Run(e, t, evs).Some?
    ensures Run(e, t, WithoutRestarts(evs)) == Run(e, t, evs)
  {
    if |evs| > 0 {
      var front, ev := evs[..|evs| - 1], evs[|evs| - 1];
      RestartsAddNothing(e, t, front);
      if IsRestart(ev) { RestartStutters(e, Run(e, t, front).value, ev); }
      else { RunOne(e, t, WithoutRestarts(front), ev); }
    }
  }
}
