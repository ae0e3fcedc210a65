include "Evidence.dfy"
// Runs in which a correct replica can no longer do its part, or the oracle's pruned log raises a false alarm.
module PbftStuck {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftSystem
  import opened PbftTrace
  import opened PbftPlayer
  import opened PbftScene
  import opened PbftOneView

  method Normal() {                          // all vote, and nobody can commit
    var s := new Scene(Four({3}));
    s.Votes({0, 1, 2}, 1, A);
    s.Wants(2, LCommit(PCert(0, 1, A, NoNv, {0, 1, 2})));
    s.Ends(Stuck);
  }
  // Replica 2's certificate cannot be verified by others, so the primary 1 can use no view-change of it; the faulty 0 is silent.
  method LeadNot(s: Scene, O: map<SeqNo, Digest>) {
    s.Asks({1, 2, 3}, 1);
    var V := s.AsksOf({1, 2, 3}, 1);
    s.Move(WantStep(1, SendNewView(V, O)));
    s.Ends(Stuck);
  }
  method VotesUnsigned(byRules: bool) {
    var s := new Scene(Four({0}));
    s.Votes({0, 2}, 1, B);
    var pc := PCert(0, 1, B, NoNv, {0, 2, 3});
    if byRules { s.Step(2, SendCommit(pc)); } else { s.Act(2, LCommit(pc)); }
    LeadNot(s, map[1 := B]);
  }
  method ProofUnsigned() {
    var s := new Scene(Four({0}));
    s.Settle({0, 1, 2}, 1, A);
    s.Step(3, CommitLocal(CCert(0, 1, A, {0, 1, 2}), PCert(0, 1, A, NoNv, {0, 1, 3})));
    LeadNot(s, map[1 := A]);
  }
  method CheckpointUnsigned(byRules: bool) {
    var s := new Scene(Four({0}));
    s.Settle({0, 1, 2}, 1, A);
    s.Executes({2});
    s.Do(2, LCheckpoint);
    var ck := CkCert(1, s.R(2).ckpts[1], {0, 2, 3});
    if byRules { s.Step(2, MakeStable(ck)); } else { s.Act(2, LStable(ck)); }
    LeadNot(s, map[]);
  }
  method LeadByForged(byRules: bool) {       // the primary starts a view with a view-change that 2 did not send
    var s := new Scene(Four({0}));
    s.Settle({0, 1, 2}, 1, A);
    s.Asks({1, 2, 3}, 1);
    var a3 := s.AskOf(3, 1);
    var a0 := VC(1, Genesis(s.p), map[], 0);
    s.Lie(a0);
    var V := map[0 := a0, 2 := VC(1, Genesis(s.p), map[], 2), 3 := a3];
    if byRules { s.Step(1, SendNewView(V, map[])); } else { s.Act(1, LNewView(V, map[])); }
    s.Move(WantStep(3, AcceptNewView(1, V, map[])));
    s.Ends(Stuck);
  }
  method EnterForged(byRules: bool) {        // 2 enters by a new-view that the primary never sent
    var s := new Scene(Four({3}));
    s.Asks({0, 1, 2}, 1);
    var W := s.AsksOf({0, 2, 3}, 1);
    if byRules { s.Step(2, AcceptNewView(1, W, map[])); } else { s.Act(2, LEnterView(1, W, map[])); }
    var V := s.AsksOf({0, 1, 2}, 1);
    s.Lead(1, V, map[]);
    s.Wants(2, LEnterView(1, V, map[]));
    s.Ends(Stuck);
  }
  method PrepareForged(byRules: bool) {      // 2 prepares what the primary never proposed, and then refuses what it proposes
    var s := new Scene(Four({3}));
    s.Give(2, Body(1, B));
    if byRules { s.Step(2, AcceptPrePrepare(0, 1, B, NoNv)); } else { s.Act(2, LPrepare(1, B)); }
    s.Do(0, LPropose(1, A));
    s.Wants(2, LPrepare(1, A));
    s.Ends(Stuck);
  }
  method CommittedDropped() {                // what is committed and not executed is gone when h rises
    var s := new Scene(Four({1}));
    s.Settle({0, 1, 2}, 1, A);
    s.Executes({0});
    s.Do(0, LCheckpoint);
    s.Executes({2});
    s.Do(2, LCheckpoint);
    s.Send(Checkpoint(1, s.R(0).ckpts[1], 1));
    s.Stable(0, 1, {0, 1, 2});
    s.Proof(3, 0, NoNv, 1, A, {0, 1, 2});
    s.Asks({0, 3}, 1);
    var V := s.AsksOf({0, 1, 3}, 1);
    s.Lead(1, V, map[]);
    s.Enter({3}, 1, V, map[]);
    s.BatchTo(3, 1, A);
    s.Wants(3, LExecute);
    s.Ends(Stuck);
  }
  method BackAndPruned() {                   // a replica goes back to an older state, and its log is pruned already
    var s := new Scene(Four({3}));
    s.SettleOnly(0, {0, 1, 2}, 1, A);
    s.Do(0, LExecute);
    s.Move(Forget(0));
    s.Act(0, LTransfer(Genesis(s.p), s.p.Init()));
    s.Move(Want(0, LPropose(2, A)));
    s.Ends(Stuck);
  }

