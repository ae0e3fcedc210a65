include "Harms.dfy"
// Writes a run down while it is made: messages that an act needs are delivered just before it.
module PbftScene {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftSystem
  import opened PbftEvidence
  import opened PbftTrace
  import opened PbftPlayer
  import opened PbftHarms

  const A: Digest := 11          // requests: client, timestamp
  const B: Digest := 21
  const C: Digest := 31
  const X: Digest := 41          // what no client sends
  const NoCerts: map<SeqNo, PCert> := map[]

  function Four(faulty: set<Id>): Setup { Setup(4, 1, 1, 4, 4, faulty, Own) }
  // Five of seven replicas are faulty, a quorum of their own: what they do is in the evidence alone.
  function Seven(): Setup { Setup(7, 2, 1, 4, 4, {0, 1, 2, 3, 4}, Own) }
  const Five: set<Id> := {0, 1, 2, 3, 4}

  class Scene {
    const s: Setup
    const e: Env
    const p: Params
    var t: TState
    var moves: seq<Move>
    var refused: string

    constructor (s: Setup) {
      this.s := s;
      this.e := EnvOf(s);
      this.p := ParamsOf(s);
      this.t := InitTrace(ParamsOf(s));
      this.moves := [];
      this.refused := "";
      new;
      Send(Request(A));
      Send(Request(B));
      Send(Request(C));
    }
    // in the name of j anything may be said: faulty, or no replica at all
    function Liar(j: Id): bool { j in s.faulty || j >= s.n }
    function R(i: Id): Replica { t.peers[i].r }
    method Move(m: Move) {
      if refused != "" { return; }
      moves := moves + [m];
      var made := Make(s, t, m);
      t := made.0;
      refused := made.1;
    }
    // a client or a faulty replica sends m
    method Send(m: Msg) { if m !in t.net { Move(Ev(EnvSend(m))); } }
    method Give(i: Id, m: Msg) { Move(Ev(Deliver(i, m))); }
    method Need(i: Id, m: Msg) { if m !in t.peers[i].log { Give(i, m); } }
    // i acts, on what it has
    method Act(i: Id, l: Local) {
      if CanAct(p, i, t.peers[i], l) { Move(Ev(Event.Act(i, l, Sent(p, i, t.peers[i], l)))); }
      else { Move(Ev(Event.Act(i, l, {}))); }
    }
    method ActSending(i: Id, l: Local, out: set<Msg>) { Move(Ev(Event.Act(i, l, out))); }
    // the same by the system's rules alone
    method Step(i: Id, a: Action) {
      Move(PbftPlayer.Move.Step(i, a, if Enabled(p, i, R(i), a) then Output(p, i, R(i), a) else {}));
    }
    method VotesTo(i: Id, c: PCert) {
      for j := 0 to 20 {
        if j in c.voters {
          Need(i, if j == c.view % p.n then PrePrepare(c.view, c.seqno, c.digest, c.nv) else Prepare(c.view, c.seqno, c.digest, c.nv, j));
        }
      }
    }
    method CommitsTo(i: Id, c: CCert) { for j := 0 to 20 { if j in c.signers { Need(i, Commit(c.view, c.seqno, c.digest, j)); } } }
    method CheckpointsTo(i: Id, c: CkCert) { for j := 0 to 20 { if j in c.signers { Need(i, Checkpoint(c.seqno, c.digest, j)); } } }
    method BatchTo(i: Id, n: SeqNo, d: Digest) { if d != NullOp { Need(i, Body(n, d)); } }
    method NeedsOf(i: Id, l: Local) {
      var r := R(i);
      match l {
        case LPropose(_, d) => var rs := p.Requests(d); for k := 0 to |rs| { Need(i, Request(rs[k])); }
        case LPrepare(n, d) => Need(i, PrePrepare(r.view, n, d, r.nv)); BatchTo(i, n, d);
        case LCommit(pc) => VotesTo(i, pc);
        case LCommitted(cc, pc) => VotesTo(i, pc); CommitsTo(i, cc);
        case LExecute => if r.lastExec + 1 in r.committed { BatchTo(i, r.lastExec + 1, r.committed[r.lastExec + 1]); }
        case LStable(ck) => CheckpointsTo(i, ck);
        case LTransfer(ck, _) => if ck != r.stable { CheckpointsTo(i, ck); }
        case LNewView(V, _) => for j := 0 to 20 { if j in V { Need(i, ViewChange(V[j])); } }
        case LEnterView(v, V, O) => Need(i, NewView(v, V, O));
        case _ =>
      }
    }
    // i gets what it needs, and acts
    method Do(i: Id, l: Local) { NeedsOf(i, l); Act(i, l); }
    // i gets what it needs, and should be able to act
    method Wants(i: Id, l: Local) { NeedsOf(i, l); Move(Want(i, l)); }

