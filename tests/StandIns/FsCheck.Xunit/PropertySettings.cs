using System.Globalization;
using Microsoft.FSharp.Core;

namespace FsCheck.Xunit;

// What one attribute sets; null or empty where it leaves the choice to the attribute around it.
internal sealed class PropertySettings
{
    public string? Replay { get; set; }

    public int? Parallelism { get; set; }

    public int? MaxTest { get; set; }

    public int? MaxRejected { get; set; }

    public int? StartSize { get; set; }

    public int? EndSize { get; set; }

    public bool? Verbose { get; set; }

    public bool? QuietOnSuccess { get; set; }

    public Type[] Arbitrary { get; set; } = [];

    public PropertySettings Within(PropertySettings outer) => new()
    {
        Replay = Replay ?? outer.Replay,
        Parallelism = Parallelism ?? outer.Parallelism,
        MaxTest = MaxTest ?? outer.MaxTest,
        MaxRejected = MaxRejected ?? outer.MaxRejected,
        StartSize = StartSize ?? outer.StartSize,
        EndSize = EndSize ?? outer.EndSize,
        Verbose = Verbose ?? outer.Verbose,
        QuietOnSuccess = QuietOnSuccess ?? outer.QuietOnSuccess,
        Arbitrary = [.. Arbitrary, .. outer.Arbitrary],
    };

    public Config ToConfig(IRunner runner)
    {
        var defaults = Config.Default;
        var reporting = Verbose == true ? Config.Verbose : Config.Quick;
        var config = defaults
            .WithMaxTest(MaxTest ?? defaults.MaxTest)
            .WithMaxRejected(MaxRejected ?? defaults.MaxRejected)
            .WithStartSize(StartSize ?? defaults.StartSize)
            .WithEndSize(EndSize ?? defaults.EndSize)
            .WithQuietOnSuccess(QuietOnSuccess ?? defaults.QuietOnSuccess)
            .WithEvery(reporting.Every)
            .WithEveryShrink(reporting.EveryShrink)
            .WithArbitrary(Arbitrary)
            .WithRunner(runner);
        if (Parallelism is { } degree)
        {
            config = config.WithParallelRunConfig(FSharpOption<ParallelRunConfig>.Some(new ParallelRunConfig(degree)));
        }

        return Replay is null ? config : config.WithReplay(FSharpOption<Replay>.Some(ParseReplay(Replay)));
    }

    private static Replay ParseReplay(string text)
    {
        var parts = text.Trim('(', ')').Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (parts.Length is not (2 or 3)
            || !ulong.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var seed)
            || !ulong.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var gamma))
        {
            throw UnreadableReplay(text);
        }

        return new Replay(new Rnd(seed, gamma), parts.Length == 3 ? FSharpOption<int>.Some(ParseSize(parts[2], text)) : FSharpOption<int>.None);
    }

    private static int ParseSize(string size, string text) =>
        int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : throw UnreadableReplay(text);

    private static FormatException UnreadableReplay(string text) =>
        new($"Replay = \"{text}\" is not a seed. Give it as a failure reports it: \"(seed,gamma)\" or \"(seed,gamma,size)\", "
            + "whole numbers without a sign.");
}
