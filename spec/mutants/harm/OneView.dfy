include "Scene.dfy"
// Runs within one view: two batches at one place, clients and replies, states that are fetched.
module PbftOneView {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftSystem
  import opened PbftTrace
  import opened PbftPlayer
  import opened PbftScene

  // The faulty primary proposes two batches; SA is enough for one and SB for the other.
  method TwoQuorums(s: Scene, i: Id, SA: set<Id>, j: Id, SB: set<Id>) {
    s.SettleOnly(i, SA, 1, A);
    s.SettleOnly(j, SB, 1, B);
    s.Ends(Fork(i, j, 1));
  }
  // A backup accepts two proposals at one place.
  method AcceptTwice() {
    var s := new Scene(Four({0}));
    s.SettleOnly(1, {0, 1, 2}, 1, A);
    s.SettleOnly(2, {0, 1, 2}, 1, B);
    s.Ends(Fork(1, 2, 1));
  }
  // Replica 2 sends a commit on the votes of two; a new view may then choose its batch, and not the committed one.
  method TwoCertificates() {
    var s := new Scene(Four({0}));
    s.Votes({0, 1, 3}, 1, A);
    s.Votes({0, 2}, 1, B);
    s.Commits({2}, 1, B, {0, 2});
    s.Commits({0, 1, 3}, 1, A, {0, 1, 3});
    s.Decide(1, 1, A, {0, 1, 3});
    s.Asks({1, 2, 3}, 1);
    var V := s.AsksOf({0, 2, 3}, 1);
    s.Lead(1, V, map[1 := B]);
    s.Enter({2, 3}, 1, V, map[1 := B]);
    s.SettleOnly(2, {1, 2, 3}, 1, B);
    s.Ends(Fork(1, 2, 1));
  }

  // ---- clients: the faulty primary 0 proposes ds at 1, 2, ...; replica 1 executes them ----
  method Executing(K: Pos, W: Pos, more: seq<Digest>, ds: seq<Digest>, harm: Harm) {
    var s := new Scene(Setup(4, 1, K, 4, W, {0}, Own));
    for k := 0 to |more| { s.Send(Request(more[k])); }
    for k := 0 to |ds| {
      s.SettleOnly(1, {0, 1, 2}, k + 1, ds[k]);
      s.Do(1, LExecute);
    }
    s.Ends(harm);
  }
  method Reply(c: RCert) {
    var s := new Scene(Four({0}));
    s.Settle({0, 1, 2}, 1, A);
    s.Executes({1, 2});
    s.Ends(WrongReply(c));
  }
  method BatchUnseen(byRules: bool) {        // the backups accept a batch whose request no client signed
    var s := new Scene(Four({0}));
    s.Send(PrePrepare(0, 1, X, NoNv));
    for i := 1 to 3 {
      if byRules { s.Step(i, AcceptPrePrepare(0, 1, X, NoNv)); }
      else { s.Give(i, PrePrepare(0, 1, X, NoNv)); s.Act(i, LPrepare(1, X)); }
    }
    s.Commits({0, 1, 2}, 1, X, {0, 1, 2});
    s.Decide(1, 1, X, {0, 1, 2});
    s.Step(1, Execute);
    s.Ends(NeverAsked(1));
  }
  method ProposalUnsigned(byRules: bool) {   // the correct primary proposes what no client signed
    var s := new Scene(Four({3}));
    if byRules { s.Step(0, Propose(1, X)); } else { s.Act(0, LPropose(1, X)); }
    s.Ends(Unsigned(0, 1));
  }
  method NotCounted() {
    var s := new Scene(Four({0}));
    s.SettleOnly(1, {0, 1, 2}, 1, A);
    s.SettleOnly(1, {0, 1, 2}, 2, B);
    s.Do(1, LExecute);
    s.Do(1, LExecute);
    s.Ends(Without(1, B));
  }
  method WithoutBatch() {                    // a batch is executed that is not at hand
    var s := new Scene(Four({1}));
    s.SettleOnly(0, {0, 1, 2}, 1, A);
    s.Proof(3, 0, NoNv, 1, A, {0, 1, 2});
    s.Act(3, LExecute);
    s.Ends(NoBatch(3, 1));
  }

