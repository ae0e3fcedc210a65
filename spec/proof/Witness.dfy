include "Runs.dfy"
include "Accountability.dfy"
// The hypotheses of the theorems can be met, all together: there are digests without collisions, and an environment with such digests
// and one faulty replica of four in which every act occurs.
module PbftWitness {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftSystem
  import opened PbftAccountability
  import opened PbftTrace
  import opened PbftRuns

  // ---- numbers for everything (ghost: only that they exist matters) ----
  // 2^x * (2m + 1)
  ghost function Pair(x: nat, m: nat): nat
    decreases x
  {
    if x == 0 then 2 * m + 1 else 2 * Pair(x - 1, m)
  }
  lemma PairInj(x: nat, m: nat, x': nat, m': nat)
    requires Pair(x, m) == Pair(x', m')
    ensures x == x' && m == m'
    decreases x
  {
    if x > 0 && x' > 0 { PairInj(x - 1, m, x' - 1, m'); }
  }
  lemma PairPos(x: nat, m: nat)
    ensures Pair(x, m) > 0
    decreases x
  {
    if x > 0 { PairPos(x - 1, m); }
  }
  ghost function SeqNum(s: seq<nat>): nat { if |s| == 0 then 0 else Pair(s[0], SeqNum(s[1..])) }
  lemma SeqInj(s: seq<nat>, s': seq<nat>)
    requires SeqNum(s) == SeqNum(s')
    ensures s == s'
  {
    if |s| > 0 { PairPos(s[0], SeqNum(s[1..])); }
    if |s'| > 0 { PairPos(s'[0], SeqNum(s'[1..])); }
    if |s| > 0 && |s'| > 0 {
      PairInj(s[0], SeqNum(s[1..]), s'[0], SeqNum(s'[1..]));
      SeqInj(s[1..], s'[1..]);
      assert s == [s[0]] + s[1..] && s' == [s'[0]] + s'[1..];
    }
  }
  // the elements of a set, in some order
  ghost function Listing(S: set<nat>): seq<nat> {
    if S == {} then [] else
      var x :| x in S;
      [x] + Listing(S - {x})
  }
  lemma ListingHas(S: set<nat>)
    ensures forall x :: x in S <==> x in Listing(S)
  {
    if S != {} {
      var x :| x in S && Listing(S) == [x] + Listing(S - {x});
      ListingHas(S - {x});
    }
  }
  ghost function SetNum(S: set<nat>): nat { SeqNum(Listing(S)) }
  lemma SetInj(S: set<nat>, S': set<nat>)
    requires SetNum(S) == SetNum(S')
    ensures S == S'
  {
    SeqInj(Listing(S), Listing(S'));
    ListingHas(S);
    ListingHas(S');
  }
  ghost function ValueAt(m: map<nat, nat>, k: nat): nat { if k in m then m[k] else 0 }
  ghost function Values(m: map<nat, nat>, ks: seq<nat>): seq<nat> { seq(|ks|, i requires 0 <= i < |ks| => ValueAt(m, ks[i])) }
  ghost function MapNum(m: map<nat, nat>): nat { Pair(SetNum(m.Keys), SeqNum(Values(m, Listing(m.Keys)))) }
  lemma MapInj(m: map<nat, nat>, m': map<nat, nat>)
    requires MapNum(m) == MapNum(m')
    ensures m == m'
  {
    var ks, ks' := Listing(m.Keys), Listing(m'.Keys);
    PairInj(SetNum(m.Keys), SeqNum(Values(m, ks)), SetNum(m'.Keys), SeqNum(Values(m', ks')));
    SetInj(m.Keys, m'.Keys);
    SeqInj(ks, ks');
    SeqInj(Values(m, ks), Values(m', ks'));
    ListingHas(m.Keys);
    forall k | k in m ensures k in m' && m[k] == m'[k] {
      assert k in m.Keys && k in ks;
      var i :| 0 <= i < |ks| && ks[i] == k;
      assert Values(m, ks)[i] == m[k] && Values(m', ks)[i] == m'[k];
    }
    assert m.Keys == m'.Keys;
  }

  // ---- states ----
  ghost function CachedNum(x: Cached): nat { Pair(x.ts, x.result) }
  ghost function RepliesNum(m: map<nat, Cached>): nat { MapNum(map k: nat | k in m :: CachedNum(m[k])) }
  ghost function EntryNum(x: Entry): nat { SeqNum([x.base, SetNum(x.above), RepliesNum(x.replies)]) }
  ghost function TableNum(m: map<Client, Entry>): nat { MapNum(map k: nat | k in m :: EntryNum(m[k])) }
  ghost function StateNum(n: SeqNo, st: State): nat { SeqNum([n, st.app, TableNum(st.table)]) }

  lemma RepliesInj(m: map<nat, Cached>, m': map<nat, Cached>)
    requires RepliesNum(m) == RepliesNum(m')
    ensures m == m'
  {
    var a, a' := map k: nat | k in m :: CachedNum(m[k]), map k: nat | k in m' :: CachedNum(m'[k]);
    MapInj(a, a');
    assert a.Keys == m.Keys && a'.Keys == m'.Keys;
    forall k | k in m ensures m[k] == m'[k] {
      assert a[k] == a'[k];
      PairInj(m[k].ts, m[k].result, m'[k].ts, m'[k].result);
    }
  }
  lemma EntryInj(x: Entry, x': Entry)
    requires EntryNum(x) == EntryNum(x')
    ensures x == x'
  {
    var s, s' := [x.base, SetNum(x.above), RepliesNum(x.replies)], [x'.base, SetNum(x'.above), RepliesNum(x'.replies)];
    SeqInj(s, s');
    assert s[0] == s'[0] && s[1] == s'[1] && s[2] == s'[2];
    SetInj(x.above, x'.above);
    RepliesInj(x.replies, x'.replies);
  }
  lemma TableInj(m: map<Client, Entry>, m': map<Client, Entry>)
    requires TableNum(m) == TableNum(m')
    ensures m == m'
  {
    var a, a' := map k: nat | k in m :: EntryNum(m[k]), map k: nat | k in m' :: EntryNum(m'[k]);
    MapInj(a, a');
    assert a.Keys == m.Keys && a'.Keys == m'.Keys;
    forall k | k in m ensures m[k] == m'[k] {
      assert a[k] == a'[k];
      EntryInj(m[k], m'[k]);
    }
  }
  lemma StateInj(n: SeqNo, st: State, n': SeqNo, st': State)
    requires StateNum(n, st) == StateNum(n', st')
    ensures n == n' && st == st'
  {
    var s, s' := [n, st.app, TableNum(st.table)], [n', st'.app, TableNum(st'.table)];
    SeqInj(s, s');
    assert s[0] == s'[0] && s[1] == s'[1] && s[2] == s'[2];
    TableInj(st.table, st'.table);
  }

  // ---- new-views ----
  ghost function CertNum(c: PCert): nat { SeqNum([c.view, c.seqno, c.digest, c.nv, SetNum(c.voters)]) }
  ghost function CkNum(c: CkCert): nat { SeqNum([c.seqno, c.digest, SetNum(c.signers)]) }
  ghost function CertsNum(m: map<SeqNo, PCert>): nat { MapNum(map k: nat | k in m :: CertNum(m[k])) }
  ghost function VcNum(vc: VC): nat { SeqNum([vc.newView, CkNum(vc.stable), CertsNum(vc.P), vc.from]) }
  ghost function VcsNum(m: map<Id, VC>): nat { MapNum(map k: nat | k in m :: VcNum(m[k])) }
  ghost function NvNum(v: View, V: map<Id, VC>, O: map<SeqNo, Digest>): nat { SeqNum([v, VcsNum(V), MapNum(O)]) }

  lemma CertInj(c: PCert, c': PCert)
    requires CertNum(c) == CertNum(c')
    ensures c == c'
  {
    var s, s' := [c.view, c.seqno, c.digest, c.nv, SetNum(c.voters)], [c'.view, c'.seqno, c'.digest, c'.nv, SetNum(c'.voters)];
    SeqInj(s, s');
    assert s[0] == s'[0] && s[1] == s'[1] && s[2] == s'[2] && s[3] == s'[3] && s[4] == s'[4];
    SetInj(c.voters, c'.voters);
  }
  lemma CkInj(c: CkCert, c': CkCert)
    requires CkNum(c) == CkNum(c')
    ensures c == c'
  {
    var s, s' := [c.seqno, c.digest, SetNum(c.signers)], [c'.seqno, c'.digest, SetNum(c'.signers)];
    SeqInj(s, s');
    assert s[0] == s'[0] && s[1] == s'[1] && s[2] == s'[2];
    SetInj(c.signers, c'.signers);
  }
  lemma CertsInj(m: map<SeqNo, PCert>, m': map<SeqNo, PCert>)
    requires CertsNum(m) == CertsNum(m')
    ensures m == m'
  {
    var a, a' := map k: nat | k in m :: CertNum(m[k]), map k: nat | k in m' :: CertNum(m'[k]);
    MapInj(a, a');
    assert a.Keys == m.Keys && a'.Keys == m'.Keys;
    forall k | k in m ensures m[k] == m'[k] {
      assert a[k] == a'[k];
      CertInj(m[k], m'[k]);
    }
  }
  lemma VcInj(x: VC, x': VC)
    requires VcNum(x) == VcNum(x')
    ensures x == x'
  {
    var s, s' := [x.newView, CkNum(x.stable), CertsNum(x.P), x.from], [x'.newView, CkNum(x'.stable), CertsNum(x'.P), x'.from];
    SeqInj(s, s');
    assert s[0] == s'[0] && s[1] == s'[1] && s[2] == s'[2] && s[3] == s'[3];
    CkInj(x.stable, x'.stable);
    CertsInj(x.P, x'.P);
  }
  lemma VcsInj(m: map<Id, VC>, m': map<Id, VC>)
    requires VcsNum(m) == VcsNum(m')
    ensures m == m'
  {
    var a, a' := map k: nat | k in m :: VcNum(m[k]), map k: nat | k in m' :: VcNum(m'[k]);
    MapInj(a, a');
    assert a.Keys == m.Keys && a'.Keys == m'.Keys;
    forall k | k in m ensures m[k] == m'[k] {
      assert a[k] == a'[k];
      VcInj(m[k], m'[k]);
    }
  }
  lemma NvInj(v: View, V: map<Id, VC>, O: map<SeqNo, Digest>, v': View, V': map<Id, VC>, O': map<SeqNo, Digest>)
    requires NvNum(v, V, O) == NvNum(v', V', O')
    ensures v == v' && V == V' && O == O'
  {
    var s, s' := [v, VcsNum(V), MapNum(O)], [v', VcsNum(V'), MapNum(O')];
    SeqInj(s, s');
    assert s[0] == s'[0] && s[1] == s'[1] && s[2] == s'[2];
    VcsInj(V, V');
    MapInj(O, O');
  }

  // ---- the environment ----
  ghost function Exec(a: App, rs: seq<Digest>): (App, seq<Result>) { (a + |rs|, seq(|rs|, _ => 1)) }
  ghost function WitnessParams(): Params {
    Params(4, 1, 1, 4, 4, 0, (a, rs) => Exec(a, rs), (q: Digest) => Req(q, 1, q), (_: Digest) => [1],
           (n, st) => StateNum(n, st), (v, V, O) => NvNum(v, V, O))
  }
  ghost function WitnessEnv(): Env { Env(WitnessParams(), {3}) }

  lemma NoCollisions()
    ensures EnvOk(WitnessEnv()) && CollisionFree(WitnessParams())
  {
    var p := WitnessParams();
    forall n, st, n', st' | p.stHash(n, st) == p.stHash(n', st') ensures n == n' && st == st' { StateInj(n, st, n', st'); }
    forall v, V, O, v', V', O' | p.nvHash(v, V, O) == p.nvHash(v', V', O') ensures v == v' && V == V' && O == O' {
      NvInj(v, V, O, v', V', O');
    }
  }

  // All hypotheses hold together of a trace in which every act occurs.
  lemma Satisfiable() returns (e: Env, evs: seq<Event>)
    ensures EnvOk(e) && CollisionFree(e.p) && e.p.n >= 3 * e.p.f + 1 && |e.faulty| == e.p.f == 1
    ensures Run(e, InitTrace(e.p), evs).Some?
    ensures ActedIn(evs, LPropose(1, 1)) && ActedIn(evs, LPrepare(1, 1)) && ActedIn(evs, LExecute) && ActedIn(evs, LCheckpoint)
    ensures ActedIn(evs, LRestart) && ActedIn(evs, LViewChange(1))
    ensures (exists pc :: ActedIn(evs, LCommit(pc))) && (exists cc, pc :: ActedIn(evs, LCommitted(cc, pc)))
    ensures (exists ck :: ActedIn(evs, LStable(ck))) && (exists ck, st :: ActedIn(evs, LTransfer(ck, st)))
    ensures (exists V, O :: ActedIn(evs, LNewView(V, O))) && (exists V, O :: ActedIn(evs, LEnterView(1, V, O)))
  {
    e := WitnessEnv();
    NoCollisions();
    evs := EveryActOccurs(e, 1, 1);
  }
}
