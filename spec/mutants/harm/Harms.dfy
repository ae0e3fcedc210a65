include "Player.dfy"
// What counts as harm at the end of a run. Each is said in its own words here, and not by the specification's guards, so that a change of
// a guard does not change what is harm.
module PbftHarms {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftSystem
  import opened PbftEvidence
  import opened PbftTrace
  import opened PbftPlayer

  function Number(n: nat): string { if n < 10 then [("0123456789")[n]] else Number(n / 10) + [("0123456789")[n % 10]] }
  function NumberList(ns: seq<nat>): string {
    if |ns| == 0 then "nothing" else if |ns| == 1 then Number(ns[0]) else NumberList(ns[..|ns| - 1]) + ", " + Number(ns[|ns| - 1])
  }
  method Ids(S: set<Id>) returns (s: string) {
    var ids: seq<nat> := [];
    for i := 0 to 20 { if i in S { ids := ids + [i]; } }
    s := NumberList(ids);
    if ids == [] { s := "nobody"; }
  }
  function RepeatedIn(rs: seq<Digest>): bool { exists a, b :: 0 <= a < b < |rs| && rs[a] == rs[b] }
  function Correct(e: Env): set<Id> { set i: Id | i < e.p.n && i !in e.faulty }
  // Offences are between two messages of one signer, or of a vote and the new-view that it names.
  function Accused(p: Params, S: set<Msg>): set<Id> { GuiltySet(p, S) }

  function BatchesName(i: nat): string { if i == 1 then " batch" else " batches" }

