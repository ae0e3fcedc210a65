include "Witnesses.dfy"
// What the changes do: for the mutant that is named as the argument, a run that the mutant accepts, move by move, and how it ends.
// Run by mutants/harm/run.
module PbftHarm {
  import PbftOneView
  import PbftTwoViews
  import PbftFraming
  import PbftUnaccused
  import PbftStuck
  import PbftWitnesses

  method Main(args: seq<string>) {
    if |args| < 2 { print "name a mutant of list.txt\n"; return; }
    var known := PbftOneView.Play(args[1]);
    if !known { known := PbftTwoViews.Play(args[1]); }
    if !known { known := PbftFraming.Play(args[1]); }
    if !known { known := PbftUnaccused.Play(args[1]); }
    if !known { known := PbftStuck.Play(args[1]); }
    if !known { known := PbftWitnesses.Play(args[1]); }
    if !known { print "no run\n"; }
  }
}
