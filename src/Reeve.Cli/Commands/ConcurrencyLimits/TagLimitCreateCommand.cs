using System.CommandLine;
using Reeve.Protocol.ConcurrencyLimits;

namespace Reeve.Cli.Commands.ConcurrencyLimits;

internal sealed class TagLimitCreateCommand : CliCommand
{
    private readonly Argument<string> _tag = new("TAG") { Description = "The tag of the task runs" };
    private readonly Argument<int> _limit = new("CONCURRENCY_LIMIT") { Description = "How many of them may run at once" };

    public TagLimitCreateCommand()
        : base("create", "Limit how many task runs with a tag run at once, or change the limit")
    {
        Arguments.Add(_tag);
        Arguments.Add(_limit);
    }

    public override IReadOnlyList<Example> Examples => [new("reeve concurrency-limit create database 5")];

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var limit = await session.Client.CreateTagLimitAsync(new TagLimitCreate { Tag = parse.GetRequiredValue(_tag), ConcurrencyLimit = parse.GetRequiredValue(_limit) }, ct);
        session.Terminal.Out.WriteLine($"Created concurrency limit with properties:\n\ttag - '{limit.Tag}'\n\tconcurrency_limit - {limit.ConcurrencyLimit}");
        return ExitCodes.Done;
    }
}
