namespace PbftReference.EventLog.Stores;

/// <summary>What kind of failure an <see cref="EventStoreException"/> reports.</summary>
public enum EventStoreFailure
{
    /// <summary>The expected revision is not the stream's: another writer was there, or this one forgot.</summary>
    WrongExpectedRevision,

    /// <summary>One append with more events or bytes than the store takes.</summary>
    AppendTooLarge,

    /// <summary>A truncation beyond the last revision + 1.</summary>
    TruncationBeyondEnd,

    /// <summary>The store is not there and was not to be created.</summary>
    StoreMissing,

    /// <summary>The store is there and can't be opened: a directory in its place, a database that does not let this user in.</summary>
    CannotOpen,

    /// <summary>The store is there, and the access rights of its files keep this user from reading it: nothing is wrong with it.</summary>
    MayNotRead,

    /// <summary>Something else is there: not an event log of this program. It was left as it is.</summary>
    NotAStore,

    /// <summary>An event log in a format that this version does not know.</summary>
    UnknownFormat,

    /// <summary>Another writer holds the store, longer than the patience set.</summary>
    Locked,

    /// <summary>The store was opened for reading, or its file can't be written.</summary>
    ReadOnly,

    /// <summary>The disk, or the limit set for the file, is full.</summary>
    OutOfSpace,

    /// <summary>The store's own structure is broken.</summary>
    Damaged,

    /// <summary>The server does not answer; of a write it is unknown whether it happened.</summary>
    Unreachable,

    /// <summary>Reading or writing failed otherwise; of a write it is unknown whether it happened.</summary>
    InputOutput,
}

/// <summary>A store could not do what was asked. The message says what, where, and how to go on.</summary>
public class EventStoreException : Exception
{
    /// <summary>Reports a failure.</summary>
    /// <param name="failure">Its kind.</param>
    /// <param name="message">What, where, and how to go on.</param>
    /// <param name="inner">The cause below, if any.</param>
    public EventStoreException(EventStoreFailure failure, string message, Exception? inner = null)
        : base(message, inner) => Failure = failure;

    /// <summary>The kind of failure.</summary>
    public EventStoreFailure Failure { get; }

    /// <summary>Whether it says that streams can't be read, or not on, whoever asks for them: the store is damaged, or this user may not read it.</summary>
    public bool IsUnreadable => Failure is EventStoreFailure.Damaged or EventStoreFailure.MayNotRead;

    /// <summary>Whether the same call may well succeed later, with nobody changing the store: room is made, the server comes back.</summary>
    public bool MayPass =>
        Failure is EventStoreFailure.Locked or EventStoreFailure.OutOfSpace or EventStoreFailure.InputOutput or EventStoreFailure.ReadOnly or EventStoreFailure.Unreachable;
}
