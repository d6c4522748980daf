using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Reeve.Deployments.Running;

namespace Reeve.Deployments.Steps;

/// <summary>
/// Runs each line of a script as one command, without a shell; or the whole script in a shell when one is asked for. With
/// <c>stream_output: false</c> nothing the commands print is shown: it may be a credential. The first command that fails ends the step.
/// </summary>
internal sealed partial class RunShellScriptStep : IStep
{
    public StepSignature Signature { get; } = new("run_shell_script",
    [
        new("script", StepInputKind.Text, Required: true),
        new("directory", StepInputKind.Text),
        new("env", StepInputKind.Map),
        new("stream_output", StepInputKind.Flag),
        new("expand_env_vars", StepInputKind.Flag),
        new("shell", StepInputKind.Any),
    ], ["stdout", "stderr"]);

    public async Task<JsonObject> RunAsync(JsonObject inputs, StepContext context, CancellationToken ct)
    {
        var directory = context.Resolve(inputs.Text("directory") ?? ".");
        if (!Directory.Exists(directory))
            throw new StepException($"run_shell_script: the directory '{inputs.Text("directory") ?? directory}' does not exist");
        var additions = inputs.Map("env").ToDictionary();
        var run = new Run(context, directory, additions, inputs.Flag("stream_output", true));
        var script = inputs.RequiredText("script");

        if (Shell(inputs["shell"]) is { } shell)
        {
            using var file = ShellScript.Write(shell, script);
            await run.CommandAsync(file.Program, file.Arguments, $"the script in {shell}", ct);
        }
        else
        {
            var expands = inputs.Flag("expand_env_vars", false);
            foreach (var words in script.Split('\n').Select(line => ShellWords.Split(expands ? Expand(line, additions) : line)).Where(words => words.Count > 0))
                await run.CommandAsync(words[0], words[1..], $"'{words[0]}'", ct);
        }
        return run.Outputs();
    }

    // false and nothing: no shell; true: the machine's own; else its name.
    private static string? Shell(JsonNode? value) => value switch
    {
        null => null,
        JsonValue flag when bool.TryParse(flag.ToString(), out var wanted) => wanted ? ShellScript.Default : null,
        JsonValue name when name.GetValueKind() is JsonValueKind.String && ShellScript.IsKnown(name.ToString()) => name.ToString(),
        _ => throw new StepException($"run_shell_script: 'shell' should be true, false or one of {ShellScript.Names}"),
    };

    // $NAME and ${NAME} of the environment, $$ for a dollar sign; a name that is not set stays as it is written.
    private static string Expand(string line, Dictionary<string, string> additions) => Variable().Replace(line, match =>
    {
        if (match.Value == "$$")
            return "$";
        var name = match.Groups["name"].Value;
        return additions.GetValueOrDefault(name) ?? Environment.GetEnvironmentVariable(name) ?? match.Value;
    });

    [GeneratedRegex(@"\$\$|\$(?<name>[A-Za-z_][A-Za-z0-9_]*)|\$\{(?<name>[A-Za-z_][A-Za-z0-9_]*)\}")]
    private static partial Regex Variable();

    /// <summary>The commands of one script and what they printed, all together no more than one command may.</summary>
    private sealed class Run(StepContext context, string directory, Dictionary<string, string> additions, bool streams)
    {
        private readonly BoundedText _stdout = new(ChildCommand.CaptureLimit);
        private readonly BoundedText _stderr = new(ChildCommand.CaptureLimit);

        public async Task CommandAsync(string program, IReadOnlyList<string> arguments, string name, CancellationToken ct)
        {
            var command = new ChildCommand(program, arguments)
            {
                WorkingDirectory = directory,
                Environment = additions.ToDictionary(entry => entry.Key, entry => (string?)entry.Value),
                OnLine = streams ? context.Print : null,
                Time = context.Time,
            };
            var result = await command.RunAsync(ct);
            _stdout.Append(result.StandardOutput);
            _stderr.Append(result.StandardError);
            if (!streams)
                HiddenOutput.Keep(result.StandardOutput, result.StandardError, context.Secrets);
            if (result.IsCut || _stdout.IsCut || _stderr.IsCut)
                context.Log(LineLevel.Warning, $"run_shell_script: {name} printed more than {ChildCommand.CaptureLimit / 1024 / 1024} million characters; the outputs of the step hold the beginning");
            if (result.ExitCode != 0)
                throw new StepException($"run_shell_script: {name} {End(result.ExitCode)}{Said(result)}");
        }

        public JsonObject Outputs() => new() { ["stdout"] = _stdout.ToString().Trim(), ["stderr"] = _stderr.ToString().Trim() };

        private static string End(int exitCode) =>
            ProcessGroup.SignalOf(exitCode) is { } signal ? $"was ended by {signal} (exit code {exitCode})" : $"ended with exit code {exitCode}";

        // What is hidden stays hidden when things go wrong: a tool that fails may print what it was given.
        private string Said(CommandResult result) => (streams, result.LastErrors.Length) switch
        {
            (_, 0) => "",
            (false, _) => "; what it said is not shown because of 'stream_output: false' (set it to true where the output holds no secret)",
            _ => $": {result.LastErrors}",
        };
    }
}
