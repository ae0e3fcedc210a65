using System.Text;
using PbftReference.TestServer.Faults;
using Xunit;

namespace PbftReference.Tests.TestServer;

/// <summary>Each fault on demand, as a client sees it.</summary>
public class ServerFaultTests
{
    private const int Ok = 0;
    private const int DeadlineExceeded = 4;
    private const int Aborted = 10;
    private const int Unavailable = 14;
    private static readonly byte[] WholeRead = Requests.Forwards("s");

    [Fact]
    public async Task An_append_dropped_before_the_commit_is_not_written()
    {
        await using var bench = await FaultBench.StartAsync();
        bench.Server.Faults.NextAppend(AppendFault.DropBeforeCommit);

        await bench.AssertDroppedAsync(bench.Append("lost"));

        Assert.Empty(await bench.DataAsync());
        Assert.Equal(Ok, await bench.StatusAsync(bench.Append("kept")));
    }

    [Fact]
    public async Task An_append_dropped_after_the_commit_is_written_and_a_retry_with_its_id_writes_nothing_twice()
    {
        await using var bench = await FaultBench.StartAsync();
        bench.Server.Faults.NextAppend(AppendFault.DropAfterCommit);
        byte[][] request = [Requests.AppendNoStream("s"), Requests.Event(Guid.NewGuid(), "once")];

        await bench.AssertDroppedAsync(bench.Client.Call(Requests.Append, request));
        Assert.Equal(["once"], await bench.DataAsync());

        Assert.Equal(Ok, await bench.StatusAsync(bench.Client.Call(Requests.Append, request)));
        Assert.Equal(["once"], await bench.DataAsync());
    }

    [Fact]
    public async Task An_append_dropped_inside_its_answer_is_written_and_its_answer_has_no_end()
    {
        await using var bench = await FaultBench.StartAsync();
        bench.Server.Faults.NextAppend(AppendFault.DropInsideAnswer);

        await bench.AssertDroppedAsync(bench.Append("written"));

        Assert.Equal(["written"], await bench.DataAsync());
    }

    [Fact]
    public async Task Dropping_a_connection_ends_the_other_calls_on_it_and_dropping_a_call_does_not()
    {
        await using var bench = await FaultBench.StartAsync();
        using var other = bench.Client.Call(Requests.Read, Requests.Subscribe("other"));
        Assert.NotNull(await other.ReadAsync());

        bench.Server.Faults.NextAppend(AppendFault.DropBeforeCommit);
        await bench.AssertDroppedAsync(bench.Append("lost"));
        Assert.Equal(Ok, await bench.StatusAsync(bench.Append("arrives", "other")));
        Assert.Contains("arrives", Text(await other.ReadAsync()), StringComparison.Ordinal);
        Assert.NotNull(await other.ReadAsync());

        bench.Server.Faults.NextAppend(AppendFault.DropBeforeCommit with { Scope = DropScope.Connection });
        await bench.AssertDroppedAsync(bench.Append("lost"));
        await bench.AssertDroppedAsync(other);
    }

    [Fact]
    public async Task An_append_can_time_out_although_it_is_written_and_without()
    {
        await using var bench = await FaultBench.StartAsync();
        bench.Server.Faults.NextAppend(AppendFault.TimeoutNotCommitted);
        bench.Server.Faults.NextAppend(AppendFault.TimeoutCommitted);

        Assert.Equal((Aborted, "Operation timed out: Append"), await bench.EndAsync(bench.Append("not written")));
        Assert.Equal((Aborted, "Operation timed out: Append"), await bench.EndAsync(bench.Append("written")));

        Assert.Equal(["written"], await bench.DataAsync());
    }

