using PbftReference.Core;
using PbftReference.Core.Messages;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.Simulation.Network;

namespace PbftReference.Simulation.Byzantine;

/// <summary>
/// How a faulty replica departs from the protocol. Underneath runs an ordinary host; the behaviour sees every frame that comes in and
/// decides what really leaves. It may sign any nesting under its own key and nothing under another's. What it does follows from its own
/// chance and from what it sees, so that a seed gives the same lies again.
/// </summary>
public abstract class ByzantineBehaviour
{
    /// <summary>Its name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>How often it really departed from the protocol: a run in which this is 0 shows nothing.</summary>
    public long Acts { get; private set; }

    /// <summary>What it can do; there from <see cref="Begin"/> on.</summary>
    protected ByzantineContext Context { get; private set; } = null!;

    /// <summary>The process started, for the first time or again.</summary>
    public virtual void Begin(ByzantineContext context) => Context = context;

    /// <summary>A frame came in.</summary>
    /// <returns>Whether the host underneath gets it too.</returns>
    public virtual bool OnFrame(byte[] frame) => true;

    /// <summary>A frame came in from somewhere: for those to whom it matters from where.</summary>
    /// <returns>Whether the host underneath gets it too.</returns>
    public virtual bool OnFrame(Arrival arrival, byte[] frame) => OnFrame(frame);

    /// <summary>The host underneath sends a frame to a replica.</summary>
    public virtual void OnSend(ReplicaId to, byte[] frame) => Context.Send(to, frame);

    /// <summary>The host underneath sends a frame to a client.</summary>
    public virtual void OnSend(ClientId to, byte[] frame) => Context.Send(to, frame);

    /// <summary>Adds what it did, by the name of its behaviour.</summary>
    public virtual void AddActs(SortedDictionary<string, long> acts) => acts[Name] = acts.GetValueOrDefault(Name) + Acts;

    /// <summary>Counts a departure from the protocol.</summary>
    protected void Act() => Acts++;

    /// <summary>Does something again and again, at random distances in milliseconds, until the process ends.</summary>
    protected void Repeat(SeededRandom random, long low, long high, Action action) => Context.After(random.Between(low, high), () =>
    {
        action();
        Repeat(random, low, high, action);
    });

    /// <summary>The kind of message that a frame claims to be.</summary>
    protected static MessageKind KindOf(byte[] frame) => frame.Length == 0 ? default : (MessageKind)frame[0];

    /// <summary>The message in a frame of the host underneath.</summary>
    protected static T Read<T>(byte[] frame)
        where T : Message => (T)WireFormat.Decode(frame).Statement;

    /// <summary>The message in a frame of anybody; null if it is another or none.</summary>
    protected static T? TryRead<T>(byte[] frame)
        where T : Message => TryDecode(frame)?.Statement as T;

    /// <summary>The client's request in a frame of anybody; null if there is none.</summary>
    protected static Signed<Request>? TryReadRequest(byte[] frame) =>
        KindOf(frame) == MessageKind.Request ? TryReadSigned<Request>(frame) : null;

    /// <summary>The message in a frame of anybody, with its signature; null if it is another or none.</summary>
    protected static Signed<T>? TryReadSigned<T>(byte[] frame)
        where T : Message => TryDecode(frame) is { Statement: T statement, Signature: var signature } ? new Signed<T>(statement, signature) : null;

    /// <summary>
    /// Whether a frame brings back what this process, or its twin, signed behind the back of the host underneath. The host would halt,
    /// and the replica would misbehave no more, so it is kept from it.
    /// </summary>
    internal static bool ShowsItsLies(byte[] frame, ReplicaState state) =>
        KindOf(frame) == MessageKind.CommitProof && TryRead<CommitProof>(frame) is { } proof
        && Predicates.InWindow(state, proof.Commit.SequenceNumber) && Predicates.IsForgotten(state, proof);

    private static (Message Statement, Signature Signature)? TryDecode(byte[] frame)
    {
        try
        {
            return WireFormat.Decode(frame);
        }
        catch (InvalidDataException)
        {
            // another faulty replica sent it; the host underneath counts and drops it
            return null;
        }
    }
}
