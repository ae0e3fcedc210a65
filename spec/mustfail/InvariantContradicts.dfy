include "../proof/Invariant.dfy"
// If this could be proved, no state would have the invariant, and every theorem about states that have it would be empty.
// expect: 1 error
module InvariantContradicts {
  import opened PbftTypes
  import opened PbftSystem
  import opened PbftInvariant

  lemma NoState(e: Env, s: Sys)
    requires EnvOk(e) && Inv(e, s)
    ensures false
  {
  }
}
