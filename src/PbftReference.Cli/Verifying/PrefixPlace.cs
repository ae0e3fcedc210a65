using PbftReference.Cli.Inspect;
using PbftReference.Cli.Output;

namespace PbftReference.Cli.Verifying;

/// <summary>Where the shortest failing prefix goes.</summary>
internal static class PrefixPlace
{
    private const string Ending = ".violation.jsonl";

    /// <summary>Beside what was judged. Beside what comes through a pipe or out of a database nothing can stand: then the working directory.</summary>
    public static string Default(VerifyInput input)
    {
        if (LogAddress.Is(input.Source)) return LogAddress.Parse(input.Source).Cluster + Ending;
        return input.IsPiped ? $"trace{Ending}" : Beside(input.Source);
    }

    /// <summary>Beside a file or a directory. A name that only points (<c>.</c>, <c>runs/..</c>) is replaced by the directory's own.</summary>
    public static string Beside(string path)
    {
        var name = Path.TrimEndingDirectorySeparator(path);
        if (Path.GetFileName(name) is "." or "..") name = Path.TrimEndingDirectorySeparator(Path.GetFullPath(name));
        // the root has no name, and nothing is beside it
        return Path.GetFileName(name).Length == 0 ? $"log{Ending}" : name + Ending;
    }

    /// <summary>Refuses a file that is what is judged, or a part of it.</summary>
    /// <param name="file">The file; null for the default.</param>
    /// <param name="source">What is to be judged.</param>
    /// <exception cref="CommandException">It is.</exception>
    public static void Check(string? file, string source)
    {
        if (file is not null && WhyNot(file, source) is { } why) throw new CommandException(ExitCodes.Usage, $"--prefix {file}: {why}; name another file");
    }

    /// <summary>Why a file cannot take the prefix: it is what is judged, or a part of it; null if it can.</summary>
    public static string? WhyNot(string file, string source)
    {
        if (LogAddress.Is(source)) return null;
        var (target, judged) = (Real(file), Real(source));
        if (target == judged && !WholeFile.IsDevice(target) && !Directory.Exists(judged)) return "it is the trace that is judged, and would be overwritten";
        return Directory.Exists(judged) && target.StartsWith(Path.TrimEndingDirectorySeparator(judged) + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? "it lies in the directory that is judged, and nothing is written there"
            : null;
    }

    // The path without any links.
    private static string Real(string path)
    {
        var full = Path.GetFullPath(path);
        var real = Path.GetPathRoot(full)!;
        foreach (var name in full[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            var next = new FileInfo(Path.Combine(real, name));
            real = next.LinkTarget is null ? next.FullName : next.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        }

        return real;
    }
}