  // ---- pruning ----
  method Proposal() {
    var s := new Scene(Four({3}));
    s.NeedsOf(0, LPropose(1, A));
    s.Ends(Pruned(0, LPropose(1, A)));
  }
  method AgainProposed() {
    var s := new Scene(Four({3}));
    s.SettleOnly(0, {0, 1, 2}, 1, A);
    s.Do(0, LExecute);
    s.Ends(Pruned(0, LPropose(2, A)));
  }
  method Backup(l: Local) {                  // 2 has all that it needs for l
    var s := new Scene(Four({1}));
    s.Do(0, LPropose(1, A));
    s.NeedsOf(2, l);
    s.Ends(Pruned(2, l));
  }
  method Waiting() {                         // 3's batch waits for execution while h rises
    var s := new Scene(Four({1}));
    s.Settle({0, 1, 2}, 1, A);
    s.Executes({0, 2});
    s.Signs({0, 1, 2}, 1);
    s.Stable(0, 1, {0, 1, 2});
    s.Proof(3, 0, NoNv, 1, A, {0, 1, 2});
    s.Give(3, Body(1, A));
    s.Asks({0, 3}, 1);
    var V := s.AsksOf({0, 1, 3}, 1);
    s.Lead(1, V, map[]);
    s.Enter({3}, 1, V, map[]);
    s.Ends(Pruned(3, LExecute));
  }
  method Executed(what: nat) {               // 2 has executed place 1, and its commit, its proof or its checkpoint is still to come
    var s := new Scene(Four({1}));
    s.Votes({0, 1, 2, 3}, 1, A);
    s.Commits({0, 1, 3}, 1, A, {0, 1, 3});
    s.Do(2, LCommitted(CCert(0, 1, A, {0, 1, 3}), PCert(0, 1, A, NoNv, {0, 1, 3})));
    s.Do(0, LCommitted(CCert(0, 1, A, {0, 1, 3}), PCert(0, 1, A, NoNv, {0, 1, 3})));
    s.Executes({0, 2});
    if what == 0 { s.Ends(Pruned(2, LCommit(PCert(0, 1, A, NoNv, {0, 1, 3})))); }
    else if what == 1 { s.Ends(Pruned(2, LCommitted(CCert(0, 1, A, {0, 1, 3}), PCert(0, 1, A, NoNv, {0, 1, 3})))); }
    else {
      s.Signs({0, 1, 2}, 1);
      var l := LStable(CkCert(1, s.R(2).ckpts[1], {0, 1, 2}));
      s.NeedsOf(2, l);
      if what == 3 { s.Act(2, l); }
      s.Ends(Pruned(2, l));
    }
  }
  method Leading(backup: bool) {             // view 1 was asked for, and is not entered yet
    var s := new Scene(Four({3}));
    s.Asks({0, 1, 2}, 1);
    var V := s.AsksOf({0, 1, 2}, 1);
    if backup {
      s.Lead(1, V, map[]);
      s.NeedsOf(2, LEnterView(1, V, map[]));
      s.Ends(Pruned(2, LEnterView(1, V, map[])));
    } else {
      s.NeedsOf(1, LNewView(V, map[]));
      s.Ends(Pruned(1, LNewView(V, map[])));
    }
  }

  method Play(name: string) returns (known: bool) {
    known := true;
    if name == "vote-of-primary" { Normal(); }
    else if name == "received-commit" { VotesUnsigned(true); }
    else if name == "witness-votes" { VotesUnsigned(false); }
    else if name == "received-committed-votes" { ProofUnsigned(); }
    else if name == "received-stable" { CheckpointUnsigned(true); }
    else if name == "witness-stable" { CheckpointUnsigned(false); }
    else if name == "received-view-changes" { LeadByForged(true); }
    else if name == "witness-view-changes" { LeadByForged(false); }
    else if name == "received-new-view" { EnterForged(true); }
    else if name == "witness-new-view" { EnterForged(false); }
    else if name == "received-proposal" { PrepareForged(true); }
    else if name == "witness-proposal" { PrepareForged(false); }
    else if name == "trim-early" { CommittedDropped(); }
    else if name == "transfer-back" { BackAndPruned(); }
    else if name == "prune-requests" { Proposal(); }
    else if name == "propose-executed" { AgainProposed(); }
    else if name == "prune-proposals" { Backup(LPrepare(1, A)); }
    else if name == "prune-batches" { Waiting(); }
    else if name == "prune-prepares" { Executed(0); }
    else if name == "prune-commits" { Executed(1); }
    else if name == "prune-checkpoints" { Executed(2); }
    else if name == "stable-again" { Executed(3); }
    else if name == "prune-view-changes" { Leading(false); }
    else if name == "prune-new-views" { Leading(true); }
    else { known := false; }
  }
}
