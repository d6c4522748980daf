using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Reeve.Deployments.Planning;

namespace Reeve.Cli.Commands.Deployments;

/// <summary><c>--output</c> of plan and apply.</summary>
internal sealed class PlanOutput : Option<string?>
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public PlanOutput()
        : base("--output", "-o")
    {
        Description = "\"json\" for programs, \"markdown\" for a comment under a pull request";
        HelpName = "FORMAT";
        Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } format and not ("json" or "markdown"))
                result.AddError($"--output is '{format}'; 'json' and 'markdown' are known");
        });
    }

    public static void Write(PreparedPlan prepared, string? format, TextWriter output)
    {
        using var text = new StringWriter();
        var plan = prepared.Plan;
        if (format == "json")
            text.WriteLine(PlanJson.Of(plan).ToJsonString(Indented));
        else if (format == "markdown")
            PlanMarkdown.Write(plan, text);
        else
            PlanText.Write(plan, text);
        output.Write(prepared.Redact(text.ToString()));
    }
}
