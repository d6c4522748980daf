using System.CommandLine;

namespace Reeve.Cli.Commands.ConcurrencyLimits;

internal sealed class TagLimitDeleteCommand : CliCommand
{
    private readonly Argument<string> _tag = new("TAG") { Description = "The tag" };

    public TagLimitDeleteCommand()
        : base("delete", "Delete the limit of a tag") => Arguments.Add(_tag);

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var limit = await LimitLookup.TagAsync(session.Client, parse.GetRequiredValue(_tag), ct);
        if (session.MayAsk && !session.Terminal.Confirm($"Delete the concurrency limit on the tag '{limit.Tag}'?"))
            throw new CliException("nothing was deleted");
        await session.Client.DeleteTagLimitAsync(limit.Tag, ct);
        session.Terminal.Out.WriteLine($"Deleted concurrency limit set on the tag '{limit.Tag}'.");
        return ExitCodes.Done;
    }
}
