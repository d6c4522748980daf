using System.CommandLine;
using Reeve.Settings;

namespace Reeve.Cli.Commands.Artifacts;

internal sealed class ArtifactDeleteCommand : CliCommand
{
    private readonly Argument<string?> _key = new("KEY") { Description = "The artifacts' key: every version goes", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<Guid?> _id = new("--id") { Description = "The id of one version, instead of the key", HelpName = "ID" };

    public ArtifactDeleteCommand()
        : base("delete", "Delete an artifact: all versions of a key, or one by its id")
    {
        Arguments.Add(_key);
        Options.Add(_id);
    }

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var (key, id) = (parse.GetValue(_key), parse.GetValue(_id));
        if (key is null == id is null)
            throw new CliException("which artifact? Give its key or --id", exitCode: ExitCodes.Usage);
        if (id is { } one)
        {
            if (await session.Client.FindArtifactAsync(one, ct) is null)
                throw new CliException($"there is no artifact with the id {one}", $"{CommandName.Text} artifact ls --all shows them");
            Confirm(session, $"Delete artifact {one}?");
            await session.Client.DeleteArtifactAsync(one, ct);
            session.Terminal.Out.WriteLine($"Deleted artifact {one}.");
            return ExitCodes.Done;
        }
        var versions = await ArtifactLookup.OfKeyAsync(session.Client, key!, 200, ct);
        Confirm(session, $"Delete all versions of artifact '{key}'?");
        var deleted = 0;
        // a key may have more versions than a page
        for (; versions.Count > 0; versions = await ArtifactLookup.PageAsync(session.Client, key!, 200, ct))
        {
            foreach (var version in versions)
                await session.Client.DeleteArtifactAsync(version.Id, ct);
            deleted += versions.Count;
        }
        session.Terminal.Out.WriteLine($"Deleted artifact '{key}' ({deleted} version{(deleted == 1 ? "" : "s")}).");
        return ExitCodes.Done;
    }

    private static void Confirm(CliSession session, string question)
    {
        if (session.MayAsk && !session.Terminal.Confirm(question))
            throw new CliException("nothing was deleted");
    }
}
