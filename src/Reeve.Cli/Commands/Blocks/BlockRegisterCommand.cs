using System.CommandLine;
using Reeve.Cli.Commands.Deployments;
using Reeve.Cli.Output;
using Reeve.Deployments.Blocks;
using Reeve.Deployments.Projects;

namespace Reeve.Cli.Commands.Blocks;

/// <summary>
/// Makes kinds of blocks known to the server. The modules of the known Python packages stand for kinds that the server brings, so that needs no Python; what only Python
/// knows, Python registers. Types of .NET marked [Block] are registered here, and a YAML file makes blocks.
/// </summary>
internal sealed class BlockRegisterCommand : CliCommand
{
    private readonly Option<string?> _module = new("--module", "-m") { Description = "A Python package or a module of one: prefect_aws, prefect_aws.ecs", HelpName = "NAME" };
    private readonly Option<string?> _file = new("--file", "-f") { Description = "A file with kinds of blocks (.py, .cs) or with blocks (.yaml)", HelpName = "FILE" };
    private readonly Option<string?> _assembly = new("--assembly") { Description = "A .NET assembly with types marked [Block]", HelpName = "FILE" };

    public BlockRegisterCommand()
        : base("register", "Have kinds of blocks, or the blocks of a file, on the server")
    {
        foreach (var option in (ReadOnlySpan<Option>)[_module, _file, _assembly])
            Options.Add(option);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("reeve block register -m prefect_aws.ecs", "kinds of a Python package; no Python is needed"),
        new("reeve block register -f blocks.cs", "types marked [Block]"),
        new("reeve block register -f blocks.yaml", "blocks: type, name and data of each"),
    ];

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var (module, file, assembly) = (parse.GetValue(_module), parse.GetValue(_file), parse.GetValue(_assembly));
        if (((string?[])[module, file, assembly]).Count(given => given is not null) != 1)
            throw new CliException("which blocks? --module, --file or --assembly, one of them", exitCode: ExitCodes.Usage);
        if ((file ?? assembly) is { } path && !File.Exists(path))
            throw new CliException($"there is no file '{path}'");
        if (module is not null)
            return await OfModuleAsync(module, session, ct);
        if (assembly is not null)
            return Told(await DotnetBlocks.RegisterAssemblyAsync(assembly, session, ct), session);
        return Path.GetExtension(file!).ToLowerInvariant() switch
        {
            ".yaml" or ".yml" => await OfYamlAsync(file!, session, ct),
            ".cs" or ".csproj" => Told(await DotnetBlocks.RegisterSourceAsync(file!, session, ct), session),
            ".dll" => Told(await DotnetBlocks.RegisterAssemblyAsync(file!, session, ct), session),
            ".py" => await PythonRegistration.RunAsync(["-f", file!], $"the kinds of blocks in '{file}' are Python", session, ct),
            _ => throw new CliException($"'{file}' is no file that blocks are in", "a .py or .cs file with kinds of blocks, or a .yaml file with blocks"),
        };
    }

    private static async Task<int> OfModuleAsync(string module, CliSession session, CancellationToken ct)
    {
        if (PythonModules.SlugsOf(module) is not { } slugs)
        {
            var package = module.Split('.')[0].Replace('-', '_');
            List<string> modules = [.. PythonModules.Names.Where(name => name == package || name.StartsWith(package + ".", StringComparison.Ordinal))];
            var known = modules.Count > 0 ? "; of that package these are known: " + string.Join(", ", modules) : NearestName.Of(module, PythonModules.Names) is { } near ? $"; did you mean '{near}'?" : "";
            return await PythonRegistration.RunAsync(["-m", module], $"the kinds of blocks of '{module}' are not among those that the server brings{known}", session, ct);
        }
        await session.Client.InstallBlockTypesAsync(ct);
        List<string> names = [];
        foreach (var slug in slugs)
            names.Add((await session.Client.FindBlockTypeAsync(slug, ct) ?? throw new CliException($"the kind of block '{slug}' is not on the server, though it was just installed", "somebody may have deleted it meanwhile; try again")).Name);
        return Told([.. names.Order(StringComparer.Ordinal)], session);
    }

    private static async Task<int> OfYamlAsync(string file, CliSession session, CancellationToken ct)
    {
        var (drafts, mistakes) = await BlockFile.ReadAsync(file, ct);
        DeployFaults.Refuse(mistakes, "no block was made");
        var (written, faults) = await new BlockWriter(session.Client, session.Environment).WriteAsync(drafts, overwrite: true, ct);
        DeployFaults.Refuse(faults, "no block was made");
        foreach (var block in written)
            session.Terminal.Out.WriteLine($"{(block.IsNew ? "Created" : "Changed")} block '{block.FullName}'.");
        return ExitCodes.Done;
    }

    private static int Told(IReadOnlyList<string> names, CliSession session)
    {
        var output = session.Terminal.Out;
        output.WriteLine($"Successfully registered {names.Count} {(names.Count == 1 ? "block" : "blocks")}\n");
        FramedTable.Write(output, "Registered Blocks", names);
        output.WriteLine($"\n To configure the newly registered blocks, go to the Blocks page of the console: {new Uri(session.Settings.ApiUrl, "/blocks")}");
        return ExitCodes.Done;
    }
}
