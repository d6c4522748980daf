using Reeve.Deployments.Entrypoints;

namespace Reeve.Cli.Commands.Deployments.Wizard;

/// <summary>Which flow: one that is found in the folder, or one that is typed.</summary>
internal static class EntrypointQuestion
{
    private const string Flag = "the entrypoint as an argument: flows/hello.cs:Hello";

    public static async Task<string> AskAsync(Questions questions, string folder, CancellationToken ct)
    {
        const string Question = "Select a flow to deploy";
        if (!questions.MayAsk)
            return questions.Text(Question, Flag); // says that nobody is there
        var flows = await FlowSearch.FindAsync(folder, ct);
        if (flows.Count > 0)
        {
            var chosen = questions.Choose(Question, Flag, ["Flow", "Entrypoint"], [.. flows.Select(flow => new[] { flow.FlowName, flow.Entrypoint }), ["(another)", "enter its entrypoint"]]);
            if (chosen < flows.Count)
                return flows[chosen].Entrypoint;
        }
        else
            questions.Say("No flows were found in this folder: methods marked [Flow] in *.cs, functions under @flow in *.py.");
        return questions.Text("Flow entrypoint (expected format path/to/file.cs:Method)", Flag, mistake: text => Mistake(text, folder));
    }

    private static string? Mistake(string text, string folder)
    {
        var (entrypoint, mistake) = Entrypoint.Parse(text);
        return mistake ?? (File.Exists(Path.GetFullPath(entrypoint!.Path, folder)) ? null : $"there is no file '{entrypoint.Path}'");
    }
}
