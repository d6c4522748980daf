namespace Reeve.Deployments.Planning;

/// <summary>A plan as a comment under a pull request.</summary>
public static class PlanMarkdown
{
    // Longer comments are refused by the places that they are for (65,536 characters).
    private const int Longest = 60_000;

    public static void Write(ProjectPlan plan, TextWriter output)
    {
        output.WriteLine(plan.Environment.Length > 0 ? $"### Plan of `{plan.Project}` for `{plan.Environment}`" : $"### Plan of `{plan.Project}`");
        output.WriteLine();
        output.WriteLine(PlanText.Summary(plan));
        foreach (var note in plan.Notes)
            output.WriteLine($"\n> {note}");
        foreach (var build in plan.Builds)
            output.WriteLine($"\nWill build: {PlanText.Build(build)}");
        var shown = plan.Deployments.Where(PlanText.IsShown).ToList();
        if (shown.Count == 0)
            return;
        output.WriteLine("\n<details open><summary>Deployments</summary>\n\n```diff");
        var written = 0;
        foreach (var (index, deployment) in shown.Index())
        {
            // '~' is no colour of a diff, '!' is
            var head = PlanText.Head(deployment);
            List<string> lines = [head.StartsWith('~') ? "!" + head[1..] : head, .. PlanText.Lines(deployment).Select(line => "    " + line.Replace("```", "'''", StringComparison.Ordinal))];
            written += lines.Sum(line => line.Length + 1);
            if (written > Longest)
            {
                output.WriteLine($"… and {shown.Count - index} more");
                break;
            }
            foreach (var line in lines)
                output.WriteLine(line);
        }
        output.WriteLine("```\n\n</details>");
    }
}
