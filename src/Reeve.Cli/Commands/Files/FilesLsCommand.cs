using System.CommandLine;
using Reeve.Deployments.Storage;

namespace Reeve.Cli.Commands.Files;

/// <summary>Shows what a push of a folder takes along and what its ignore files leave here.</summary>
internal sealed class FilesLsCommand : CliCommand
{
    private readonly Argument<string> _folder = new("DIR") { Description = "The folder; default: this one", DefaultValueFactory = _ => "." };
    private readonly Option<bool> _ignored = new("--ignored") { Description = "Show what is left out, and the line of the ignore file that does it" };
    private readonly Option<string[]> _explain = new("--explain") { Description = "Say why this path is pushed or not; it need not exist, and a '/' behind makes it a folder. May be repeated", HelpName = "PATH" };
    private readonly Option<string?> _ignoreFile = new("--ignore-file") { Description = "Another ignore file than .prefectignore and .reeveignore", HelpName = "FILE" };

    public FilesLsCommand()
        : base("ls", "Show the files that a push of this folder would upload, or why one would not be")
    {
        Arguments.Add(_folder);
        foreach (var option in (ReadOnlySpan<Option>)[_ignored, _explain, _ignoreFile])
            Options.Add(option);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("reeve files ls", "what push_to_s3 and its like would upload"),
        new("reeve files ls --ignored"),
        new("reeve files ls --explain build/out.log --explain .env"),
    ];

    public override Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var folder = Path.GetFullPath(parse.GetValue(_folder)!, session.Folder);
        if (!Directory.Exists(folder))
            throw new CliException($"there is no folder '{folder}'");
        PushPreview preview;
        try
        {
            preview = PushPreview.Read(folder, parse.GetValue(_ignoreFile));
        }
        catch (FileNotFoundException exception)
        {
            throw new CliException(exception.Message);
        }
        var output = session.Terminal.Out;
        if (parse.GetValue(_explain) is { Length: > 0 } paths)
        {
            foreach (var path in paths)
                output.WriteLine(preview.Explain(path));
            return Task.FromResult(ExitCodes.Done);
        }
        if (parse.GetValue(_ignored))
        {
            foreach (var (path, because) in preview.Ignored.OrderBy(entry => entry.Path, StringComparer.Ordinal))
                output.WriteLine($"{path}  ({because})");
        }
        else
        {
            foreach (var (path, size) in preview.Files)
                output.WriteLine($"{PushPreview.Size(size),12}  {path}");
            output.WriteLine($"{preview.Summary} would be pushed");
        }
        foreach (var warning in preview.Warnings)
            session.Terminal.Error.WriteLine("Warning: " + warning);
        return Task.FromResult(ExitCodes.Done);
    }
}
