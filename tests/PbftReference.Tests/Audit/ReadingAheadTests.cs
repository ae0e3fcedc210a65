using PbftReference.Audit;
using Xunit;

namespace PbftReference.Tests.Audit;

/// <summary>Reading ahead of the judge in another thread: it must not show in what the judge gets.</summary>
public sealed class ReadingAheadTests
{
    // chunks of 64, of which eight may wait and one is under way
    private const int FurthestAhead = 9 * 64;

    [Fact]
    public void Each_sequence_comes_whole_and_in_its_order_however_they_are_consumed_in_turns()
    {
        int[] lengths = [1000, 0, 1, 64, 12_345];
        using var ahead = new ReadingAhead<(int Sequence, int Item)>(lengths.Select((length, k) => Enumerable.Range(0, length).Select(i => (k, i))));
        var consumed = lengths.Select(_ => new List<(int, int)>()).ToArray();
        var sequences = lengths.Select((_, k) => (Of: k, Items: ahead.Of(k).GetEnumerator())).ToList();
        for (var turn = 0; sequences.Count > 0; turn++)
        {
            var (of, items) = sequences[turn * 7 % sequences.Count];
            if (items.MoveNext()) consumed[of].Add(items.Current);
            else sequences.RemoveAt(turn * 7 % sequences.Count);
        }

        Assert.All(lengths.Index(), length => Assert.Equal(Enumerable.Range(0, length.Item).Select(i => (length.Index, i)), consumed[length.Index]));
    }

    [Fact]
    public void What_a_sequence_throws_comes_behind_what_it_gave_and_the_others_go_on()
    {
        using var ahead = new ReadingAhead<int>([Failing(100), Enumerable.Range(0, 5000)]);
        var before = new List<int>();
        var thrown = Assert.Throws<InvalidDataException>(() =>
        {
            foreach (var item in ahead.Of(0)) before.Add(item);
        });
        Assert.Equal("after 100", thrown.Message);
        Assert.Equal(Enumerable.Range(0, 100), before);
        Assert.Equal(Enumerable.Range(0, 5000), ahead.Of(1));
    }

    [Fact]
    public void A_sequence_that_nobody_consumes_is_read_a_bounded_way_while_another_is_read_to_its_end()
    {
        var read = 0;
        using var ahead = new ReadingAhead<int>([Enumerable.Range(0, int.MaxValue).Select(i => read = i + 1), Enumerable.Range(0, 100_000)]);
        Assert.Equal(100_000, ahead.Of(1).Count());
        Assert.InRange(Volatile.Read(ref read), 1, FurthestAhead);
    }

    [Fact]
    public void One_thread_reads_all_sequences_and_it_is_not_the_consumers()
    {
        var threads = new HashSet<int>();
        using var ahead = new ReadingAhead<int>(Enumerable.Range(0, 4).Select(_ => Enumerable.Range(0, 300).Select(i =>
        {
            threads.Add(Environment.CurrentManagedThreadId);
            return i;
        })));
        foreach (var k in Enumerable.Range(0, 4)) Assert.Equal(300, ahead.Of(k).Count());
        Assert.NotEqual(Environment.CurrentManagedThreadId, Assert.Single(threads));
    }

    [Fact]
    public void Disposal_in_the_middle_ends_the_reading_and_closes_every_sequence()
    {
        var (read, closed) = (0, 0);
        var ahead = new ReadingAhead<int>([Endless(), Endless()]);
        Assert.Equal(0, ahead.Of(0).First());
        ahead.Dispose();
        Assert.Equal(2, closed);
        Assert.InRange(read, 1, 2 * FurthestAhead);

        IEnumerable<int> Endless()
        {
            try
            {
                for (var i = 0; ; i++)
                {
                    read++;
                    yield return i;
                }
            }
            finally
            {
                closed++;
            }
        }
    }

    private static IEnumerable<int> Failing(int after)
    {
        for (var i = 0; i < after; i++) yield return i;
        throw new InvalidDataException($"after {after}");
    }
}
