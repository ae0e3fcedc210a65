include "Framing.dfy"
// Runs with five faulty replicas among seven: the correct replicas 5 and 6 end up in disagreement, and what their logs prove is too little.
module PbftUnaccused {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftSystem
  import opened PbftTrace
  import opened PbftPlayer
  import opened PbftScene
  import opened PbftOneView

  function VcsOf(v: View, stable: CkCert, P: map<SeqNo, PCert>): map<Id, VC> { map j: Id | j in Five :: VC(v, stable, P, j) }
  method Lies(s: Scene, V: map<Id, VC>) { for j := 0 to 5 { s.Lie(V[j]); } }
  method CommitAt5(s: Scene, v: View, h: Digest) { s.Stand(Five, v, h, 1, A); s.Proof(5, v, h, 1, A, Five); }
  method CommitAt6(s: Scene, v: View, h: Digest) { s.Stand(Five, v, h, 1, B); s.Proof(6, v, h, 1, B, Five); }

  method BothInView0() {
    var s := new Scene(Seven());
    CommitAt5(s, 0, NoNv);
    CommitAt6(s, 0, NoNv);
    s.Ends(Unaccused(5, 6));
  }
  // A in view 0; the faulty report P, and the new-view proposes O; B in view 1.
  method InView1(stable: CkCert, P: map<SeqNo, PCert>, O: map<SeqNo, Digest>) {
    var s := new Scene(Seven());
    CommitAt5(s, 0, NoNv);
    for j := 0 to 5 { if stable.seqno > 0 { s.Send(Checkpoint(1, stable.digest, j)); } }
    if 1 in P { s.Say(Five, 0, NoNv, 1, P[1].digest); }
    var V := VcsOf(1, stable, P);
    Lies(s, V);
    s.Lead(1, V, O);
    s.Give(6, NewView(1, V, O));
    s.Ask(6, 2);
    CommitAt6(s, 1, s.p.nvHash(1, V, O));
    s.Ends(Unaccused(5, 6));
  }
  method OlderReported() {                   // B's votes in view 0, A committed in view 1, B from view 0 reported for view 2
    var s := new Scene(Seven());
    s.Say(Five, 0, NoNv, 1, B);
    var V := VcsOf(1, Genesis(s.p), map[]);
    Lies(s, V);
    s.Lead(1, V, map[]);
    s.Give(5, NewView(1, V, map[]));
    s.Ask(5, 2);
    CommitAt5(s, 1, s.p.nvHash(1, V, map[]));
    var W := VcsOf(2, Genesis(s.p), map[1 := PCert(0, 1, B, NoNv, Five)]);
    Lies(s, W);
    s.Lead(2, W, map[1 := B]);
    s.Give(6, NewView(2, W, map[1 := B]));
    s.Ask(6, 3);
    CommitAt6(s, 2, s.p.nvHash(2, W, map[1 := B]));
    s.Ends(Unaccused(5, 6));
  }
  method Unexplained(votesOnly: bool) {      // the new-view behind B's certificate conceals A, and replica 6 never gets it
    var s := new Scene(Seven());
    CommitAt5(s, 0, NoNv);
    var V := VcsOf(1, Genesis(s.p), map[]);
    Lies(s, V);
    s.Lead(1, V, map[]);
    var h := s.p.nvHash(1, V, map[]);
    s.Stand(Five, 1, h, 1, B);
    s.Ask(6, 3);
    if votesOnly { s.Do(6, LCommitted(CCert(1, 1, B, Five), PCert(1, 1, B, h, Five))); }
    else {
      var W := VcsOf(2, Genesis(s.p), map[1 := PCert(1, 1, B, h, Five)]);
      Lies(s, W);
      s.Lead(2, W, map[1 := B]);
      s.Give(6, NewView(2, W, map[1 := B]));
      CommitAt6(s, 2, s.p.nvHash(2, W, map[1 := B]));
    }
    s.Ends(Unaccused(5, 6));
  }
  method OtherNewView() {                    // votes of view 2 name the new-view of view 1
    var s := new Scene(Seven());
    var V := VcsOf(1, Genesis(s.p), map[]);
    Lies(s, V);
    s.Lead(1, V, map[]);
    var h := s.p.nvHash(1, V, map[]);
    s.Give(5, NewView(1, V, map[]));
    s.Ask(5, 2);
    CommitAt5(s, 1, h);
    s.Give(6, NewView(1, V, map[]));
    s.Ask(6, 3);
    CommitAt6(s, 2, h);
    s.Ends(Unaccused(5, 6));
  }
  method TwoStates() {                       // both checkpoints of place 1 are signed; one only inside a view-change
    var s := new Scene(Seven());
    CommitAt5(s, 0, NoNv);
    s.Do(5, LExecute);
    s.Do(5, LCheckpoint);
    for j := 0 to 5 { s.Send(Checkpoint(1, s.R(5).ckpts[1], j)); }
    s.Stable(5, 1, Five);
    var ck := CkCert(1, s.p.stHash(1, Never), Five);
    for j := 0 to 5 { s.Send(Checkpoint(1, ck.digest, j)); }
    var V := VcsOf(1, ck, map[]);
    Lies(s, V);
    s.Lead(1, V, map[]);
    s.Enter({6}, 1, V, map[]);
    s.Do(6, LTransfer(ck, Never));
    s.Ends(Unaccused(5, 6));
  }
  method Malformed() {
    var s := new Scene(Four({1}));
    var vc := VC(1, Genesis(s.p), map[1 := PCert(0, 1, B, NoNv, {})], 1);
    s.Lie(vc);
    s.Give(0, ViewChange(vc));
    s.Ends(Spared(0, 1));
  }