  // "" if the harm is not there
  method Happened(e: Env, t: TState, h: Harm, refused: string) returns (s: string) {
    match h {
      case Fork(i, j, n) => s := HappenedFork(t, i, j, n);
      case Diverged(i, j) => s := HappenedDiverged(t, i, j);
      case Twice(i) => s := HappenedTwice(t, i);
      case NeverAsked(i) => s := HappenedNeverAsked(t, i);
      case Without(i, q) => s := HappenedWithout(t, i, q);
      case Unsigned(i, n) => s := HappenedUnsigned(e, t, i, n);
      case Framed(i) => s := HappenedFramed(e, t, i);
      case Unaccused(i, j) => s := HappenedUnaccused(e, t, i, j);
      case Spared(i, who) => s := HappenedSpared(e, t, i, who);
      case Closed(S, c1, p1, c2, p2) => s := HappenedClosed(e, S, c1, p1, c2, p2);
      case Claimed(S, k1, k2) => s := HappenedClaimed(e, S, k1, k2);
      case Stuck => s := if refused == "" then "" else "STUCK: what a correct replica should do is refused (" + refused + ")";
      case Foreign(i) => s := HappenedForeign(e, t, i);
      case WrongReply(c) => s := HappenedReply(e, t, c);
      case Kept(i, c) => s := HappenedKept(e, t, i, c);
      case OutsideWindow(i, c) => s := HappenedOutside(e, t, i, c);
      case NoBatch(i, n) => s := HappenedNoBatch(t, i, n);
      case Pruned(i, l) => s := HappenedPruned(e, t, i, l);
      case Harmless(i, j) => s := HappenedHarmless(t, i, j);
    }
  }
  method HappenedFork(t: TState, i: Id, j: Id, n: SeqNo) returns (s: string) {
    var a, b := t.peers[i].r.committed, t.peers[j].r.committed;
    if !(n in a && n in b && a[n] != b[n]) { return ""; }
    var x, y, di, dj, dn := Number(i), Number(j), Number(a[n]), Number(b[n]), Number(n);
    return "FORK: at place " + dn + " replica " + x + " has committed " + di + " and replica " + y + " has committed " + dj;
  }
  method HappenedDiverged(t: TState, i: Id, j: Id) returns (s: string) {
    var a, b := t.peers[i].r, t.peers[j].r;
    if a.lastExec != b.lastExec || a.state.app == b.state.app { return ""; }
    var x, y, n := Number(i), Number(j), Number(a.lastExec);
    var ha := NumberList(Digits(a.state.app));
    var hb := NumberList(Digits(b.state.app));
    return "DIVERGED: after " + n + BatchesName(a.lastExec) + " replica " + x + " has executed " + ha + " and replica " + y + " " + hb;
  }
  method HappenedTwice(t: TState, i: Id) returns (s: string) {
    if !RepeatedIn(Digits(t.peers[i].r.state.app)) { return ""; }
    var x := Number(i);
    var ha := NumberList(Digits(t.peers[i].r.state.app));
    return "TWICE: replica " + x + " has executed " + ha;
  }
  method HappenedNeverAsked(t: TState, i: Id) returns (s: string) {
    var rs := Digits(t.peers[i].r.state.app);
    if forall q :: q in rs ==> Request(q) in t.net { return ""; }
    var x := Number(i);
    var ha := NumberList(rs);
    return "NEVER ASKED: replica " + x + " has executed " + ha + ", and no client has sent it";
  }
  method HappenedWithout(t: TState, i: Id, q: Digest) returns (s: string) {
    var r := t.peers[i].r;
    if q in Digits(r.state.app) || !(exists n :: n in r.committed && r.committed[n] % 100 == q) { return ""; }
    var x, y := Number(i), Number(q);
    var ha := NumberList(Digits(r.state.app));
    return "LOST: request " + y + " is committed and replica " + x + " never executes it; it has executed " + ha;
  }
  method HappenedUnsigned(e: Env, t: TState, i: Id, n: SeqNo) returns (s: string) {
    if !(exists m :: m in t.net && m.PrePrepare? && m.view % e.p.n == i && m.seqno == n && exists q :: q in Pairs(m.digest) && Request(q) !in t.net) { return ""; }
    var x := Number(i);
    return "NEVER ASKED: the correct primary " + x + " has proposed what no client has sent, and no correct replica may accept it";
  }
  method HappenedFramed(e: Env, t: TState, i: Id) returns (s: string) {
    var proofs := set a, b | a in t.net && b in t.net && Sender(e.p, a) == i && Judge(e.p, a, b).Some? :: (a, b);
    if i in e.faulty || proofs == {} { return ""; }
    var offences := set ab | ab in proofs :: Judge(e.p, ab.0, ab.1).value;
    var x := Number(i);
    var o := if Equivocation in offences then "equivocation" else if Amnesia in offences then "amnesia"
      else if UnjustifiedVote in offences then "an unjustified vote" else if BadViewChange in offences then "a malformed view-change" else "a wrong new-view";
    return "FRAMED: the messages of the run prove the correct replica " + x + " guilty of " + o;
  }
  method HappenedUnaccused(e: Env, t: TState, i: Id, j: Id) returns (s: string) {
    var a, b := t.peers[i].r, t.peers[j].r;
    var fork := exists n :: n in a.committed && n in b.committed && a.committed[n] != b.committed[n];
    var diverged := a.lastExec == b.lastExec && a.state.app != b.state.app;
    var accused := Accused(e.p, t.peers[i].log + t.peers[j].log);
    if !(fork || diverged) || |accused| > e.p.f { return ""; }
    var x, y := Number(i), Number(j);
    var who := Ids(accused);
    return "UNACCUSED: replicas " + x + " and " + y + (if fork then " have committed different batches" else " have different states") + ", and their logs accuse " + who;
  }
  method HappenedSpared(e: Env, t: TState, i: Id, who: Id) returns (s: string) {
    if who in Accused(e.p, t.peers[i].log) { return ""; }
    var x, y := Number(i), Number(who);
    return "UNACCUSED: the log of replica " + x + " does not accuse the faulty replica " + y;
  }
  method HappenedClosed(e: Env, S: set<Msg>, c1: CCert, p1: PCert, c2: CCert, p2: PCert) returns (s: string) {
    var accused := Accused(e.p, S);
    if !(PbftEvidence.CommitProof(e.p, S, c1, p1) && PbftEvidence.CommitProof(e.p, S, c2, p2) && ClosedAt(e.p, S, c1.seqno)) || |accused| > e.p.f || c1.digest == c2.digest { return ""; }
    var who := Ids(accused);
    return "UNACCUSED: evidence that counts as whole proves a fork and accuses " + who;
  }
  method HappenedClaimed(e: Env, S: set<Msg>, k1: CkCert, k2: CkCert) returns (s: string) {
    var accused := Accused(e.p, S);
    if !(CkProof(e.p, S, k1) && CkProof(e.p, S, k2)) || |accused| > e.p.f { return ""; }
    var who := Ids(accused);
    return "UNACCUSED: two stable checkpoints are proved at one place, and the evidence accuses " + who;
  }
  method HappenedForeign(e: Env, t: TState, i: Id) returns (s: string) {
    var ck := t.peers[i].r.stable;
    if ck.seqno == 0 || exists j :: j in Correct(e) && Checkpoint(ck.seqno, ck.digest, j) in t.net { return ""; }
    var x := Number(i);
    return "FOREIGN: the stable checkpoint of replica " + x + " was signed by no correct replica";
  }
  method HappenedReply(e: Env, t: TState, c: RCert) returns (s: string) {
    if !(ValidRCert(e.p, c) && AuthRCert(e, t.net, c)) { return ""; }
    if exists i :: i in Correct(e) && t.peers[i].r.lastExec > 0 && c.result == t.peers[i].r.state.app { return ""; }
    var x, y := Number(c.client), Number(c.result);
    return "WRONG REPLY: client " + x + " accepts " + y + ", which no correct replica has computed";
  }
  method HappenedKept(e: Env, t: TState, i: Id, c: Client) returns (s: string) {
    var table := t.peers[i].r.state.table;
    if c !in table { return ""; }
    var kept := table[c].replies;
    var x, y, w := Number(i), Number(|kept|), Number(e.p.W);
    if |kept| > e.p.W { return "UNBOUNDED: replica " + x + " keeps " + y + " replies of a client whose window is " + w; }
    if exists k :: k in kept && Reply(c, kept[k].ts, kept[k].result, i) !in t.net {
      return "WRONG REPLY: the reply that replica " + x + " keeps is not the one that it sent";
    }
    return "";
  }
  method HappenedOutside(e: Env, t: TState, i: Id, c: Client) returns (s: string) {
    var table := t.peers[i].r.state.table;
    if c !in table || forall ts :: ts in table[c].above ==> table[c].base < ts <= table[c].base + e.p.W { return ""; }
    var x, y := Number(i), Number(c);
    return "UNBOUNDED: the table of replica " + x + " holds a timestamp outside the window of client " + y;
  }
  method HappenedNoBatch(t: TState, i: Id, n: SeqNo) returns (s: string) {
    var x := t.peers[i];
    if x.r.lastExec < n || exists m :: m in x.log && m.Body? && m.seqno == n { return ""; }
    var a, b := Number(i), Number(n);
    return "NO BATCH: replica " + a + " has executed place " + b + " and never had its batch";
  }

