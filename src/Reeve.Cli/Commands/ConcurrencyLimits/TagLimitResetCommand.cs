using System.CommandLine;

namespace Reeve.Cli.Commands.ConcurrencyLimits;

internal sealed class TagLimitResetCommand : CliCommand
{
    private readonly Argument<string> _tag = new("TAG") { Description = "The tag" };

    public TagLimitResetCommand()
        : base("reset", "Free all slots of a tag, whoever holds them") => Arguments.Add(_tag);

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var limit = await LimitLookup.TagAsync(session.Client, parse.GetRequiredValue(_tag), ct);
        await session.Client.ResetTagLimitAsync(limit.Tag, ct);
        session.Terminal.Out.WriteLine($"Reset concurrency limit set on the tag '{limit.Tag}'.");
        return ExitCodes.Done;
    }
}