    [Fact]
    public async Task A_server_can_be_not_ready_and_too_busy()
    {
        await using var bench = await FaultBench.StartAsync();
        bench.Server.Faults.NextAppend(AppendFault.NotReady);
        bench.Server.Faults.NextAppend(AppendFault.TooBusy);
        bench.Server.Faults.NextRead(ReadFault.NotReady);
        bench.Server.Faults.NextRead(ReadFault.TooBusy);

        Assert.Equal((Unavailable, "Server Is Not Ready"), await bench.EndAsync(bench.Append("not written")));
        Assert.Equal((Unavailable, "Server Is Too Busy"), await bench.EndAsync(bench.Append("not written")));
        Assert.Equal((Unavailable, "Server Is Not Ready"), await bench.EndAsync(bench.Client.Call(Requests.Read, WholeRead)));
        Assert.Equal((Unavailable, "Server Is Too Busy"), await bench.EndAsync(bench.Client.Call(Requests.Read, WholeRead)));
        Assert.Empty(await bench.DataAsync());
    }

    [Fact]
    public async Task An_append_held_after_the_commit_is_written_before_it_is_answered()
    {
        await using var bench = await FaultBench.StartAsync();
        var gate = new FaultGate();
        bench.Server.Faults.NextAppend(AppendFault.HoldAfterCommit(gate));

        var append = bench.Append("written");
        await gate.ArrivalAsync();
        Assert.Equal(["written"], await bench.DataAsync());
        Assert.False(append.HeadersAsync().IsCompleted);

        gate.Release();
        Assert.Equal(Ok, await bench.StatusAsync(append));
    }

