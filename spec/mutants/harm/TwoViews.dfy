include "OneView.dfy"
// Runs over two views or three: what is committed in one is replaced in a later one.
module PbftTwoViews {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftSystem
  import opened PbftTrace
  import opened PbftPlayer
  import opened PbftScene
  import opened PbftOneView

  // In view 0 replica 0 has committed A with the faulty 1 and with 2; then 1 is the primary of view 1.
  method Second(s: Scene, V: map<Id, VC>, O: map<SeqNo, Digest>, n: SeqNo, d: Digest) {
    s.Lead(1, V, O);
    s.Enter({2, 3}, 1, V, O);
    s.SettleOnly(3, {1, 2, 3}, n, d);
    s.Ends(Fork(0, 3, n));
  }
  method NewViewIs(senders: set<Id>, O: map<SeqNo, Digest>, d: Digest) {
    var s := new Scene(Four({1}));
    s.Settle({0, 1, 2}, 1, A);
    s.Asks({0, 2, 3}, 1);
    var V := s.AsksOf(senders, 1);
    Second(s, V, O, 1, d);
  }
  method OneForSeveral() {
    var s := new Scene(Four({1}));
    s.Settle({0, 1, 2}, 1, A);
    s.Ask(3, 1);
    var a3 := s.AskOf(3, 1);
    Second(s, map[0 := a3, 1 := a3, 3 := a3], map[], 1, B);
  }
  // The faulty 1 reports P; own: replica 0's view-change is its own, or one that hides what it has.
  method Reporting(P: map<SeqNo, PCert>, own: bool, O: map<SeqNo, Digest>, how: How) {
    var s := new Scene(Four({1}));
    s.Settle({0, 1, 2}, 1, A);
    s.Asks({0, 2, 3}, 1);
    var a0 := s.AskOf(0, 1);
    var a3 := s.AskOf(3, 1);
    var a1 := VC(1, Genesis(s.p), P, 1);
    s.Lie(a1);
    var V := map[0 := if own then a0 else VC(1, Genesis(s.p), map[], 0), 1 := a1, 3 := a3];
    if how == ByRules {
      s.Send(NewView(1, V, O));
      s.Step(2, AcceptNewView(1, V, O));
      s.Step(3, AcceptNewView(1, V, O));
      s.SettleOnlyByRules(3, {1, 2, 3}, 1, B);
      s.Ends(Fork(0, 3, 1));
    } else { Second(s, V, O, 1, B); }
  }
  method OtherPlace() {                      // a certificate for place 2 is reported for place 1
    var s := new Scene(Four({1}));
    s.Settle({0, 1, 2}, 1, A);
    s.Votes({0, 1, 2}, 2, B);
    s.Asks({0, 3}, 1);
    s.Lie(VC(1, Genesis(s.p), map[1 := PCert(0, 2, B, NoNv, {0, 1, 2})], 1));
    var V := s.AsksOf({0, 1, 3}, 1);
    Second(s, V, map[1 := B], 1, B);
  }
  datatype CommitsHow = Few(S: set<Id>) | Proved | NotSeen | RulesAlone
  method CommitsEarly(how: CommitsHow) {        // replica 0 commits, and nobody else has prepared
    var s := new Scene(Four({1}));
    s.Votes({0, 1, 2}, 1, A);
    s.Commits({0, 1}, 1, A, {0, 1, 2});
    var cc, pc := CCert(0, 1, A, {0, 1, 2}), s.Pc(0, 1, A, {0, 1, 2});
    match how {
      case Few(S) => s.DecideBy(0, 1, A, S, {0, 1, 2});
      case Proved => s.Proof(0, 0, NoNv, 1, A, {0, 1, 2});
      case NotSeen => s.Act(0, LCommitted(cc, pc));
      case RulesAlone => s.Step(0, CommitLocal(cc, pc));
    }
    s.Asks({2, 3}, 1);
    var V := s.AsksOf({1, 2, 3}, 1);
    Second(s, V, map[], 1, B);
  }
  method Forgets(restarts: bool) {           // replica 2 has sent its commit and reports nothing
    var s := new Scene(Four({1}));
    s.SettleOnly(0, {0, 1, 2}, 1, A);
    if restarts { s.Step(2, Restart(Some(s.p.Init()))); }
    s.Asks({2, 3}, 1);
    var V := s.AsksOf({1, 2, 3}, 1);
    Second(s, V, map[], 1, B);
  }
  method CommitsAfterAsking() {              // replicas go on in their view after their view-changes
    var s := new Scene(Four({1}));
    s.Votes({0, 1, 2}, 1, A);
    s.Asks({0, 2, 3}, 1);
    s.Commits({0, 1, 2}, 1, A, {0, 1, 2});
    s.Decide(0, 1, A, {0, 1, 2});
    var V := s.AsksOf({0, 2, 3}, 1);
    Second(s, V, map[], 1, B);
  }
  method ForgottenBase() {                   // 0 has collected place 1, and the new view starts below it
    var s := new Scene(Four({1}));
    s.Settle({0, 1, 2}, 1, A);
    s.Executes({0, 2});
    s.Signs({0, 1, 2}, 1);
    s.Stable(0, 1, {0, 1, 2});
    s.Asks({0, 2, 3}, 1);
    var V := s.AsksOf({0, 1, 3}, 1);
    s.Lead(1, V, map[]);
    s.Enter({2, 3}, 1, V, map[]);
    s.SettleOnly(3, {1, 2, 3}, 1, B);
    s.Do(3, LExecute);
    s.Ends(Diverged(0, 3));
  }
  method CollectedAbove() {                  // certificates above the stable checkpoint are collected, too
    var s := new Scene(Four({1}));
    s.Settle({0, 1, 2}, 1, C);
    s.Settle({0, 1, 2}, 2, A);
    s.Executes({0, 2});
    s.Signs({0, 1, 2}, 1);
    s.Stable(0, 1, {0, 1, 2});
    s.Stable(2, 1, {0, 1, 2});
    s.Asks({0, 2, 3}, 1);
    var V := s.AsksOf({0, 1, 3}, 1);
    Second(s, V, map[], 2, B);
  }
  // The faulty 1 says that a checkpoint of a state that never was is stable; replica 3 believes it.
  method FalseBase(signers: set<Id>) {
    var s := new Scene(Four({1}));
    s.Settle({0, 1, 2}, 1, A);
    s.Executes({0, 2});
    s.Asks({2, 3}, 1);
    var ck := CkCert(1, s.p.stHash(1, Never), signers);
    s.Lie(VC(1, ck, map[], 1));
    var V := s.AsksOf({1, 2, 3}, 1);
    s.Lead(1, V, map[]);
    s.Enter({3}, 1, V, map[]);
    s.Do(3, LTransfer(ck, Never));
    s.Ends(Diverged(0, 3));
  }
  method WeakBase() {                        // two faulty replicas sign it, and nothing accuses them
    var s := new Scene(Setup(4, 1, 1, 4, 4, {0, 1}, Own));
    s.Settle({0, 1, 2}, 1, A);
    s.Executes({2});
    var ck := CkCert(1, s.p.stHash(1, Never), {0, 1});
    s.Send(Checkpoint(1, ck.digest, 0));
    s.Send(Checkpoint(1, ck.digest, 1));
    s.Ask(3, 1);
    s.Lie(VC(1, ck, map[], 0));
    s.Lie(VC(1, ck, map[], 1));
    var V := s.AsksOf({0, 1, 3}, 1);
    s.Lead(1, V, map[]);
    s.Enter({3}, 1, V, map[]);
    s.Do(3, LTransfer(ck, Never));
    s.Ends(Unaccused(2, 3));
  }
  method GapFilled() {                       // a new-view fills a gap with what no client sent
    var s := new Scene(Four({1}));
    s.Settle({0, 1, 2}, 2, A);
    s.Asks({0, 2, 3}, 1);
    var V := s.AsksOf({0, 1, 3}, 1);
    var O := map[1 := X, 2 := A];
    s.Lead(1, V, O);
    s.Enter({2, 3}, 1, V, O);
    s.SettleOnly(3, {1, 2, 3}, 1, X);
    s.Step(3, Execute);
    s.Ends(NeverAsked(3));
  }

