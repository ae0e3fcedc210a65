namespace PbftReference.Tests;

/// <summary>Finds the directory that holds the solution, from which tests read sources, documents and golden files.</summary>
internal static class RepositoryRoot
{
    private const string Solution = "PbftReference.sln";

    /// <summary>The absolute path of the directory that holds PbftReference.sln.</summary>
    public static string Path { get; } = Find();

    private static string Find()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(directory.FullName, Solution)))
            {
                return directory.FullName;
            }
        }

        throw new DirectoryNotFoundException(
            $"{Solution} is in none of the directories above {AppContext.BaseDirectory}. Run the tests from within the repository.");
    }
}