    // ---- agreement in the view that the first correct one of S is in ----
    method Leader(S: set<Id>) returns (i: Id) {
      i := 0;
      while i < p.n && !(i in S && i !in s.faulty) { i := i + 1; }
    }
    method Vote(j: Id, v: View, h: Digest, n: SeqNo, d: Digest) {
      if Liar(j) { Send(if j == v % p.n then PrePrepare(v, n, d, h) else Prepare(v, n, d, h, j)); }
      else if n !in R(j).accepted || R(j).accepted[n] != d { Do(j, if j == v % p.n then LPropose(n, d) else LPrepare(n, d)); }
    }
    method Votes(S: set<Id>, n: SeqNo, d: Digest) {
      var i := Leader(S);
      var v, h := R(i).view, R(i).nv;
      var first := v % p.n;
      if first in S || Liar(first) { Vote(first, v, h, n, d); }
      for j := 0 to 20 { if j in S && j != first { Vote(j, v, h, n, d); } }
    }
    function Pc(i: Id, n: SeqNo, d: Digest, S: set<Id>): PCert { PCert(R(i).view, n, d, R(i).nv, S) }
    method Commits(S: set<Id>, n: SeqNo, d: Digest, voters: set<Id>) {
      var i := Leader(S);
      var v := R(i).view;
      for j := 0 to 20 {
        if j in S {
          if Liar(j) { Send(Commit(v, n, d, j)); } else { Do(j, LCommit(Pc(j, n, d, voters))); }
        }
      }
    }
    method Decide(i: Id, n: SeqNo, d: Digest, S: set<Id>) { Do(i, LCommitted(CCert(R(i).view, n, d, S), Pc(i, n, d, S))); }
    method DecideBy(i: Id, n: SeqNo, d: Digest, S: set<Id>, voters: set<Id>) { Do(i, LCommitted(CCert(R(i).view, n, d, S), Pc(i, n, d, voters))); }
    // i commits by the system's rules alone, and what others sent need not have come
    method SettleOnlyByRules(i: Id, S: set<Id>, n: SeqNo, d: Digest) {
      var x := Leader(S);
      var v, h := R(x).view, R(x).nv;
      for j := 0 to p.n {
        if j in S && j in s.faulty { Say({j}, v, h, n, d); Send(Commit(v, n, d, j)); }
        else if j in S && n !in R(j).accepted { Step(j, AcceptPrePrepare(v, n, d, h)); }
      }
      for j := 0 to p.n { if j in S && j !in s.faulty { Step(j, SendCommit(PCert(v, n, d, h, S))); } }
      Step(i, CommitLocal(CCert(v, n, d, S), PCert(v, n, d, h, S)));
    }
    // S agree on d at n, and the correct ones among them commit
    method Settle(S: set<Id>, n: SeqNo, d: Digest) {
      Votes(S, n, d);
      Commits(S, n, d, S);
      for j := 0 to p.n { if j in S && j !in s.faulty { Decide(j, n, d, S); } }
    }
    // the same, and only i commits
    method SettleOnly(i: Id, S: set<Id>, n: SeqNo, d: Digest) { Votes(S, n, d); Commits(S, n, d, S); Decide(i, n, d, S); }
    method Executes(S: set<Id>) { for j := 0 to p.n { if j in S && j !in s.faulty { Do(j, LExecute); } } }
    // S sign the checkpoint at n that the correct ones have reached
    method Signs(S: set<Id>, n: SeqNo) {
      var i := Leader(S);
      var d := p.stHash(n, R(i).state);
      for j := 0 to p.n { if j in S { if j in s.faulty { Send(Checkpoint(n, d, j)); } else { Do(j, LCheckpoint); } } }
    }
    method Stable(i: Id, n: SeqNo, S: set<Id>) {
      if n in R(i).ckpts { Do(i, LStable(CkCert(n, R(i).ckpts[n], S))); }
    }

