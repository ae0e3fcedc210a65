include "TwoViews.dfy"
// Runs in which a correct replica says what proves it guilty: two values for one key, a commit that it conceals, a malformed message.
module PbftFraming {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftSystem
  import opened PbftTrace
  import opened PbftPlayer
  import opened PbftScene
  import opened PbftOneView

  // ---- primaries ----
  method ProposeInactive() {
    var s := new Scene(Four({3}));
    s.Settle({0, 1, 2}, 1, A);
    s.Asks({0, 1, 2}, 1);
    s.Do(1, LPropose(1, B));
    var V := s.AsksOf({0, 1, 2}, 1);
    s.Lead(1, V, map[1 := A]);
    s.Ends(Framed(1));
  }
  method ProposeTwo(second: Id) {
    var s := new Scene(Four({3}));
    s.Do(0, LPropose(1, A));
    s.Do(second, LPropose(1, B));
    s.Ends(Framed(0));
  }
  method ProposeOutside() {
    var s := new Scene(Four({3}));
    s.Settle({0, 1, 2}, 1, A);
    s.Executes({0, 1, 2});
    s.Signs({0, 1, 2}, 1);
    s.Stable(0, 1, {0, 1, 2});
    s.Do(0, LPropose(1, B));
    s.Ends(Framed(0));
  }
  method ProposeNameless() {
    var s := new Scene(Four({3}));
    s.Settle({0, 1, 2}, 1, A);
    s.Asks({0, 1, 2}, 1);
    var V := s.AsksOf({0, 1, 2}, 1);
    s.Lead(1, V, map[1 := A]);
    s.Do(1, LPropose(2, B));
    s.Ends(Framed(1));
  }
  method LeadTwice(second: Id) {
    var s := new Scene(Four({3}));
    s.Asks({0, 1, 2}, 1);
    var V := s.AsksOf({0, 1, 2}, 1);
    s.Lead(1, V, map[]);
    var W := s.AsksOf({0, 1, 3}, 1);
    s.Do(second, LNewView(W, map[]));
    s.Ends(Framed(1));
  }
  method LeadAlone() {
    var s := new Scene(Four({3}));
    s.Ask(1, 1);
    var V := s.AsksOf({1}, 1);
    s.Do(1, LNewView(V, map[]));
    s.Ends(Framed(1));
  }

  // ---- backups: the faulty primary 0 proposes two batches ----
  method VoteBeforeEntering(byRules: bool) { // 2 votes in view 1 before it enters it
    var s := new Scene(Four({1}));
    s.SettleOnly(0, {0, 1, 3}, 1, A);
    s.Say({1}, 1, NoNv, 1, B);
    if byRules { s.Step(2, AcceptPrePrepare(1, 1, B, NoNv)); } else { s.Ask(2, 1); s.Do(2, LPrepare(1, B)); }
    s.Asks({0, 3}, 1);
    if byRules { s.Ask(2, 1); }
    var V := s.AsksOf({0, 2, 3}, 1);
    s.Lead(1, V, map[1 := A]);
    s.Enter({2}, 1, V, map[1 := A]);
    s.Ends(Framed(2));
  }
  method VoteByOtherNewView() {
    var s := new Scene(Four({0}));
    s.Say({0}, 0, 7, 1, B);
    s.Step(2, AcceptPrePrepare(0, 1, B, 7));
    s.Say({0}, 0, NoNv, 2, A);
    s.Do(2, LPrepare(2, A));
    s.Ends(Framed(2));
  }
  method VoteBelow() {
    var s := new Scene(Four({0}));
    s.Settle({0, 1, 2}, 1, A);
    s.Executes({1, 2});
    s.Signs({0, 1, 2}, 1);
    s.Stable(2, 1, {0, 1, 2});
    s.Say({0}, 0, NoNv, 1, B);
    s.Do(2, LPrepare(1, B));
    s.Ends(Framed(2));
  }
  method VoteAgainAbove() {                  // proposals above the new h are forgotten
    var s := new Scene(Four({0}));
    s.Settle({0, 1, 2}, 1, A);
    s.Votes({0, 1, 2}, 2, B);
    s.Executes({1, 2});
    s.Signs({0, 1, 2}, 1);
    s.Stable(2, 1, {0, 1, 2});
    s.Say({0}, 0, NoNv, 2, C);
    s.Do(2, LPrepare(2, C));
    s.Ends(Framed(2));
  }
  method VoteAfterRestart() {
    var s := new Scene(Four({0}));
    s.Votes({0, 2}, 1, A);
    s.Step(2, Restart(Some(s.p.Init())));
    s.Say({0}, 0, NoNv, 1, B);
    s.Do(2, LPrepare(1, B));
    s.Ends(Framed(2));
  }
  method CommitOther() {
    var s := new Scene(Four({0}));
    s.Votes({0, 1, 3}, 1, A);
    s.Votes({0, 2}, 1, B);
    s.Do(2, LCommit(PCert(0, 1, A, NoNv, {0, 1, 3})));
    s.Ends(Framed(2));
  }
  method CommitUnprepared() {
    var s := new Scene(Four({0}));
    s.Votes({0, 2}, 1, A);
    s.Commits({2}, 1, A, {2});
    s.Ask(2, 1);
    s.Ends(Framed(2));
  }
  method CommitOlderView() {                 // a commit for view 0 after the view-change
    var s := new Scene(Four({1}));
    s.Votes({0, 1, 2}, 1, A);
    s.Asks({0, 2, 3}, 1);
    var V := s.AsksOf({0, 2, 3}, 1);
    s.Lead(1, V, map[]);
    s.Enter({2}, 1, V, map[]);
    var h := s.R(2).nv;
    s.Say({1}, 1, h, 1, A);
    s.Do(2, LPrepare(1, A));
    s.Do(2, LCommit(PCert(0, 1, A, NoNv, {0, 1, 2})));
    s.Ends(Framed(2));
  }