  // ---- three views ----
  method OtherView() {                       // view-changes for view 1 are used for view 2
    var s := new Scene(Four({2}));
    s.Asks({0, 1, 3}, 1);
    var V := s.AsksOf({0, 1, 3}, 1);
    s.Lead(1, V, map[]);
    s.Enter({0, 3}, 1, V, map[]);
    s.SettleOnly(0, {0, 1, 2}, 1, A);
    s.Lead(2, V, map[]);
    s.Enter({1, 3}, 2, V, map[]);
    s.SettleOnly(3, {1, 2, 3}, 1, B);
    s.Ends(Fork(0, 3, 1));
  }
  method NotHighest() {                      // A prepared in view 0, B committed in view 1, A chosen again in view 2
    var s := new Scene(Four({1}));
    s.Votes({0, 2, 3}, 1, A);
    s.Commits({3}, 1, A, {0, 2, 3});
    s.Asks({0, 2}, 1);
    var V := s.AsksOf({0, 1, 2}, 1);
    s.Lead(1, V, map[]);
    s.Enter({0, 2}, 1, V, map[]);
    s.SettleOnly(0, {0, 1, 2}, 1, B);
    s.Give(3, NewView(1, V, map[]));
    s.Asks({2, 3}, 2);
    var W := s.AsksOf({1, 2, 3}, 2);
    s.Lead(2, W, map[1 := A]);
    s.Enter({3}, 2, W, map[1 := A]);
    s.SettleOnly(3, {1, 2, 3}, 1, A);
    s.Ends(Fork(0, 3, 1));
  }
  method ThroughView1(O: map<SeqNo, Digest>, collected: bool) {   // 2 enters view 1 and reports nothing for view 2
    var s := new Scene(Four({1}));
    s.Settle({0, 1, 2}, 1, A);
    if collected {
      s.Executes({0, 2});
      s.Signs({0, 1, 2}, 1);
      s.Stable(2, 1, {0, 1, 2});
    }
    s.Asks({0, 2, 3}, 1);
    var V := s.AsksOf({0, 1, 3}, 1);
    s.Lead(1, V, O);
    s.Enter({2, 3}, 1, V, O);
    s.Asks({2, 3}, 2);
    var W := s.AsksOf({1, 2, 3}, 2);
    s.Lead(2, W, map[]);
    s.Enter({3}, 2, W, map[]);
    s.SettleOnly(3, {1, 2, 3}, 1, B);
    s.Ends(Fork(0, 3, 1));
  }
  method VotesUnentered(restarts: bool) {    // replicas vote in the view that they have asked for
    var s := new Scene(Four({1}));
    s.SettleOnly(0, {0, 1, 2}, 1, A);
    s.Asks({2, 3}, 1);
    s.Say({1}, 1, NoNv, 1, B);
    if restarts { s.Step(2, Restart(Some(s.p.Init()))); s.Step(3, Restart(Some(s.p.Init()))); }
    s.Do(2, LPrepare(1, B));
    s.Do(3, LPrepare(1, B));
    s.Commits({1, 2, 3}, 1, B, {1, 2, 3});
    s.Step(3, CommitLocal(CCert(1, 1, B, {1, 2, 3}), PCert(1, 1, B, NoNv, {1, 2, 3})));
    s.Ends(Fork(0, 3, 1));
  }

