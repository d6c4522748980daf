using System.CommandLine;
using Reeve.Cli.Output;
using Reeve.Protocol.Blocks;

namespace Reeve.Cli.Commands.Blocks;

/// <summary>Scripts call it before they make blocks of a Python package. The server brings the known packages' kinds, and installs again what was deleted; what only Python knows, Python registers.</summary>
internal sealed class BlockRegisterCommand : CliCommand
{
    private readonly Option<string?> _module = new("--module", "-m") { Description = "The Python package, such as prefect_aws", HelpName = "NAME" };
    private readonly Option<string?> _file = new("--file", "-f") { Description = "A Python file with kinds of blocks", HelpName = "FILE" };

    public BlockRegisterCommand()
        : base("register", "Have the kinds of blocks of a Python package on the server")
    {
        Options.Add(_module);
        Options.Add(_file);
    }

    public override IReadOnlyList<Example> Examples => [new("reeve block register -m prefect_aws")];

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        if (parse.GetValue(_module) is { } module && parse.GetValue(_file) is null)
            return await CheckAsync(module, session, ct);
        throw parse.GetValue(_file) is { } file && parse.GetValue(_module) is null
            ? OfPython($"the kinds of blocks in '{file}' are Python", $"-f {file}", session)
            : new CliException("which blocks? --module or --file, one of them", exitCode: ExitCodes.Usage);
    }

    private static async Task<int> CheckAsync(string module, CliSession session, CancellationToken ct)
    {
        // "prefect_aws.ecs" is a part of the package "prefect-aws"
        var package = module.Split('.')[0].Replace('_', '-');
        var packages = await session.Client.GetBlockMetadataAsync(ct);
        if (!packages.TryGetProperty(package, out var known) || !known.TryGetProperty("block_types", out var types))
            throw OfPython($"the kinds of blocks of '{module}' are not among those that the server brings", $"-m {module}", session);
        await session.Client.InstallBlockTypesAsync(ct);
        var table = new TextTable("Slug", "Name");
        foreach (var type in types.EnumerateObject().Select(t => t.Name))
            table.Add(type, (await FindAsync(type, session, ct)).Name);
        session.Terminal.Out.WriteLine($"The server knows the kinds of blocks of {package}:");
        table.Write(session.Terminal.Out, "It has none.");
        return ExitCodes.Done;
    }

    private static async Task<BlockType> FindAsync(string slug, CliSession session, CancellationToken ct) =>
        await session.Client.FindBlockTypeAsync(slug, ct)
        ?? throw new CliException($"the kind of block '{slug}' is not on the server, though it was just installed", "somebody may have deleted it meanwhile; try again");

    private static CliException OfPython(string message, string arguments, CliSession session) =>
        new(message, $"register them from Python, which knows them: PREFECT_API_URL={session.Settings.ApiUrl} python -m prefect block register {arguments}");
}
