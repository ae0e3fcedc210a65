using Microsoft.Data.Sqlite;
using Newtonsoft.Json.Linq;
using PbftReference.Cli;
using PbftReference.Simulation;
using PbftReference.Tests.EventLog.Stores;
using Xunit;

namespace PbftReference.Tests.Cli;

/// <summary>An audit of several copies, some of them damaged: the best of each replica's log counts, whatever the order in which they are named.</summary>
public sealed class AuditCopiesTests : IDisposable
{
    private const string SameOfAll = "nobody is accused, and all decided the same";

    private readonly TemporaryDirectory _temporary = new();

    public AuditCopiesTests() => Pbft.Succeed("run", "--seed", "3", "--operations", "40", "--batch", "4", "--faults", "none", "--log", At("run"));

    public void Dispose() => _temporary.Dispose();

    private string At(string name) => Path.Combine(_temporary.Path, name);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_a_damaged_and_a_sound_copy_the_sound_one_is_taken_and_what_is_wrong_with_the_other_is_told(bool damagedFirst)
    {
        Damage("flipped", "UPDATE event SET data = x'00' WHERE revision = 20 AND stream_id = (SELECT id FROM stream WHERE name = 'replica-sim.1')");

        var audit = Audit(damagedFirst, "flipped");

        Assert.Equal(ExitCodes.Corrupt, audit.ExitCode);
        Assert.Contains("flipped, replica-sim.1, was not taken: it is damaged at #20", Words(audit), StringComparison.Ordinal);
        Assert.Equal(Records(Pbft.Run("audit", At("run"))), Records(audit));
        Assert.DoesNotContain("gap:", audit.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_a_short_and_a_long_copy_the_long_one_is_taken_and_nothing_is_missing(bool shortFirst)
    {
        Damage("short", "DELETE FROM event WHERE revision > 20 AND stream_id = (SELECT id FROM stream WHERE name = 'replica-sim.1')");

        var audit = Audit(shortFirst, "short");

        Assert.Equal(ExitCodes.Holds, audit.ExitCode);
        Assert.Contains("short, replica-sim.1, was not taken: it ends at #20", Words(audit), StringComparison.Ordinal);
        Assert.Contains(SameOfAll, Words(audit), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zeroed", ExitCodes.Corrupt)]
    [InlineData("halved", ExitCodes.Corrupt)]
    [InlineData("empty", ExitCodes.Data)]
    [InlineData("gone", ExitCodes.Data)]
    public void A_copy_that_cannot_be_opened_is_left_out_and_named_and_does_not_keep_the_others_from_being_audited(string how, int alone)
    {
        Ruin(how);

        foreach (var first in (bool[])[true, false])
        {
            var audit = Audit(first, how);
            Assert.Equal(alone == ExitCodes.Corrupt ? ExitCodes.Corrupt : ExitCodes.Unknown, audit.ExitCode);
            Assert.Contains($"{how} was left out: ", Words(audit), StringComparison.Ordinal);
            Assert.Equal(Records(Pbft.Run("audit", At("run"))), Records(audit));
        }

        Assert.Equal(alone, Pbft.Run("audit", At(how)).ExitCode);
    }

    [Theory]
    [InlineData("audit")]
    [InlineData("log", "verify")]
    [InlineData("log", "ls")]
    [InlineData("replay")]
    [InlineData("state", "--replica", "0")]
    public void A_log_whose_header_is_zeroed_is_corrupt_whichever_command_reads_it(params string[] command)
    {
        Ruin("zeroed");

        var result = Pbft.Run([.. command, At("zeroed")]);

        Assert.Equal(ExitCodes.Corrupt, result.ExitCode);
        Assert.Contains("not an SQLite database", Words(result), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_named_twice_and_again_by_its_log_file_counts_once() =>
        Assert.Equal(Pbft.Run("audit", At("run")).Output, Pbft.Succeed("audit", At("run"), At("run"), RunDirectory.LogPath(At("run")), At("run") + "/").Output);

    [Fact]
    public void A_log_file_alone_is_audited_by_what_stands_beside_it_or_by_a_genesis_that_is_named()
    {
        Directory.CreateDirectory(At("alone"));
        File.Copy(RunDirectory.LogPath(At("run")), At("alone/some.db"));

        Assert.Contains("name its genesis.json by --genesis", Words(Pbft.Run("audit", At("alone/some.db"))), StringComparison.Ordinal);
        Assert.Contains(SameOfAll, Pbft.Succeed("audit", At("alone/some.db"), "--genesis", RunDirectory.ManifestPath(At("run"))).Output, StringComparison.Ordinal);
        Assert.Contains(SameOfAll, Pbft.Succeed("audit", RunDirectory.LogPath(At("run"))).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_clusters_log_of_the_same_name_does_not_stand_in_for_the_right_one()
    {
        Pbft.Succeed("run", "--seed", "4", "--operations", "80", "--faults", "none", "--log", At("other"));

        var audit = Pbft.Run("audit", RunDirectory.LogPath(At("other")), RunDirectory.LogPath(At("run")), "--genesis", RunDirectory.ManifestPath(At("run")));

        Assert.Equal(ExitCodes.Unknown, audit.ExitCode);
        Assert.Contains("no signature in it holds under", Words(audit), StringComparison.Ordinal);
        Assert.Equal(Records(Pbft.Run("audit", At("run"))), Records(audit));
    }

    [Fact]
    public void A_log_whose_end_is_cut_off_is_a_gap_and_the_conclusion_says_that_the_logs_do_not_tell_all()
    {
        Damage("short", "DELETE FROM event WHERE revision > 20 AND stream_id = (SELECT id FROM stream WHERE name = 'replica-sim.1')");

        var audit = Pbft.Run("audit", At("short"));

        Assert.Equal(ExitCodes.Corrupt, audit.ExitCode);
        Assert.Equal(ExitCodes.Corrupt, Pbft.Run("log", "verify", At("short")).ExitCode);
        Assert.Matches(@"gap: replica 1: its log ends at #20, and replica \d received from it \(#\d+\) what it signed at #\d+", Words(audit));
        Assert.Contains("nobody is accused, as far as these logs tell", Words(audit), StringComparison.Ordinal);
    }

    [Fact]
    public void A_copy_that_ends_before_what_copies_from_elsewhere_received_may_be_older_and_is_a_gap()
    {
        Damage("older", "DELETE FROM event WHERE stream_id IN (SELECT id FROM stream WHERE name <> 'replica-sim.1') OR revision > 20; DELETE FROM stream WHERE name <> 'replica-sim.1'");
        Damage("others", "DELETE FROM event WHERE stream_id IN (SELECT id FROM stream WHERE name LIKE '%sim.1'); DELETE FROM stream WHERE name LIKE '%sim.1'");

        var audit = Pbft.Run("audit", At("older"), At("others"));

        Assert.True(audit.ExitCode == ExitCodes.Unknown, audit.Output);
        Assert.Contains("gap: replica 1: its log ends at #20, and replica", Words(audit), StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_that_cannot_be_read_from_its_beginning_is_told_as_that()
    {
        Damage("headless", "DELETE FROM event WHERE revision < 20 AND stream_id = (SELECT id FROM stream WHERE name = 'replica-sim.3'); UPDATE stream SET first_revision = 20 WHERE name = 'replica-sim.3'");

        var audit = Words(Pbft.Run("audit", At("headless")));

        Assert.Contains("gap: replica 3: its log cannot be read: ", audit, StringComparison.Ordinal);
        Assert.DoesNotContain("#-1", audit, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("headless", "short")]
    [InlineData("short", "headless")]
    public void A_copy_that_goes_on_further_and_cannot_be_read_from_its_beginning_does_not_beat_one_that_can(string one, string other)
    {
        Damage("headless", "DELETE FROM event WHERE revision < 20 AND stream_id = (SELECT id FROM stream WHERE name = 'replica-sim.3'); UPDATE stream SET first_revision = 20 WHERE name = 'replica-sim.3'");
        Damage("short", "DELETE FROM event WHERE revision > 40 AND stream_id = (SELECT id FROM stream WHERE name = 'replica-sim.3')");

        var audit = Words(Pbft.Run("audit", At(one), At(other)));

        Assert.Contains("headless, replica-sim.3, was not taken: it begins at #20, and no snapshot from which it goes on can be read", audit, StringComparison.Ordinal);
        Assert.Contains("gap: replica 3: its log ends at #40", audit, StringComparison.Ordinal);
    }

    [Fact]
    public void A_copy_in_a_database_stands_beside_those_in_files_and_a_database_that_does_not_answer_is_left_out()
    {
        using var database = DatabaseUnderTest.Ours();
        Pbft.Succeed("run", "--seed", "3", "--operations", "40", "--batch", "4", "--faults", "none", "--store", database.Address);
        Damage("short", "DELETE FROM event WHERE revision > 20 AND stream_id = (SELECT id FROM stream WHERE name = 'replica-sim.1')");

        Assert.Equal(Records(Pbft.Run("audit", At("run"))), Records(Pbft.Succeed("audit", At("short"), database.Address)));
        Assert.Contains("esdb://127.0.0.1:1#sim was left out", Words(Pbft.Run("audit", At("run"), "esdb://127.0.0.1:1#sim")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_stream_that_holds_nothing_any_more_is_a_log_that_is_not_here()
    {
        Damage("emptied", "DELETE FROM event WHERE stream_id = (SELECT id FROM stream WHERE name = 'replica-sim.3')");

        var audit = Pbft.Run("audit", At("emptied"));

        Assert.Equal(ExitCodes.Unknown, audit.ExitCode);
        Assert.Contains("gap: replica 3: its log is not here; replica ", Words(audit), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_copy_that_holds_no_record_any_more_beside_a_whole_one_is_missing_and_not_corrupt(bool first)
    {
        Damage("emptied", "DELETE FROM event");

        var audit = Audit(first, "emptied");

        Assert.Equal(ExitCodes.Unknown, audit.ExitCode);
        Assert.Contains("undetermined: " + At("emptied") + ", replica-sim.3, was not taken: no record is in it any more", Words(audit), StringComparison.Ordinal);
        Assert.DoesNotContain("#-1", audit.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("audit")]
    [InlineData("log", "ls")]
    public void A_database_that_does_not_answer_is_told_as_that_by_whichever_command_asks_it(params string[] command)
    {
        var result = Pbft.Run([.. command, "esdb://127.0.0.1:1#sim"]);

        Assert.Equal(ExitCodes.Data, result.ExitCode);
        Assert.Contains("does not answer", Words(result), StringComparison.Ordinal);
        Assert.DoesNotContain("name its genesis.json", Words(result), StringComparison.Ordinal);
    }

    [Fact]
    public void The_document_lists_every_reason_that_the_text_does()
    {
        Damage("flipped", "UPDATE event SET data = x'00' WHERE revision = 20 AND stream_id = (SELECT id FROM stream WHERE name = 'replica-sim.1')");
        Ruin("zeroed");

        var alone = JObject.Parse(Pbft.Run("audit", At("flipped"), "--json").Output);
        Assert.Equal(ExitCodes.Corrupt, (int)alone["exitCode"]!);
        Assert.Equal("corrupt", (string)alone["integrity"]!["verdict"]!);
        Assert.Equal("replica-sim.1", (string)alone["integrity"]!["findings"]![0]!["stream"]!);
        Assert.Equal("20", (string)alone["integrity"]!["findings"]![0]!["revision"]!);

        var among = JObject.Parse(Pbft.Run("audit", At("flipped"), At("run"), At("zeroed"), "--json").Output);
        Assert.Equal("sound", (string)among["integrity"]!["verdict"]!);
        Assert.Equal([At("zeroed"), At("flipped")], among["copies"]!.Select(copy => (string)copy["place"]!));
        Assert.All(among["copies"]!, copy => Assert.Equal("corrupt", (string)copy["verdict"]!));
        Assert.Contains("readAgain", among.Properties().Select(property => property.Name));
    }

    [Fact]
    public void A_place_that_does_not_exist_or_holds_no_log_is_wrong_data_and_told()
    {
        Directory.CreateDirectory(At("nothing"));

        var (missing, empty) = (Pbft.Run("audit", At("run"), At("nowhere")), Pbft.Run("audit", At("nothing")));

        Assert.Equal([ExitCodes.Data, ExitCodes.Data], [missing.ExitCode, empty.ExitCode]);
        Assert.Contains("nowhere does not exist", Words(missing), StringComparison.Ordinal);
        Assert.Contains("nothing holds no log", Words(empty), StringComparison.Ordinal);
    }

    [Fact]
    public void A_manifest_that_was_changed_contradicts_itself_and_is_named()
    {
        Damage("changed", "");
        var manifest = RunDirectory.ManifestPath(At("changed"));
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("\"seed\": \"3\"", "\"seed\": \"4\"", StringComparison.Ordinal));

        var audit = Pbft.Run("audit", At("changed"));

        Assert.Equal(ExitCodes.Data, audit.ExitCode);
        Assert.Contains($"{manifest} contradicts itself", Words(audit), StringComparison.Ordinal);
        Assert.Contains("changed was left out", Words(Pbft.Run("audit", At("changed"), At("run"))), StringComparison.Ordinal);
    }

    private PbftResult Audit(bool first, string copy) => first ? Pbft.Run("audit", At(copy), At("run")) : Pbft.Run("audit", At("run"), At(copy));

    // What was read, without the lines that tell of copies.
    private static string Records(PbftResult audit) => audit.Output[audit.Output.LastIndexOf('(')..];

    // The text as it is when no line is broken.
    private static string Words(PbftResult result) => (result.Output + result.Notes).Replace("\n  ", " ", StringComparison.Ordinal);

    private void Damage(string name, string sql)
    {
        Directory.CreateDirectory(At(name));
        foreach (var file in (string[])["run.json", "log.db"]) File.Copy(Path.Combine(At("run"), file), Path.Combine(At(name), file));
        using var connection = new SqliteConnection($"Data Source={RunDirectory.LogPath(At(name))};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        if (sql.Length > 0) command.ExecuteNonQuery();
    }

    private void Ruin(string how)
    {
        Damage(how, "");
        var log = RunDirectory.LogPath(At(how));
        using (var file = File.OpenWrite(log))
        {
            if (how == "zeroed") file.Write(new byte[100]);
            else file.SetLength(how == "halved" ? file.Length / 2 : 0);
        }

        if (how == "gone") File.Delete(log);
    }
}