  // ---- sets of messages ----
  function Said(v: View, h: Digest, d: Digest): set<Msg> {
    (set j: Id | j in Five :: if j == v % 7 then PrePrepare(v, 1, d, h) else Prepare(v, 1, d, h, j)) + Acks(v, d)
  }
  function Acks(v: View, d: Digest): set<Msg> { set j: Id | j in Five :: Commit(v, 1, d, j) }
  function Cc(v: View, d: Digest): CCert { CCert(v, 1, d, Five) }
  function Pc(v: View, h: Digest, d: Digest): PCert { PCert(v, 1, d, h, Five) }
  method WithoutNewView() {                  // B's votes name a new-view that is not in the set
    var s := new Scene(Seven());
    s.Ends(Closed(Said(0, NoNv, A) + Said(1, 9, B), Cc(0, A), Pc(0, NoNv, A), Cc(1, B), Pc(1, 9, B)));
  }
  method WithoutVotes() {                    // the votes behind what is reported are not in the set
    var s := new Scene(Seven());
    var V := VcsOf(1, Genesis(s.p), map[1 := Pc(0, NoNv, B)]);
    var h := s.p.nvHash(1, V, map[1 := B]);
    var vcs := set j: Id | j in Five :: ViewChange(V[j]);
    s.Ends(Closed(Said(0, NoNv, A) + vcs + {NewView(1, V, map[1 := B])} + Said(1, h, B), Cc(0, A), Pc(0, NoNv, A), Cc(1, B), Pc(1, h, B)));
  }
  method Circle() {                          // each of two new-views rests on votes that name the other
    var s := new Scene(Setup(7, 2, 1, 4, 4, Five, Short));
    var O: map<SeqNo, Digest> := map[1 := B];
    var h1, h2 := s.p.nvHash(1, map[], O), s.p.nvHash(2, map[], O);
    var V := VcsOf(1, Genesis(s.p), map[1 := Pc(2, h2, B)]);
    var W := VcsOf(2, Genesis(s.p), map[1 := Pc(1, h1, B)]);
    var vcs := set U: map<Id, VC>, j: Id | U in {V, W} && j in Five :: ViewChange(U[j]);
    var S := Said(0, NoNv, A) + vcs + {NewView(1, V, O), NewView(2, W, O)} + Said(1, h1, B) + Said(2, h2, B);
    s.Ends(Closed(S, Cc(0, A), Pc(0, NoNv, A), Cc(1, B), Pc(1, h1, B)));
  }
  method TwoClaims() {
    var s := new Scene(Seven());
    var S := set d: Digest, j: Id | d in {1, 2} && j in Five :: Checkpoint(1, d, j);
    s.Ends(Claimed(S, CkCert(1, 1, Five), CkCert(1, 2, Five)));
  }

  method Play(name: string) returns (known: bool) {
    known := true;
    var p := ParamsOf(Seven());
    if name == "judge-equivocation" { BothInView0(); }
    else if name == "judge-amnesia" || name == "contents-view-changes" { InView1(Genesis(p), map[], map[]); }
    else if name in {"judge-unjustified", "justifies-anything", "respects-digest"} { InView1(Genesis(p), map[1 := Pc(0, NoNv, A)], map[1 := A]); }
    else if name == "contents-votes" { InView1(Genesis(p), map[1 := Pc(0, NoNv, B)], map[1 := B]); }
    else if name == "respects-place" { InView1(CkCert(1, p.stHash(1, p.Apply(p.Init(), A)), Five), map[], map[]); }
    else if name == "reports-any-view" { OlderReported(); }
    else if name == "known-above" || name == "known-new-view" { Unexplained(false); }
    else if name == "known-proof" { Unexplained(true); }
    else if name == "justifies-other-view" { OtherNewView(); }
    else if name == "contents-checkpoints" { TwoStates(); }
    else if name == "judge-bad-view-change" { Malformed(); }
    else if name == "evidence-without-new-view" { WithoutNewView(); }
    else if name == "closed-without-certificates" { WithoutVotes(); }
    else if name == "vc-view" { Circle(); }
    else if name == "checkpoints-unclaimed" { TwoClaims(); }
    else { known := false; }
  }
}
