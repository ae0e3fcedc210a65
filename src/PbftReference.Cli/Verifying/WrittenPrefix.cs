using PbftReference.Audit.Verification;
using PbftReference.EventLog.Stores;

namespace PbftReference.Cli.Verifying;

/// <summary>What became of the shortest failing prefix. That it cannot be written changes no verdict.</summary>
/// <param name="File">Its file; null if there is none.</param>
/// <param name="Error">Why it could not be written, and how to go on; null if nothing went wrong.</param>
internal sealed record WrittenPrefix(string? File, string? Error)
{
    /// <summary>There was none to write.</summary>
    public static WrittenPrefix None { get; } = new(null, null);

    /// <summary>Writes it, or tells why not.</summary>
    /// <param name="input">What was judged.</param>
    /// <param name="finding">The violation.</param>
    /// <param name="named">The file that <c>--prefix</c> names; null for one beside what was judged.</param>
    public static WrittenPrefix Write(VerifyInput input, Finding finding, string? named)
    {
        var file = named ?? PrefixPlace.Default(input);
        try
        {
            return PrefixPlace.WhyNot(file, input.Source) is { } why ? NotTo(file, why) : new WrittenPrefix(PrefixFile.Write(input, finding, file), null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or EventStoreException)
        {
            return NotTo(file, e.Message.TrimEnd('.'));
        }
    }

    private static WrittenPrefix NotTo(string file, string why) =>
        new(null, $"the shortest failing prefix cannot be written to {file}: {why}; name another file by --prefix. The verdict stands");
}