  method HappenedPruned(e: Env, t: TState, i: Id, l: Local) returns (s: string) {
    var x := t.peers[i];
    if !CanAct(e.p, i, x, l) || CanAct(e.p, i, Prune(e.p, x), l) { return ""; }
    var a := Number(i);
    return "FALSE ALARM: the pruned log of the correct replica " + a + " refuses what its whole log allows";
  }
  method HappenedHarmless(t: TState, i: Id, j: Id) returns (s: string) {
    var a, b := t.peers[i].r, t.peers[j].r;
    if exists n :: n in a.committed && n in b.committed && a.committed[n] != b.committed[n] { return ""; }
    if a.lastExec == b.lastExec && a.state.app != b.state.app { return ""; }
    var x, y := Number(i), Number(j);
    return "HARMLESS: the run uses the change, and replicas " + x + " and " + y + " agree";
  }

  // ---- playing ----
  // How a run ends: where it is refused, or the harm, or neither.
  method Play(run: Recorded) returns (s: string) {
    var t := InitTrace(ParamsOf(run.setup));
    var why := "";
    for k := 0 to |run.moves| {
      var at := Number(k + 1);
      var made := Make(run.setup, t, run.moves[k]);
      var last := k == |run.moves| - 1;
      if made.1 != "" && !(last && run.harm.Stuck?) { return "refused at move " + at + ": " + made.1; }
      t := made.0;
      why := made.1;
    }
    s := Happened(EnvOf(run.setup), t, run.harm, why);
    if s == "" { s := Otherwise(EnvOf(run.setup), t, run.harm); }
  }
  // What the right specification does instead, where it refuses nothing.
  method Otherwise(e: Env, t: TState, h: Harm) returns (s: string) {
    s := "no harm";
    match h {
      case Twice(i) => var x := NumberList(Digits(t.peers[i].r.state.app)); s := s + ": executed " + x;
      case NeverAsked(i) => var x := NumberList(Digits(t.peers[i].r.state.app)); s := s + ": executed " + x;
      case Without(i, _) => var x := NumberList(Digits(t.peers[i].r.state.app)); s := s + ": executed " + x;
      case Framed(i) => s := s + ": not accused";
      case Unaccused(i, j) => var x := Ids(Accused(e.p, t.peers[i].log + t.peers[j].log)); s := s + ": accused are " + x;
      case Spared(i, _) => var x := Ids(Accused(e.p, t.peers[i].log)); s := s + ": accused are " + x;
      case Closed(S, c1, p1, c2, p2) => var x := Ids(Accused(e.p, S));
        var whole := PbftEvidence.CommitProof(e.p, S, c1, p1) && PbftEvidence.CommitProof(e.p, S, c2, p2) && ClosedAt(e.p, S, c1.seqno);
        s := s + (if whole then ": accused are " + x else ": the evidence does not count as whole");
      case Claimed(S, _, _) => var x := Ids(Accused(e.p, S)); s := s + ": accused are " + x;
      case Stuck => s := s + ": it may";
      case WrongReply(_) => s := s + ": the client does not accept it";
      case _ =>
    }
  }
}
