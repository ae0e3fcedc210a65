include "../oracle/Duties.dfy"
include "Sanity.dfy"
// A duty is never spurious: whoever owes something could have done it, by the specification and on what was delivered.
module PbftDutyReal {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftSystem
  import opened PbftEvidence
  import opened PbftTrace
  import opened PbftDuties
  import opened PbftSanity

  lemma CommitOwed(p: Params, i: Id, x: Peer, desk: Desk, n: SeqNo)
    requires OwedAt(p, x, desk, n) == Some(OweCommit(n))
    ensures CanAct(p, i, x, LCommit(PCertOn(x.r, desk, n)))
  {
  }
  lemma CommittedOwed(p: Params, i: Id, x: Peer, desk: Desk, n: SeqNo)
    requires OwedAt(p, x, desk, n) == Some(OweCommitted(n))
    ensures CanAct(p, i, x, LCommitted(CCertOn(x.r, desk, n), x.r.prepared[n]))
  {
  }
  lemma StableOwed(p: Params, i: Id, x: Peer, desk: Desk, n: SeqNo)
    requires OwedStable(p, x, desk, n) == Some(OweStable(n))
    ensures CanAct(p, i, x, LStable(StableOn(x.r, desk, n)))
  {
  }
  lemma ExecutionOwed(p: Params, i: Id, x: Peer, busy: bool)
    requires OwedExecution(p, x, busy).Some?
    ensures OwedExecution(p, x, busy).value.OweCheckpoint? ==> CanAct(p, i, x, LCheckpoint)
    ensures OwedExecution(p, x, busy).value.OweExecute? ==> CanAct(p, i, x, LExecute)
  {
  }
  lemma ViewOwed(p: Params, i: Id, x: Peer, desk: Desk)
    requires OwedView(p, i, x, desk).Some?
    ensures OwedView(p, i, x, desk).value.OweJoin? ==> CanAct(p, i, x, LViewChange(x.r.view + 1))
    ensures OwedView(p, i, x, desk).value.OweNewView? ==>
      var V := AskingFor(desk, x.r.view); CanAct(p, i, x, LNewView(V, ComputeO(p, V)))
  {
    if OwedView(p, i, x, desk).value.OweNewView? { NewViewExists(p, x.r.view, AskingFor(desk, x.r.view)); }
  }
  lemma EntryOwed(p: Params, i: Id, x: Peer, m: Msg)
    requires OwedEntry(p, i, x, m).Some?
    ensures CanAct(p, i, x, LEnterView(m.view, m.V, m.O))
  {
  }
}