    [Fact]
    public async Task An_append_held_before_the_commit_is_written_late_even_if_its_client_gave_up()
    {
        await using var bench = await FaultBench.StartAsync();
        var gate = new FaultGate();
        bench.Server.Faults.NextAppend(AppendFault.HoldBeforeCommit(gate));
        using var subscription = bench.Client.Call(Requests.Read, Requests.Subscribe("s"));
        Assert.NotNull(await subscription.ReadAsync());

        var deadline = new Dictionary<string, string> { ["content-type"] = "application/grpc", ["te"] = "trailers", ["grpc-timeout"] = "100m" };
        var append = bench.Client.Call(Requests.Append, deadline);
        append.Send(Requests.AppendNoStream("s"));
        append.Send(Requests.Event(Guid.NewGuid(), "late"));
        append.HalfClose();
        await gate.ArrivalAsync();
        Assert.Equal((DeadlineExceeded, "Deadline Exceeded"), await bench.EndAsync(append));
        Assert.Empty(await bench.DataAsync());

        gate.Release();
        Assert.Contains("late", Text(await subscription.ReadAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rule_is_for_the_nth_append_for_every_kth_or_for_those_that_a_condition_picks()
    {
        await using var bench = await FaultBench.StartAsync();
        async Task<string> Statuses(int count)
        {
            var statuses = new List<int>();
            for (var i = 0; i < count; i++) statuses.Add(await bench.StatusAsync(bench.Append($"{i}")));
            return string.Join(' ', statuses);
        }

        bench.Server.Faults.NextAppend(AppendFault.TooBusy, nth: 3);
        Assert.Equal("0 0 14 0 0", await Statuses(5));

        var rule = bench.Server.Faults.EveryAppend(AppendFault.TooBusy, k: 2);
        Assert.Equal("0 14 0 14 0", await Statuses(5));
        Assert.Equal(2, rule.TimesMet);
        rule.Dispose();
        Assert.Equal("0 0", await Statuses(2));

        bench.Server.Faults.AppendsWhere(AppendFault.TooBusy, append => append.Stream == "other" && append.EventIds.Count == 1);
        Assert.Equal("0 0", await Statuses(2));
        Assert.Equal(Unavailable, await bench.StatusAsync(bench.Append("not written", "other")));

        bench.Server.Faults.Clear();
        Assert.Equal(Ok, await bench.StatusAsync(bench.Append("written", "other")));
    }

    [Fact]
    public async Task A_rule_tells_when_it_has_met_its_first_call()
    {
        await using var bench = await FaultBench.StartAsync();
        var rule = bench.Server.Faults.NextAppend(AppendFault.TooBusy, nth: 2);

        await bench.StatusAsync(bench.Append("first"));
        Assert.False(rule.FirstMet.IsCompleted);
        await bench.StatusAsync(bench.Append("second"));
        await rule.FirstMet;
        Assert.Equal(1, rule.TimesMet);
    }

    [Fact]
    public async Task A_batch_meets_the_faults_of_appends_and_a_time_out_is_an_answer_in_it()
    {
        await using var bench = await FaultBench.StartAsync();
        var (timedOut, good) = (Guid.NewGuid(), Guid.NewGuid());
        bench.Server.Faults.AppendsWhere(AppendFault.TimeoutCommitted, append => append.IsBatch);
        using var batch = bench.Client.Call(Requests.BatchAppend, Requests.Batch(timedOut, "s", Guid.NewGuid(), "written"));
        Assert.Contains("event_store.client.Timeout", Text(await batch.ReadAsync()), StringComparison.Ordinal);
        Assert.Equal(["written"], await bench.DataAsync());

        bench.Server.Faults.Clear();
        bench.Server.Faults.NextAppend(AppendFault.DropInsideAnswer);
        using var dropped = bench.Client.Call(Requests.BatchAppend, Requests.Batch(good, "s", Guid.NewGuid(), "also"));
        await bench.AssertDroppedAsync(dropped);
        Assert.Equal(["written", "also"], await bench.DataAsync());
    }

    [Fact]
    public async Task A_read_that_trickles_comes_whole_in_pieces()
    {
        await using var bench = await FaultBench.StartAsync();
        await bench.StatusAsync(bench.Append("slow"));
        var gate = new FaultGate();
        bench.Server.Faults.NextRead(ReadFault.Trickle(3, gate));

        using var read = bench.Client.Call(Requests.Read, WholeRead);
        await gate.ArrivalAsync();
        gate.Release();
        await gate.ArrivalAsync();
        var first = new byte[64];
        Assert.Equal(3, await read.ReadBytesAsync(first));

        gate.Open();
        var rest = new MemoryStream();
        int length;
        while ((length = await read.ReadBytesAsync(first)) > 0) rest.Write(first, 0, length);
        Assert.Contains("slow", Encoding.UTF8.GetString(rest.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_read_held_at_its_pages_shows_what_was_appended_between_them()
    {
        await using var bench = await FaultBench.StartAsync();
        await bench.AppendManyAsync(32);
        var gate = new FaultGate();
        bench.Server.Faults.NextRead(ReadFault.HoldPages(gate));
        using var read = bench.Client.Call(Requests.Read, WholeRead);
        await gate.ArrivalAsync();
        await bench.AppendManyAsync(8);
        gate.Release();
        await gate.ArrivalAsync();
        await bench.AppendManyAsync(1);
        gate.Open();

        Assert.Equal(41 + 1, (await read.AllAsync()).Frames.Count);
    }

    [Theory]
    [InlineData(DropScope.Call)]
    [InlineData(DropScope.Connection)]
    public async Task A_read_can_be_dropped_after_some_events(DropScope scope)
    {
        await using var bench = await FaultBench.StartAsync();
        await bench.AppendManyAsync(5);
        var gate = new FaultGate();
        bench.Server.Faults.NextRead(ReadFault.DropAfter(2, gate, scope));

        using var read = bench.Client.Call(Requests.Read, WholeRead);
        Assert.NotNull(await read.ReadAsync());
        Assert.NotNull(await read.ReadAsync());
        gate.Open();
        await bench.AssertDroppedAsync(read);
    }

    [Fact]
    public async Task A_subscription_can_be_dropped_among_its_live_events()
    {
        await using var bench = await FaultBench.StartAsync();
        var gate = new FaultGate();
        bench.Server.Faults.ReadsWhere(ReadFault.DropAfter(2, gate), read => read is { IsSubscription: true, Stream: "s", IsBackwards: false });
        using var subscription = bench.Client.Call(Requests.Read, Requests.Subscribe("s"));
        Assert.NotNull(await subscription.ReadAsync());

        await bench.AppendManyAsync(3);
        Assert.Contains("0", Text(await subscription.ReadAsync()), StringComparison.Ordinal);
        Assert.Contains("1", Text(await subscription.ReadAsync()), StringComparison.Ordinal);
        gate.Open();
        await bench.AssertDroppedAsync(subscription);
    }

    [Fact]
    public async Task A_subscriber_can_be_told_that_it_is_too_slow()
    {
        await using var bench = await FaultBench.StartAsync();
        await bench.AppendManyAsync(5);
        bench.Server.Faults.NextRead(ReadFault.TooSlowAfter(2));

        var subscription = bench.Client.Call(Requests.Read, Requests.Subscribe("s"));
        var (frames, status) = await subscription.AllAsync();

        // Confirmation and two events.
        Assert.Equal((3, Aborted), (frames.Count, status));
        var trailers = (await subscription.HeadersAsync()).TrailingHeaders;
        Assert.StartsWith("Consumer too slow", trailers.GetValues("grpc-message").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_restart_the_streams_are_there_on_the_same_port_and_calls_of_before_are_broken()
    {
        await using var bench = await FaultBench.StartAsync();
        await bench.StatusAsync(bench.Append("kept"));
        using var subscription = bench.Client.Call(Requests.Read, Requests.Subscribe("other"));
        Assert.NotNull(await subscription.ReadAsync());
        var address = bench.Server.ConnectionString;

        await bench.RestartAsync();

        await bench.AssertDroppedAsync(subscription);
        Assert.Equal(address, bench.Server.ConnectionString);
        Assert.Equal(["kept"], await bench.DataAsync());
    }

    [Fact]
    public async Task A_restart_loses_what_makes_a_retry_with_expected_any_idempotent_and_not_what_makes_one_at_a_revision()
    {
        await using var bench = await FaultBench.StartAsync();
        byte[][] any = [Requests.AppendAny("s"), Requests.Event(Guid.NewGuid(), "any")];
        byte[][] exact = [Requests.AtRevision("s", 0), Requests.Event(Guid.NewGuid(), "exact")];
        foreach (var request in new[] { any, any, exact, exact }) Assert.Equal(Ok, await bench.StatusAsync(bench.Client.Call(Requests.Append, request)));
        Assert.Equal(["any", "exact"], await bench.DataAsync());

        await bench.RestartAsync();

        foreach (var request in new[] { exact, any }) Assert.Equal(Ok, await bench.StatusAsync(bench.Client.Call(Requests.Append, request)));
        Assert.Equal(["any", "exact", "any"], await bench.DataAsync());
    }

    [Fact]
    public async Task A_restart_ends_an_append_that_is_held_before_its_commit()
    {
        await using var bench = await FaultBench.StartAsync();
        var gate = new FaultGate();
        bench.Server.Faults.NextAppend(AppendFault.HoldBeforeCommit(gate));
        var append = bench.Append("never written");
        await gate.ArrivalAsync();

        await bench.RestartAsync();

        await bench.AssertDroppedAsync(append);
        gate.Open();
        Assert.Empty(await bench.DataAsync());
    }

    [Fact]
    public async Task Between_stop_and_resume_nobody_listens()
    {
        await using var bench = await FaultBench.StartAsync();
        await bench.Server.StopAsync();

        await Assert.ThrowsAsync<HttpRequestException>(() => bench.Append("lost").HeadersAsync());

        await bench.Server.ResumeAsync();
        Assert.Equal(Ok, await bench.StatusAsync(bench.Append("written")));
    }

    private static string Text(byte[]? frame) => Encoding.UTF8.GetString(frame ?? []);
}