  // ---- states that are fetched or restored: replica 3 takes over one that never was ----
  const Never: State := State(41, map[])
  datatype How = AsUsual | Unseen | ByRules
  method Fetching(signers: set<Id>, genuine: bool, how: How) {
    var s := new Scene(Four({0}));
    s.Settle({0, 1, 2}, 1, A);
    s.Executes({1, 2});
    var d := s.p.stHash(1, if genuine then s.R(1).state else Never);
    if genuine { s.Signs({1, 2}, 1); }
    for j := 0 to 20 { if j in signers && s.Liar(j) { s.Send(Checkpoint(1, d, j)); } }
    match how {
      case AsUsual => s.Do(3, LTransfer(CkCert(1, d, signers), Never));
      case Unseen => s.Act(3, LTransfer(CkCert(1, d, signers), Never));
      case ByRules => s.Step(3, StateTransfer(CkCert(1, d, signers), Never));
    }
    s.Ends(Diverged(1, 3));
  }
  method RestartElsewhere() {
    var s := new Scene(Four({0}));
    s.Step(3, Restart(Some(Never)));
    s.SettleOnly(1, {0, 1, 2}, 1, A);
    s.Proof(3, 0, NoNv, 1, A, {0, 1, 2});
    s.Executes({1, 3});
    s.Ends(Diverged(1, 3));
  }
  method RestartCounting() {                 // the count of executed batches survives, and the state does not
    var s := new Scene(Four({0}));
    s.Settle({0, 1, 2}, 1, A);
    s.Settle({0, 1, 2}, 2, B);
    s.Executes({1, 2});
    s.Step(2, Restart(Some(s.p.Init())));
    s.Decide(2, 2, B, {0, 1, 2});
    s.Executes({1, 2});
    s.Ends(Diverged(1, 2));
  }

  method Play(name: string) returns (known: bool) {
    known := true;
    if name == "quorum-one-less" { var s := new Scene(Four({0})); TwoQuorums(s, 1, {0, 1}, 2, {0, 2}); }
    else if name == "quorum-2f-plus-1" { var s := new Scene(Setup(6, 1, 1, 4, 4, {0}, Own)); TwoQuorums(s, 1, {0, 1, 2}, 3, {0, 3, 4}); }
    else if name == "quorum-n-f" { var s := new Scene(Setup(3, 1, 1, 4, 4, {0}, Own)); TwoQuorums(s, 1, {0, 1}, 2, {0, 2}); }
    else if name == "quorum-strangers" { var s := new Scene(Four({0})); TwoQuorums(s, 1, {0, 1, 9}, 2, {0, 2, 9}); }
    else if name == "accept-twice" { AcceptTwice(); }
    else if name == "pcert-no-quorum" || name == "pcert-primary-twice" { TwoCertificates(); }
    else if name == "client-any-reply" { Reply(RCert(1, 1, 99, {})); }
    else if name == "auth-replies" { Reply(RCert(1, 1, 99, {1, 2})); }
    else if name == "reply-wrong" { Reply(RCert(1, 1, 0, {1, 2})); }
    else if name == "weak-f" { Fetching({0}, false, AsUsual); }
    else if name == "weak-strangers" { Fetching({0, 9}, false, AsUsual); }
    else if name == "weak-checkpoint-no-signatures" || name == "transfer-unsigned" { Fetching({}, false, AsUsual); }
    else if name == "witness-transfer" { Fetching({1, 2}, false, Unseen); }
    else if name == "received-transfer" { Fetching({1, 2}, false, ByRules); }
    else if name == "transfer-other-state" { Fetching({1, 2}, true, AsUsual); }
    else if name == "restart-other-state" { RestartElsewhere(); }
    else if name == "restart-keeps-count" { RestartCounting(); }
    else if name == "received-batch" { BatchUnseen(true); }
    else if name == "witness-batch" { BatchUnseen(false); }
    else if name == "received-propose" { ProposalUnsigned(true); }
    else if name == "witness-propose" { ProposalUnsigned(false); }
    else if name == "execute-not-counted" { NotCounted(); }
    else if name == "witness-execute" { WithoutBatch(); }
    else { known := PlayClients(name); }
  }
  method PlayClients(name: string) returns (known: bool) {
    known := true;
    if name in {"table-forgets-base", "admits-again", "table-not-marked", "apply-all"} { Executing(1, 4, [], [A, A], Twice(1)); }
    else if name == "table-forgets-window" { Executing(1, 4, [12], [12, 12], Twice(1)); }
    else if name == "batch-repeats" { Executing(1, 4, [], [1111], Twice(1)); }
    else if name == "admits-any-timestamp" { Executing(1, 4, [19], [19], OutsideWindow(1, 1)); }
    else if name == "base-stays" { Executing(1, 1, [12], [11, 12], Without(1, 12)); }
    else if name == "reply-slot" { Executing(1, 1, [12], [11, 12], Kept(1, 1)); }
    else if name == "reply-kept-wrong" { Executing(1, 4, [], [A], Kept(1, 1)); }
    else if name == "apply-not-executed" { Executing(1, 4, [], [A], Without(1, A)); }
    else if name == "null-has-requests" { Executing(1, 4, [], [NullOp], NeverAsked(1)); }
    else if name == "auth-batch" { Executing(1, 4, [], [X], NeverAsked(1)); }
    else { known := false; }
  }
}
