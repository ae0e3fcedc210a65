using System.Runtime.CompilerServices;

namespace VerifyTests;

/// <summary>A comparison that runs once, when it is first awaited, with what its settings then are.</summary>
public class SettingsTask
{
    private readonly Func<VerifySettings, Task> _compare;
    private Task? _task;

    internal SettingsTask(VerifySettings? settings, Func<VerifySettings, Task> compare)
    {
        // A copy, so that calls on this comparison do not reach another one that shares the settings.
        CurrentSettings = settings is null ? new VerifySettings() : new VerifySettings(settings);
        _compare = compare;
    }

    /// <summary>The settings of this comparison alone.</summary>
    public VerifySettings CurrentSettings { get; }

    /// <summary>Starts the comparison if it has not started.</summary>
    /// <param name="settingsTask">The comparison.</param>
    public static implicit operator Task(SettingsTask settingsTask)
    {
        ArgumentNullException.ThrowIfNull(settingsTask);
        return settingsTask.Start();
    }

    /// <inheritdoc cref="VerifySettings.UseDirectory"/>
    /// <returns>This comparison.</returns>
    public SettingsTask UseDirectory(string directory)
    {
        CurrentSettings.UseDirectory(directory);
        return this;
    }

    /// <inheritdoc cref="VerifySettings.UseFileName"/>
    /// <returns>This comparison.</returns>
    public SettingsTask UseFileName(string fileName)
    {
        CurrentSettings.UseFileName(fileName);
        return this;
    }

    /// <inheritdoc cref="VerifySettings.DisableRequireUniquePrefix"/>
    /// <returns>This comparison.</returns>
    public SettingsTask DisableRequireUniquePrefix()
    {
        CurrentSettings.DisableRequireUniquePrefix();
        return this;
    }

    /// <inheritdoc cref="VerifySettings.DisableDiff"/>
    /// <returns>This comparison.</returns>
    public SettingsTask DisableDiff()
    {
        CurrentSettings.DisableDiff();
        return this;
    }

    /// <summary>Starts the comparison if it has not started, for <c>await</c>.</summary>
    /// <returns>The awaiter.</returns>
    public TaskAwaiter GetAwaiter() => Start().GetAwaiter();

    /// <summary>Starts the comparison if it has not started, for <c>await</c> with a choice of context.</summary>
    /// <param name="continueOnCapturedContext">Whether to go on in the context of the caller.</param>
    /// <returns>What to await.</returns>
    public ConfiguredTaskAwaitable ConfigureAwait(bool continueOnCapturedContext) => Start().ConfigureAwait(continueOnCapturedContext);

    private Task Start() => _task ??= _compare(CurrentSettings);
}
