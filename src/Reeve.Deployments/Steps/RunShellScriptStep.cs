using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Reeve.Deployments.Running;

namespace Reeve.Deployments.Steps;

/// <summary>
/// Runs each line of a script as one command, without a shell. With <c>stream_output: false</c> nothing the commands print is shown: it may be
/// a credential. The first command that fails ends the step.
/// </summary>
internal sealed partial class RunShellScriptStep : IStep
{
    private const int ShortestToken = 8;

    public StepSignature Signature { get; } = new("run_shell_script",
    [
        new("script", StepInputKind.Text, Required: true),
        new("directory", StepInputKind.Text),
        new("env", StepInputKind.Map),
        new("stream_output", StepInputKind.Flag),
        new("expand_env_vars", StepInputKind.Flag),
    ], ["stdout", "stderr"]);

    public async Task<JsonObject> RunAsync(JsonObject inputs, StepContext context, CancellationToken ct)
    {
        var directory = context.Resolve(inputs.Text("directory") ?? ".");
        if (!Directory.Exists(directory))
            throw new StepException($"run_shell_script: the directory '{inputs.Text("directory")}' does not exist");
        var additions = inputs.Map("env").ToDictionary();
        var streams = inputs.Flag("stream_output", true);
        var expands = inputs.Flag("expand_env_vars", false);

        var stdout = new StringBuilder();
        var stderr = new StringBuilder();
        foreach (var line in inputs.RequiredText("script").Split('\n'))
        {
            var words = ShellWords.Split(expands ? Expand(line, additions) : line);
            if (words.Count == 0)
                continue;
            var command = new ChildCommand(words[0], words[1..])
            {
                WorkingDirectory = directory,
                Environment = additions.ToDictionary(entry => entry.Key, entry => (string?)entry.Value),
                OnLine = streams ? context.Print : null,
            };
            var result = await command.RunAsync(ct);
            stdout.Append(result.StandardOutput);
            stderr.Append(result.StandardError);
            if (result.ExitCode != 0)
                throw new StepException($"run_shell_script: '{words[0]}' ended with exit code {result.ExitCode}"
                    + (result.StandardError.Trim() is { Length: > 0 } said ? $": {said}" : ""));
        }
        if (!streams)
            KeepSecret(stdout.ToString(), context);
        return new JsonObject { ["stdout"] = stdout.ToString().Trim(), ["stderr"] = stderr.ToString().Trim() };
    }

    // What is not to be shown and looks like a token is masked wherever it turns up later: in the error of a step that used it, say.
    private static void KeepSecret(string output, StepContext context)
    {
        foreach (var line in output.Split('\n', StringSplitOptions.TrimEntries))
            if (line.Length >= ShortestToken && !line.Any(char.IsWhiteSpace))
                context.Secrets.Add(line);
    }

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
}
