using PbftReference.EventLog.Codec;

namespace PbftReference.Cli.Inspect;

/// <summary>A command that reads all replicas' logs together stops at one that cannot be read. It says then how the others are looked at.</summary>
internal static class OneByOne
{
    /// <summary>Reads several replicas' logs.</summary>
    /// <param name="how">How the command reads others; null if it was told to read just these.</param>
    /// <param name="read">Reads them.</param>
    /// <exception cref="CommandException">One of them is damaged.</exception>
    public static T Read<T>(string? how, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (how is not null && StreamDamage.IsSaidBy(e) && e is not UnknownRecordTypeException)
        {
            throw new CommandException(ExitCodes.Corrupt, $"{e.Message.TrimEnd('.')}. The logs of replicas that are whole can be looked at without this one: {how}", e);
        }
    }
}
