include "../oracle/Explain.dfy"
// A guard is named exactly when the oracle refuses.
module PbftExplainOk {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftTrace
  import opened PbftExplain

  lemma WhyNotIff(p: Params, i: Id, x: Peer, l: Local)
    ensures WhyNot(p, i, x, l).None? <==> CanAct(p, i, x, l)
  {
  }
}
