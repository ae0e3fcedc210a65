namespace PbftReference.Simulation.Byzantine;

/// <summary>Keeps frames of everybody and sends them again at random times to anybody.</summary>
public sealed class Replay(SeededRandom random) : ByzantineBehaviour
{
    private const int FramesKept = 256;

    private readonly List<byte[]> _frames = [];

    /// <inheritdoc/>
    public override string Name => "replay";

    /// <inheritdoc/>
    public override void Begin(ByzantineContext context)
    {
        base.Begin(context);
        Repeat(random, 5, 60, SendAgain);
    }

    /// <inheritdoc/>
    public override bool OnFrame(byte[] frame)
    {
        if (_frames.Count < FramesKept) _frames.Add(frame);
        else if (random.Chance(250_000)) _frames[random.Below(FramesKept)] = frame;
        return true;
    }

    private void SendAgain()
    {
        if (_frames.Count == 0) return;
        var others = Context.Others.ToArray();
        for (var i = random.Between(1, 4); i > 0; i--)
        {
            Act();
            Context.SendPastOthers(random.Pick(others), random.Pick(_frames));
        }
    }
}
