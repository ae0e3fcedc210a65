namespace PbftReference.TestServer.Faults;

/// <summary>
/// The faults of a server, on demand. A rule counts the calls from when it was made: appends whose requests are complete and in order, and
/// reads that may be answered. The oldest rule that is for a call has it, and younger ones do not count it: two rules for the next append meet
/// the next two. Thread-safe.
/// </summary>
public sealed class ServerFaults
{
    private readonly RuleList<AppendCall, AppendFault> _appends = new();
    private readonly RuleList<ReadCall, ReadFault> _reads = new();

    /// <summary>For one append.</summary>
    /// <param name="fault">What happens.</param>
    /// <param name="nth">To which append from now on, at least 1.</param>
    public FaultRule NextAppend(AppendFault fault, int nth = 1) => _appends.Add(fault, Nth<AppendCall>(nth));

    /// <summary>For every k-th append.</summary>
    /// <param name="fault">What happens.</param>
    /// <param name="k">1: to every append.</param>
    public FaultRule EveryAppend(AppendFault fault, int k) => _appends.Add(fault, Every<AppendCall>(k));

    /// <summary>For the appends that a condition picks.</summary>
    /// <param name="fault">What happens.</param>
    /// <param name="condition">Called for one append at a time.</param>
    public FaultRule AppendsWhere(AppendFault fault, Func<AppendCall, bool> condition) => _appends.Add(fault, (call, _) => condition(call));

    /// <summary>For one read or subscription.</summary>
    /// <param name="fault">What happens.</param>
    /// <param name="nth">To which read from now on, at least 1.</param>
    public FaultRule NextRead(ReadFault fault, int nth = 1) => _reads.Add(fault, Nth<ReadCall>(nth));

    /// <summary>For every k-th read or subscription.</summary>
    /// <param name="fault">What happens.</param>
    /// <param name="k">1: to every read.</param>
    public FaultRule EveryRead(ReadFault fault, int k) => _reads.Add(fault, Every<ReadCall>(k));

    /// <summary>For the reads and subscriptions that a condition picks.</summary>
    /// <param name="fault">What happens.</param>
    /// <param name="condition">Called for one read at a time.</param>
    public FaultRule ReadsWhere(ReadFault fault, Func<ReadCall, bool> condition) => _reads.Add(fault, (call, _) => condition(call));

    /// <summary>Takes all faults away.</summary>
    public void Clear()
    {
        _appends.Clear();
        _reads.Clear();
    }

    /// <summary>The fault for this append; null for none.</summary>
    internal AppendFault? Meet(AppendCall call) => _appends.Meet(call);

    /// <summary>The fault for this read; null for none.</summary>
    internal ReadFault? Meet(ReadCall call) => _reads.Meet(call);

    private static Func<TCall, int, bool> Nth<TCall>(int nth)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(nth, 1);
        return (_, seen) => seen == nth;
    }

    private static Func<TCall, int, bool> Every<TCall>(int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        return (_, seen) => seen % k == 0;
    }

    private sealed class RuleList<TCall, TFault>
        where TFault : class
    {
        private readonly Lock _lock = new();
        private readonly List<FaultRule<TCall, TFault>> _rules = [];

        public FaultRule<TCall, TFault> Add(TFault fault, Func<TCall, int, bool> isMet)
        {
            ArgumentNullException.ThrowIfNull(fault);
            ArgumentNullException.ThrowIfNull(isMet);
            var rule = new FaultRule<TCall, TFault>(fault, isMet);
            lock (_lock) _rules.Add(rule);
            return rule;
        }

        public TFault? Meet(TCall call)
        {
            lock (_lock)
            {
                _rules.RemoveAll(rule => rule.IsOver);
                foreach (var rule in _rules)
                {
                    if (rule.TryMeet(call, out var fault)) return fault;
                }
            }

            return null;
        }

        public void Clear()
        {
            lock (_lock) _rules.Clear();
        }
    }
}