  function Forged(S: set<Id>): map<SeqNo, PCert> { map[1 := PCert(0, 1, B, NoNv, S)] }
  method Play(name: string) returns (known: bool) {
    known := true;
    if name == "choice-any-digest" || name == "nv-unchosen" { NewViewIs({0, 2, 3}, map[1 := B], B); }
    else if name == "choice-null" { NewViewIs({0, 2, 3}, map[1 := NullOp], NullOp); }
    else if name in {"nv-omits", "enter-unchecked", "viewchange-omits"} { NewViewIs({0, 2, 3}, map[], B); }
    else if name == "nv-no-quorum" { NewViewIs({3}, map[], B); }
    else if name == "nv-weak" { NewViewIs({1, 3}, map[], B); }
    else if name == "nv-senders" { OneForSeveral(); }
    else if name == "nv-unchecked" || name == "vc-certificate" { Reporting(Forged({}), true, map[1 := B], AsUsual); }
    else if name == "auth-votes" || name == "auth-vc-certificates" { Reporting(Forged({0, 2, 3}), true, map[1 := B], AsUsual); }
    else if name == "auth-vc" || name == "auth-message" || name == "oracle-forged" { Reporting(map[], false, map[], AsUsual); }
    else if name == "received-new-view-inside" { Reporting(map[], false, map[], ByRules); }
    else if name == "vc-seqno" { OtherPlace(); }
    else if name == "ccert-no-quorum" || name == "committed-few" { CommitsEarly(Few({})); }
    else if name == "ccert-weak" { CommitsEarly(Few({0, 1})); }
    else if name == "auth-commits" { CommitsEarly(Proved); }
    else if name == "witness-commits" { CommitsEarly(NotSeen); }
    else if name == "received-committed-commits" { CommitsEarly(RulesAlone); }
    else if name == "commit-not-remembered" { Forgets(false); }
    else if name == "restart-forgets-prepared" { Forgets(true); }
    else if name == "viewchange-stays-in-view" { CommitsAfterAsking(); }
    else if name in {"base-genesis", "base-not-latest", "viewchange-old-checkpoint", "advance-keeps-h"} { ForgottenBase(); }
    else if name == "advance-drops-prepared" { CollectedAbove(); }
    else if name == "checkpoint-no-quorum" || name == "vc-stable" { FalseBase({}); }
    else if name == "auth-checkpoints" || name == "auth-vc-checkpoint" { FalseBase({0, 2, 3}); }
    else if name == "checkpoint-weak" { WeakBase(); }
    else if name == "choice-fill" { GapFilled(); }
    else if name == "nv-other-view" { OtherView(); }
    else if name == "choice-any-certificate" || name == "choice-lowest" { NotHighest(); }
    else if name == "enter-forgets-prepared" { ThroughView1(map[1 := A], false); }
    else if name == "advance-back" { ThroughView1(map[1 := A], true); }
    else if name == "viewchange-stays-active" { VotesUnentered(false); }
    else if name == "restart-forgets-asking" { VotesUnentered(true); }
    else { known := false; }
  }
}
