using System.CommandLine;
using Reeve.Cli.Commands.Deployments;
using Reeve.Deployments.Entrypoints;

namespace Reeve.Cli.Commands.Flows;

/// <summary>Builds flows before anybody runs them, for images: a run then needs no SDK and compiles nothing.</summary>
internal sealed class FlowBuildCommand : CliCommand
{
    private readonly Argument<string[]> _paths = new("PATH") { Description = "A .cs file, a project, or a folder, whose projects and files with flows are all built", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string?> _output = new("--output", "-o") { Description = $"The folder for what is built; default: {FlowBuilder.AheadVariable}. Runs find it by the same variable", HelpName = "FOLDER" };

    public FlowBuildCommand()
        : base("build", "Build C# flows ahead, into a folder that runs take them from: for images")
    {
        Arguments.Add(_paths);
        Options.Add(_output);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("reeve flow build . --output /opt/reeve/flows", $"in a Dockerfile, with ENV {FlowBuilder.AheadVariable}=/opt/reeve/flows"),
        new("reeve flow build flows/hello.cs -o built"),
    ];

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var output = parse.GetValue(_output) ?? session.Environment(FlowBuilder.AheadVariable)
            ?? throw new CliException("where to? Give --output FOLDER", $"or set {FlowBuilder.AheadVariable}", ExitCodes.Usage);
        var programs = await ProgramsAsync(parse.GetValue(_paths) ?? [], ct);
        await using var lines = new DeployLines(session.Terminal);
        var builder = new FlowBuilder(session.Settings.Home, lines.Write, session.Time) { AheadFolder = Path.GetFullPath(output) };
        List<string> faults = [];
        var flows = 0;
        foreach (var program in programs)
        {
            var (built, mistakes) = await builder.BuildAheadAsync(program, ct);
            faults.AddRange(mistakes.Select(mistake => mistake.ToString()));
            flows += built?.Flows.Count ?? 0;
        }

        if (faults.Count > 0)
            throw new CliException((faults.Count == 1 ? "" : $"{faults.Count} faults:\n  ") + string.Join("\n  ", faults));
        session.Terminal.Out.WriteLine($"Built {flows} flow(s) of {programs.Count} program(s) into '{output}'.");
        return ExitCodes.Done;
    }

    private static async Task<List<string>> ProgramsAsync(string[] paths, CancellationToken ct)
    {
        List<string> programs = [];
        foreach (var path in paths)
        {
            if (File.Exists(path))
                programs.Add(path);
            else if (!Directory.Exists(path))
                throw new CliException($"there is no file or folder '{path}'");
            else
                programs.AddRange((await FlowBuilder.FindProgramsAsync(Path.GetFullPath(path), ct)).Select(found => Path.Combine(path, found)));
        }

        return programs.Count > 0 ? programs : throw new CliException($"no flow was found in '{string.Join("', '", paths)}'", "a flow is a method marked [Flow]");
    }
}