  // ---- proofs of commitment that make the next view-change malformed, or conceal a commit ----
  method ProofAhead(other: bool) {           // window 2: place 3 is above replica 3's
    var s := new Scene(Setup(4, 1, 1, 2, 4, {0}, Own));
    s.Settle({0, 1, 2}, 1, A);
    s.Executes({1, 2});
    s.Signs({0, 1, 2}, 1);
    s.Stable(1, 1, {0, 1, 2});
    s.Stable(2, 1, {0, 1, 2});
    s.Settle({0, 1, 2}, 3, A);
    var n := if other then 1 else 3;
    s.Do(3, LCommitted(CCert(0, n, A, {0, 1, 2}), PCert(0, 3, A, NoNv, {0, 1, 2})));
    s.Ask(3, 1);
    s.Ends(Framed(3));
  }
  method ProofUnprepared() {
    var s := new Scene(Four({1}));
    s.Settle({0, 1, 2}, 1, A);
    s.Do(3, LCommitted(CCert(0, 1, A, {0, 1, 2}), PCert(0, 1, A, NoNv, {})));
    s.Ask(3, 1);
    s.Ends(Framed(3));
  }
  method ProofOfLaterView() {
    var s := new Scene(Four({1}));
    s.Asks({0, 2}, 1);
    var V := s.AsksOf({0, 1, 2}, 1);
    s.Lead(1, V, map[]);
    s.Enter({0, 2}, 1, V, map[]);
    s.Settle({0, 1, 2}, 1, A);
    s.Give(3, NewView(1, V, map[]));
    s.Proof(3, 1, s.R(0).nv, 1, A, {0, 1, 2});
    s.Ask(3, 1);
    s.Ends(Framed(3));
  }
  method ProofOfEarlierView() {              // an older certificate replaces a later one
    var s := new Scene(Four({1}));
    s.SettleOnly(0, {0, 1, 2}, 1, A);
    s.Asks({0, 2, 3}, 1);
    var V := s.AsksOf({0, 2, 3}, 1);
    s.Lead(1, V, map[1 := A]);
    s.Enter({2, 3}, 1, V, map[1 := A]);
    s.Votes({1, 2, 3}, 1, A);
    s.Commits({1, 2, 3}, 1, A, {1, 2, 3});
    s.Do(2, LCommitted(CCert(0, 1, A, {0, 1, 2}), PCert(0, 1, A, NoNv, {0, 1, 2})));
    s.Ask(2, 2);
    s.Ends(Framed(2));
  }
  method StableUnsigned() {
    var s := new Scene(Four({1}));
    s.Settle({0, 1, 2}, 1, A);
    s.Executes({2});
    s.Do(2, LCheckpoint);
    s.Stable(2, 1, {});
    s.Ask(2, 1);
    s.Ends(Framed(2));
  }
  method ReportsBelow(restarts: bool) {      // what a view-change reports after h has risen
    var s := new Scene(Four({1}));
    s.Settle({0, 1, 2}, 1, A);
    s.Executes({0, 2});
    s.Signs({0, 1, 2}, 1);
    s.Stable(2, 1, {0, 1, 2});
    if restarts { s.Step(2, Restart(Some(s.R(2).state))); }
    s.Ask(2, 1);
    s.Ends(Framed(2));
  }