    // ---- view changes ----
    method Ask(i: Id, v: View) { Do(i, LViewChange(v)); }
    method Asks(S: set<Id>, v: View) { for j := 0 to p.n { if j in S && j !in s.faulty { Ask(j, v); } } }
    method AskOf(j: Id, v: View) returns (vc: VC) {
      var vcs := set m | m in t.net && m.ViewChange? && m.vc.from == j && m.vc.newView == v :: m.vc;
      if vcs == {} { vc := VC(v, Genesis(p), map[], j); } else { vc :| vc in vcs; }
    }
    method Lie(vc: VC) { Send(ViewChange(vc)); }
    // what S have asked for v; the faulty report nothing unless they have asked already
    method AsksOf(S: set<Id>, v: View) returns (V: map<Id, VC>) {
      V := map[];
      for j := 0 to p.n {
        if j in S {
          var vc := AskOf(j, v);
          if j in s.faulty { Lie(vc); }
          V := V[j := vc];
        }
      }
    }
    method Lead(v: View, V: map<Id, VC>, O: map<SeqNo, Digest>) {
      var j := v % p.n;
      if j in s.faulty { Send(NewView(v, V, O)); } else { Do(j, LNewView(V, O)); }
    }
    method Enter(S: set<Id>, v: View, V: map<Id, VC>, O: map<SeqNo, Digest>) {
      for j := 0 to p.n { if j in S && j !in s.faulty && j != v % p.n { Do(j, LEnterView(v, V, O)); } }
    }
    // the faulty vote in v for d, in the name of the new-view h
    method Say(S: set<Id>, v: View, h: Digest, n: SeqNo, d: Digest) {
      for j := 0 to p.n { if j in S { Send(if j == v % p.n then PrePrepare(v, n, d, h) else Prepare(v, n, d, h, j)); } }
    }
    // and commit
    method Stand(S: set<Id>, v: View, h: Digest, n: SeqNo, d: Digest) {
      Say(S, v, h, n, d);
      for j := 0 to p.n { if j in S { Send(Commit(v, n, d, j)); } }
    }
    // i is brought the proof that S committed d at n in v
    method Proof(i: Id, v: View, h: Digest, n: SeqNo, d: Digest, S: set<Id>) {
      Give(i, CommitProof(CCert(v, n, d, S), PCert(v, n, d, h, S), 0));
      Act(i, LCommitted(CCert(v, n, d, S), PCert(v, n, d, h, S)));
    }

    // ---- the end ----
    method Ends(harm: Harm) {
      if refused != "" && !harm.Stuck? {
        print "refused: ", refused, "\n";
        print moves[|moves| - 1], "\n";
        return;
      }
      var end := Play(Recorded(s, moves, harm));
      print s, "\n";
      for k := 0 to |moves| { print moves[k], "\n"; }
      print harm, "\n";
      print "end: ", end, "\n";
    }
  }
}
