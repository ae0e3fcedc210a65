using System.Diagnostics.Metrics;

namespace PbftReference.Runtime.Telemetry;

/// <summary>The instruments of one replica. Names and meanings are listed in docs/operations.md.</summary>
public sealed class ReplicaInstruments : IDisposable
{
    /// <summary>The name of the meter, and of the source of activities.</summary>
    public const string Name = "PbftReference.Replica";

    private readonly Meter _meter = new(Name);

    /// <summary>Makes the instruments.</summary>
    /// <param name="gauges">Where gauges are read.</param>
    public ReplicaInstruments(ReplicaGauges gauges)
    {
        ArgumentNullException.ThrowIfNull(gauges);
        RequestsExecuted = _meter.CreateCounter<long>("pbft.requests.executed", "{request}", "Requests executed.");
        BatchesExecuted = _meter.CreateCounter<long>("pbft.batches.executed", "{batch}", "Places executed, null requests among them.");
        PhaseDuration = _meter.CreateHistogram("pbft.phase.duration", "s", "From the pre-prepare of a place to prepared, committed-local and executed.", advice: Seconds);
        ViewChanges = _meter.CreateCounter<long>("pbft.view_changes", "{view_change}", "View changes that this replica asked for, by reason.");
        Messages = _meter.CreateCounter<long>("pbft.messages", "{message}", "Messages by type, direction and outcome.");
        Refusals = _meter.CreateCounter<long>("pbft.refusals", "{input}", "Inputs refused, by reason.");
        Transfers = _meter.CreateCounter<long>("pbft.transfers", "{transfer}", "States taken over from other replicas.");
        AppendDuration = _meter.CreateHistogram("pbft.log.append.duration", "s", "How long it takes to make records durable.", advice: Seconds);
        LogBytes = _meter.CreateCounter<long>("pbft.log.bytes", "By", "Bytes written to the log.");
        LogRecords = _meter.CreateCounter<long>("pbft.log.records", "{record}", "Records written to the log.");
        LogRetries = _meter.CreateCounter<long>("pbft.log.retries", "{attempt}", "Attempts to write the log that failed and are made again.");
        TransportRefused = _meter.CreateCounter<long>("pbft.transport.refused", "{connection}", "Connections refused or broken off for a fault of the other side, by reason.");
        TransportDropped = _meter.CreateCounter<long>("pbft.transport.dropped", "{frame}", "Frames dropped: no connection, or its queue is full.");
        TransportBytes = _meter.CreateCounter<long>("pbft.transport.bytes", "By", "Bytes of frames, by direction.");
        _meter.CreateObservableGauge("pbft.view", () => gauges.View, "{view}", "The view that the replica is in.");
        _meter.CreateObservableGauge("pbft.view.active", () => gauges.IsActive ? 1 : 0, "{replica}", "1 in an active view, 0 in a view change.");
        _meter.CreateObservableGauge("pbft.watermark.low", () => gauges.Low, "{place}", "h: the stable checkpoint.");
        _meter.CreateObservableGauge("pbft.watermark.high", () => gauges.High, "{place}", "H = h + L.");
        _meter.CreateObservableGauge("pbft.executed.last", () => gauges.LastExecuted, "{place}", "The last place executed.");
        _meter.CreateObservableGauge("pbft.requests.waiting", () => gauges.RequestsWaiting, "{request}", "Requests that are not executed yet.");
        _meter.CreateObservableGauge("pbft.events.waiting", () => gauges.EventsWaiting(), "{event}", "Events in the queue of the event thread.");
        _meter.CreateObservableGauge("pbft.transport.waiting", () => gauges.FramesWaiting(), "{frame}", "Frames that wait for other replicas.");
        _meter.CreateObservableGauge("pbft.peers.replicas", () => gauges.ReplicasConnected(), "{peer}", "Other replicas that can be sent to.");
        _meter.CreateObservableGauge("pbft.peers.clients", () => gauges.ClientsConnected(), "{peer}", "Clients that are connected.");
        _meter.CreateObservableGauge("pbft.up", () => 1, "{process}", "1 while the process runs.");
    }

    private static readonly InstrumentAdvice<double> Seconds =
        new() { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] };

    /// <summary>The meter itself, so that a listener can tell replicas of one process apart.</summary>
    internal Meter Meter => _meter;

    internal Counter<long> RequestsExecuted { get; }

    internal Counter<long> BatchesExecuted { get; }

    internal Histogram<double> PhaseDuration { get; }

    internal Counter<long> ViewChanges { get; }

    internal Counter<long> Messages { get; }

    internal Counter<long> Refusals { get; }

    internal Counter<long> Transfers { get; }

    internal Histogram<double> AppendDuration { get; }

    internal Counter<long> LogBytes { get; }

    internal Counter<long> LogRecords { get; }

    internal Counter<long> LogRetries { get; }

    internal Counter<long> TransportRefused { get; }

    internal Counter<long> TransportDropped { get; }

    internal Counter<long> TransportBytes { get; }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}

/// <summary>Where gauges are read: numbers of the last step, and functions that may be called from any thread.</summary>
public sealed class ReplicaGauges
{
    private long _view;
    private long _active;
    private long _low;
    private long _high;
    private long _lastExecuted;
    private long _requestsWaiting;

    /// <summary>The view.</summary>
    public long View => Volatile.Read(ref _view);

    /// <summary>Whether the view is active.</summary>
    public bool IsActive => Volatile.Read(ref _active) == 1;

    /// <summary>h.</summary>
    public long Low => Volatile.Read(ref _low);

    /// <summary>H.</summary>
    public long High => Volatile.Read(ref _high);

    /// <summary>The last place executed.</summary>
    public long LastExecuted => Volatile.Read(ref _lastExecuted);

    /// <summary>Requests not executed yet.</summary>
    public long RequestsWaiting => Volatile.Read(ref _requestsWaiting);

    /// <summary>Events in the queue.</summary>
    public Func<long> EventsWaiting { get; set; } = () => 0;

    /// <summary>Frames that wait.</summary>
    public Func<long> FramesWaiting { get; set; } = () => 0;

    /// <summary>Other replicas connected.</summary>
    public Func<long> ReplicasConnected { get; set; } = () => 0;

    /// <summary>Clients connected.</summary>
    public Func<long> ClientsConnected { get; set; } = () => 0;

    /// <summary>Takes the numbers of a state.</summary>
    internal void Take(Core.State.ReplicaState state)
    {
        Volatile.Write(ref _view, state.View.Value);
        Volatile.Write(ref _active, state.Active ? 1 : 0);
        Volatile.Write(ref _low, state.Low.Value);
        Volatile.Write(ref _high, state.High.Value);
        Volatile.Write(ref _lastExecuted, state.LastExecuted.Value);
        Volatile.Write(ref _requestsWaiting, state.Queue.Count);
    }
}
