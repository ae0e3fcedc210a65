using System.Buffers;

namespace VerifyTests;

/// <summary>Where a golden file is and how it is compared.</summary>
public class VerifySettings
{
    private static readonly SearchValues<char> NotInFileNames = SearchValues.Create("/\\:*?\"<>|\0");

    /// <summary>Makes the defaults: the directory of the source file, and a file named after the test's class and method.</summary>
    public VerifySettings()
    {
    }

    /// <summary>Makes a copy.</summary>
    /// <param name="settings">What to copy.</param>
    /// <exception cref="ArgumentNullException"><paramref name="settings"/> is null.</exception>
    public VerifySettings(VerifySettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        Directory = settings.Directory;
        FileName = settings.FileName;
        AllowsSharedPrefix = settings.AllowsSharedPrefix;
    }

    internal string? Directory { get; private set; }

    internal string? FileName { get; private set; }

    internal bool AllowsSharedPrefix { get; private set; }

    /// <summary>Sets the directory of the golden file.</summary>
    /// <param name="directory">A path, absolute or relative to the directory of the calling source file.</param>
    /// <exception cref="ArgumentException"><paramref name="directory"/> is null or empty.</exception>
    public void UseDirectory(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        Directory = directory;
    }

    /// <summary>Sets the name of the golden file, in place of the names of class and method.</summary>
    /// <param name="fileName">A name without directory, <c>.verified</c> and extension.</param>
    /// <exception cref="ArgumentException"><paramref name="fileName"/> is null, empty or no file name.</exception>
    public void UseFileName(string fileName)
    {
        ArgumentException.ThrowIfNullOrEmpty(fileName);
        if (fileName.AsSpan().ContainsAny(NotInFileNames))
        {
            throw new ArgumentException(
                $"'{fileName}' has a character that no file name may have on every system. Set a directory with UseDirectory.",
                nameof(fileName));
        }

        FileName = fileName;
    }

    /// <summary>Lets several calls use one golden file in one run.</summary>
    public void DisableRequireUniquePrefix() => AllowsSharedPrefix = true;

    /// <summary>Opens no window with the difference. The stand-in never does.</summary>
#pragma warning disable CA1822 // an instance method in the real package
    public void DisableDiff()
#pragma warning restore CA1822
    {
    }
}