  // ---- views ----
  method AsksAgain() {
    var s := new Scene(Four({1}));
    s.Settle({0, 1, 2}, 1, A);
    s.Ask(3, 1);
    s.Proof(3, 0, NoNv, 1, A, {0, 1, 2});
    s.Ask(3, 1);
    s.Ends(Framed(3));
  }
  method EntersTwice() {
    var s := new Scene(Four({1}));
    s.Asks({0, 2, 3}, 1);
    var V := s.AsksOf({0, 2, 3}, 1);
    var W := s.AsksOf({0, 1, 2}, 1);
    s.Lead(1, V, map[]);
    s.Enter({2}, 1, V, map[]);
    s.Say({1}, 1, s.R(2).nv, 1, A);
    s.Do(2, LPrepare(1, A));
    s.Lead(1, W, map[]);
    s.Enter({2}, 1, W, map[]);
    s.Say({1}, 1, s.R(2).nv, 2, B);
    s.Do(2, LPrepare(2, B));
    s.Ends(Framed(2));
  }
  method AgainstNewView() {                  // the proposals of the new-view are not taken as accepted
    var s := new Scene(Four({1}));
    s.SettleOnly(0, {0, 1, 2}, 1, A);
    s.Asks({0, 2, 3}, 1);
    var V := s.AsksOf({0, 2, 3}, 1);
    s.Lead(1, V, map[1 := A]);
    s.Enter({2}, 1, V, map[1 := A]);
    s.Say({1}, 1, s.R(2).nv, 1, B);
    s.Do(2, LPrepare(1, B));
    s.Ends(Framed(2));
  }
  method BelowNewView() {                    // h does not rise to where the new view starts
    var s := new Scene(Four({1}));
    s.Settle({0, 1, 2}, 1, A);
    s.Executes({0, 2});
    s.Signs({0, 1, 2}, 1);
    s.Stable(0, 1, {0, 1, 2});
    s.Asks({0, 3}, 1);
    var V := s.AsksOf({0, 1, 3}, 1);
    s.Lead(1, V, map[]);
    s.Enter({3}, 1, V, map[]);
    s.Say({1}, 1, s.R(3).nv, 1, B);
    s.Do(3, LPrepare(1, B));
    s.Ends(Framed(3));
  }
  method Nameless() {                        // the new-view that was entered is not remembered
    var s := new Scene(Four({1}));
    s.SettleOnly(0, {0, 1, 2}, 1, A);
    s.Asks({0, 2, 3}, 1);
    var V := s.AsksOf({0, 2, 3}, 1);
    s.Lead(1, V, map[1 := A]);
    s.Enter({2}, 1, V, map[1 := A]);
    s.Say({1}, 1, NoNv, 2, B);
    s.Do(2, LPrepare(2, B));
    s.Ends(Framed(2));
  }
  method BackInView0() {                     // after a restart a replica is in view 0 again
    var s := new Scene(Four({1}));
    s.Votes({0, 1}, 1, A);
    s.Asks({0, 2, 3}, 1);
    var V := s.AsksOf({0, 2, 3}, 1);
    s.Lead(1, V, map[]);
    s.Enter({2}, 1, V, map[]);
    s.Step(2, Restart(Some(s.p.Init())));
    s.Do(2, LPrepare(1, A));
    s.Do(2, LCommit(PCert(0, 1, A, NoNv, {0, 1, 2})));
    s.Ends(Framed(2));
  }

  // ---- checkpoints: three faulty replicas let replica 3 execute one place twice ----
  method First(s: Scene) {
    s.Stand({0, 1, 2}, 0, NoNv, 1, A);
    s.Proof(3, 0, NoNv, 1, A, {0, 1, 2});
    s.Do(3, LExecute);
    s.Do(3, LCheckpoint);
  }
  method Base(s: Scene, n: SeqNo, d: Digest) {
    var ck := CkCert(n, d, {0, 1, 2});
    for j := 0 to 3 { s.Send(Checkpoint(n, d, j)); s.Lie(VC(1, ck, map[], j)); }
    var V := s.AsksOf({0, 1, 2}, 1);
    s.Lead(1, V, map[]);
    s.Enter({3}, 1, V, map[]);
  }
  method SignsAgain(below: bool) {
    var s := new Scene(Four({0, 1, 2}));
    First(s);
    s.Step(3, Restart(Some(s.p.Init())));
    s.Stand({0, 1, 2}, 0, NoNv, 1, B);
    s.Proof(3, 0, NoNv, 1, B, {0, 1, 2});
    if below { Base(s, 2, 0); }
    s.Do(3, LExecute);
    s.Do(3, LCheckpoint);
    s.Ends(Framed(3));
  }
  method SignsAtBase() {
    var s := new Scene(Four({0, 1, 2}));
    First(s);
    Base(s, 1, s.p.stHash(1, Never));
    s.Step(3, Restart(Some(Never)));
    s.Do(3, LCheckpoint);
    s.Ends(Framed(3));
  }

