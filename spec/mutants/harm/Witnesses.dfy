include "Stuck.dfy"
// Runs that use a change and come to no harm: the witnesses of the mutants that survive.
module PbftWitnesses {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftSystem
  import opened PbftTrace
  import opened PbftPlayer
  import opened PbftScene
  import opened PbftOneView
  import opened PbftUnaccused

  // In view 0 place m is settled as A by 0, 1 and 2, then view 1 starts with O, and n is settled as d.
  method Continues(m: SeqNo, O: map<SeqNo, Digest>, n: SeqNo, d: Digest) {
    var s := new Scene(Four({1}));
    s.Settle({0, 1, 2}, m, A);
    s.Asks({0, 2, 3}, 1);
    var V := s.AsksOf({0, 2, 3}, 1);
    s.Lead(1, V, O);
    s.Enter({0, 2, 3}, 1, V, O);
    s.Settle({0, 1, 2, 3}, n, d);
    s.Settle({0, 1, 2, 3}, m, A);
    s.Executes({0, 2, 3});
    s.Ends(Harmless(0, 3));
  }
  method AtBase(n: SeqNo, d: Digest, O: map<SeqNo, Digest>) {   // the faulty 1 reports d at n, and the new view starts at 1
    var s := new Scene(Four({1}));
    s.Settle({0, 1, 2}, 1, A);
    if n == 2 { s.Votes({0, 1, 2}, 2, d); }
    s.Executes({0, 2});
    s.Signs({0, 1, 2}, 1);
    s.Stable(0, 1, {0, 1, 2});
    s.Stable(2, 1, {0, 1, 2});
    s.Asks({0, 2, 3}, 1);
    s.Lie(VC(1, CkCert(1, s.R(0).ckpts[1], {0, 1, 2}), map[n := PCert(0, n, d, NoNv, {0, 1, 2})], 1));
    var V := s.AsksOf({0, 1, 2}, 1);
    s.Lead(1, V, O);
    s.Enter({0, 2, 3}, 1, V, O);
    s.Do(3, LTransfer(s.R(3).stable, s.R(0).state));
    s.Settle({0, 1, 2, 3}, 2, B);
    s.Executes({0, 2, 3});
    s.Ends(Harmless(0, 3));
  }
  method NotReported() {                     // 3 does not keep the certificate of a batch that others prepared
    var s := new Scene(Four({1}));
    s.Settle({0, 1, 2}, 1, A);
    s.Proof(3, 0, NoNv, 1, A, {0, 1, 2});
    s.Asks({2, 3}, 1);
    var V := s.AsksOf({1, 2, 3}, 1);
    s.Lead(1, V, map[1 := A]);
    s.Enter({2, 3}, 1, V, map[1 := A]);
    s.Settle({1, 2, 3}, 1, A);
    s.Executes({0, 3});
    s.Ends(Harmless(0, 3));
  }
  // Only a quorum of faulty replicas can use these.
  method OtherPeriod() {                     // K = 2, and place 1 becomes stable
    var s := new Scene(Setup(7, 2, 2, 4, 4, Five, Own));
    CommitAt5(s, 0, NoNv);
    s.Do(5, LExecute);
    var ck := CkCert(1, s.p.stHash(1, s.R(5).state), Five);
    for j := 0 to 5 { s.Send(Checkpoint(1, ck.digest, j)); }
    var V := VcsOf(1, ck, map[]);
    Lies(s, V);
    s.Lead(1, V, map[]);
    s.Enter({5, 6}, 1, V, map[]);
    s.Do(6, LTransfer(ck, s.R(5).state));
    s.Ends(Harmless(5, 6));
  }
  method NamedInView0() {
    var s := new Scene(Seven());
    CommitAt5(s, 0, 7);
    s.Proof(6, 0, 7, 1, A, Five);
    s.Executes({5, 6});
    s.Ends(Harmless(5, 6));
  }
  method CommitsTwice() {
    var s := new Scene(Seven());
    CommitAt5(s, 0, NoNv);
    s.Stand(Five, 0, NoNv, 1, B);
    s.Proof(5, 0, NoNv, 1, B, Five);
    s.Proof(6, 0, NoNv, 1, B, Five);
    s.Executes({5, 6});
    s.Ends(Harmless(5, 6));
  }
  method SignsEarlier() {                    // K = 2, and 0 signs at place 1
    var s := new Scene(Setup(4, 1, 2, 4, 4, {1}, Own));
    s.Settle({0, 1, 2}, 1, A);
    s.Executes({0, 2});
    s.Do(0, LCheckpoint);
    s.Settle({0, 1, 2}, 2, B);
    s.Executes({0, 2});
    s.Signs({0, 1, 2}, 2);
    s.Stable(2, 2, {0, 1, 2});
    s.Ends(Harmless(0, 2));
  }
  method StableUnreached() {                 // 3's h rises with a checkpoint that it has not signed
    var s := new Scene(Four({1}));
    s.Settle({0, 1, 2}, 1, A);
    s.Executes({0, 2});
    s.Signs({0, 1, 2}, 1);
    s.Do(3, LStable(CkCert(1, s.R(0).ckpts[1], {0, 1, 2})));
    s.Do(3, LTransfer(s.R(3).stable, s.R(0).state));
    s.Ends(Harmless(0, 3));
  }
  method NoProposal() {                      // a certificate of votes of backups alone
    var s := new Scene(Four({3}));
    s.Votes({0, 1, 2, 3}, 1, A);
    s.Commits({0, 1, 2}, 1, A, {1, 2, 3});
    s.DecideBy(0, 1, A, {0, 1, 2}, {0, 1, 2});
    s.DecideBy(2, 1, A, {0, 1, 2}, {1, 2, 3});
    s.Executes({0, 2});
    s.Ends(Harmless(0, 2));
  }

  method Play(name: string) returns (known: bool) {
    known := true;
    if name == "nv-gap" { Continues(2, map[2 := A], 1, B); }
    else if name == "nv-longer" { Continues(1, map[1 := A, 2 := NullOp], 2, NullOp); }
    else if name == "vc-below-window" { AtBase(1, A, map[]); }
    else if name == "nv-below" { AtBase(2, B, map[1 := NullOp, 2 := B]); }
    else if name == "committed-certificate-dropped" { NotReported(); }
    else if name == "checkpoint-any-place" { OtherPeriod(); }
    else if name == "pcert-view-0-new-view" { NamedInView0(); }
    else if name == "committed-twice" { CommitsTwice(); }
    else if name == "checkpoint-period" { SignsEarlier(); }
    else if name == "stable-not-own" { StableUnreached(); }
    else if name == "pcert-no-primary" { NoProposal(); }
    else { known := false; }
  }
}
