include "../proof/Accountability.dfy"
// The opposite of NoFraming: in some behaviour, signed evidence makes an honest replica guilty.
// expect: 1 error
module GuiltyHonest {
  import opened PbftTypes
  import opened PbftSystem
  import opened PbftEvidence
  import opened PbftInvariant
  import opened PbftAccountability

  lemma Framing(e: Env, b: seq<Sys>, k: nat, S: set<Msg>)
    requires CollisionFree(e.p) && Behavior(e, b) && k < |b| && Signed(e, b[k].net, S)
    ensures exists i :: Honest(e, i) && Guilty(e.p, S, i)
  {
    NoFraming(e, b, k, S);
  }
}
