include "Theorem.dfy"
include "../oracle/Trace.dfy"
module PbftTraceSound {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftSystem
  import opened PbftInvariant
  import opened PbftPreserve
  import opened PbftTheorem
  import opened PbftTrace

  // Every accepted event is a step of the specification (or leaves the system unchanged).
  lemma CheckSound(e: Env, t: TState, ev: Event)
    requires Check(e, t, ev).Some?
    ensures SysNext(e, t.sys, Check(e, t, ev).value.sys)
  {
    match ev {
      case EnvSend(m)    => assert ByzStep(e, t.sys, Check(e, t, ev).value.sys);
      case Deliver(i, m) => assert ByzStep(e, t.sys, Check(e, t, ev).value.sys);
      case Act(i, l, out) =>
        var a := Evidence(e.p, t.sys.reps[i], t.logs[i], t.known[i], l).value;
        assert CanStep(e, t.sys, i, a) && Check(e, t, ev).value.sys == Step(e, t.sys, i, a);
    }
  }

  // An accepted trace is a behavior, so all theorems of PbftTheorem hold of it.
  lemma RunSound(e: Env, evs: seq<Event>) returns (b: seq<Sys>)
    requires Run(e, InitTrace(e.p), evs).Some?
    ensures Behavior(e, b) && |b| == |evs| + 1 && b[|b| - 1] == Run(e, InitTrace(e.p), evs).value.sys
  {
    if |evs| == 0 {
      b := [InitTrace(e.p).sys];
    } else {
      var n := |evs| - 1;
      var b0 := RunSound(e, evs[..n]);
      var t := Run(e, InitTrace(e.p), evs[..n]).value;
      CheckSound(e, t, evs[n]);
      b := b0 + [Check(e, t, evs[n]).value.sys];
      assert forall k :: 0 <= k < |b| - 1 ==> SysNext(e, b[k], b[k + 1]) by {
        forall k | 0 <= k < |b| - 1 ensures SysNext(e, b[k], b[k + 1]) {
          if k < |b0| - 1 { assert SysNext(e, b0[k], b0[k + 1]); }
        }
      }
    }
  }
}
