using System.CommandLine;

namespace Reeve.Cli.Tests;

public sealed class CommandTreeTests
{
    [Fact]
    public void Every_option_and_argument_says_what_it_is_for()
    {
        foreach (var command in Leaves())
        {
            Assert.False(string.IsNullOrWhiteSpace(command.Description), command.Name);
            Assert.All(command.Arguments, a => Assert.False(string.IsNullOrWhiteSpace(a.Description), $"{command.Name} {a.Name}"));
            Assert.All(command.Options.Where(o => !o.Hidden), o =>
            {
                Assert.False(string.IsNullOrWhiteSpace(o.Description), $"{command.Name} {o.Name}");
                Assert.True(o.ValueType == typeof(bool) || o.HelpName is not null, $"{command.Name} {o.Name} takes a value and does not say which");
            });
        }
    }

    [Fact]
    public void No_command_uses_a_name_twice()
    {
        foreach (var command in Leaves())
        {
            var names = command.Options.SelectMany(o => o.Aliases.Append(o.Name)).ToList();
            Assert.Equal(names.Distinct(), names);
        }
    }

    [Fact]
    public void The_verbs_that_scripts_know_are_there()
    {
        var paths = Leaves().Select(HelpText.PathOf).ToHashSet();
        foreach (var verb in (string[])["server start", "server stop", "server status", "config set", "config view", "config unset", "profile create", "profile use", "profile ls",
                     "profile delete", "profile inspect", "profile rename", "version", "work-pool create", "work-pool ls", "work-pool inspect", "work-pool delete", "work-pool pause",
                     "work-pool resume", "worker start", "init", "deploy", "deployment run", "deployment ls", "deployment inspect", "deployment delete", "deployment pause",
                     "deployment resume", "flow-run ls", "flow-run inspect", "flow-run logs", "flow-run cancel", "flow-run delete", "flow-run watch", "flow-run execute", "flow ls",
                     "block create", "block ls", "block inspect", "block delete", "block type ls", "variable set", "variable get", "variable ls", "variable inspect", "variable unset", "demo",
                     "flow-run why", "deployment build", "deployment apply", "deployment create", "deployment set-schedule", "deployment pause-schedule", "deployment resume-schedule", "agent start", "block register", "concurrency-limit create", "concurrency-limit ls", "concurrency-limit inspect", "concurrency-limit reset", "concurrency-limit delete",
                     "global-concurrency-limit create", "global-concurrency-limit ls", "global-concurrency-limit inspect", "global-concurrency-limit update",
                     "global-concurrency-limit enable", "global-concurrency-limit disable", "global-concurrency-limit delete"])
            Assert.True(paths.Contains("reeve " + verb) || paths.Contains(verb), verb);
    }

    internal static IEnumerable<CliCommand> Leaves()
    {
        var root = CommandTree.Build(new GlobalOptions(), [.. CommandTree.Branches.Select(b => b.Name)]);
        return Below(root);
    }

    private static IEnumerable<CliCommand> Below(Command command) =>
        command.Subcommands.SelectMany(c => c is CliCommand leaf ? [leaf] : Below(c));
}