  // ---- the oracle ----
  method TwoOutputs() {
    var s := new Scene(Four({0}));
    s.Say({0}, 0, NoNv, 1, A);
    s.NeedsOf(2, LPrepare(1, A));
    s.ActSending(2, LPrepare(1, A), {Prepare(0, 1, A, NoNv, 2), Prepare(0, 1, B, NoNv, 2)});
    s.Ends(Framed(2));
  }
  method SaidByOthers() {
    var s := new Scene(Four({0}));
    s.Send(Prepare(0, 1, A, NoNv, 2));
    s.Send(Prepare(0, 1, B, NoNv, 2));
    s.Ends(Framed(2));
  }
  // ---- the judge: nothing wrong was done ----
  method CommitsInView1() {
    var s := new Scene(Four({3}));
    s.Asks({0, 1, 2}, 1);
    var V := s.AsksOf({0, 1, 2}, 1);
    s.Lead(1, V, map[]);
    s.Enter({0, 2}, 1, V, map[]);
    s.Settle({0, 1, 2}, 1, A);
    s.Ends(Framed(2));
  }
  method Reports(asking: Id, who: Id) {
    var s := new Scene(Four({1}));
    s.Settle({0, 1, 2}, 1, A);
    s.Ask(asking, 1);
    s.Ends(Framed(who));
  }
  method VotesInBoth(names: Names) {
    var s := new Scene(Setup(4, 1, 1, 4, 4, {3}, names));
    s.Votes({0, 1, 2}, 1, A);
    s.Asks({0, 1, 2}, 1);
    var V := s.AsksOf({0, 1, 2}, 1);
    s.Lead(1, V, map[]);
    s.Enter({0, 2}, 1, V, map[]);
    if names == Own { s.Votes({0, 1, 2}, 1, B); }
    s.Ends(Framed(2));
  }

  method Play(name: string) returns (known: bool) {
    known := true;
    if name == "propose-inactive" { ProposeInactive(); }
    else if name == "propose-backup" { ProposeTwo(2); }
    else if name == "propose-twice" { ProposeTwo(0); }
    else if name == "propose-window" { ProposeOutside(); }
    else if name == "propose-nameless" { ProposeNameless(); }
    else if name == "newview-again" { LeadTwice(1); }
    else if name == "newview-backup" { LeadTwice(2); }
    else if name == "newview-invalid" { LeadAlone(); }
    else if name == "in-view-inactive" { VoteBeforeEntering(false); }
    else if name == "in-view-any" { VoteBeforeEntering(true); }
    else if name == "in-view-other-new-view" { VoteByOtherNewView(); }
    else if name == "accept-window" { VoteBelow(); }
    else if name == "advance-drops-accepted" { VoteAgainAbove(); }
    else if name == "restart-forgets-accepted" { VoteAfterRestart(); }
    else if name == "commit-not-accepted" { CommitOther(); }
    else if name == "commit-unprepared" { CommitUnprepared(); }
    else if name == "commit-other-view" { CommitOlderView(); }
    else if name == "committed-window" { ProofAhead(false); }
    else if name == "committed-other-place" { ProofAhead(true); }
    else if name == "committed-unprepared" { ProofUnprepared(); }
    else if name == "committed-later-view" { ProofOfLaterView(); }
    else if name == "keep-any-certificate" { ProofOfEarlierView(); }
    else if name == "stable-unsigned" { StableUnsigned(); }
    else if name == "advance-keeps-prepared" { ReportsBelow(false); }
    else if name == "restart-forgets-h" { ReportsBelow(true); }
    else { known := PlayViews(name); }
  }
  method PlayViews(name: string) returns (known: bool) {
    known := true;
    if name == "viewchange-again" { AsksAgain(); }
    else if name == "enter-any-view" { EntersTwice(); }
    else if name == "enter-forgets-proposals" { AgainstNewView(); }
    else if name == "enter-keeps-h" { BelowNewView(); }
    else if name == "enter-nameless" { Nameless(); }
    else if name == "restart-forgets-view" { BackInView0(); }
    else if name in {"checkpoint-twice", "checkpoint-not-remembered", "restart-forgets-checkpoints"} { SignsAgain(false); }
    else if name == "checkpoint-below" { SignsAgain(true); }
    else if name == "advance-drops-checkpoint" { SignsAtBase(); }
    else if name == "oracle-output" { TwoOutputs(); }
    else if name == "oracle-environment" { SaidByOthers(); }
    else if name == "conceals-same-view" { CommitsInView1(); }
    else if name == "conceals-always" { Reports(2, 2); }
    else if name == "conceals-for-others" { Reports(3, 0); }
    else if name == "slot-without-view" { VotesInBoth(Own); }
    else if name == "names-view-0" { VotesInBoth(PbftPlayer.Nameless); }
    else { known := false; }
  }
}
