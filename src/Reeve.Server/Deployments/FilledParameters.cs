using System.Text.Json;
using Reeve.Protocol;
using Reeve.Server.FlowRuns;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;
using Reeve.Server.Variables;

namespace Reeve.Server.Deployments;

/// <summary>Parameters as consoles and scripts send them, with their placeholders filled in: what a variable holds now, what a text of JSON says.</summary>
internal static class FilledParameters
{
    /// <summary>The parameters as they are stored; 400 where a placeholder cannot be filled in.</summary>
    internal static async ValueTask<Outcome<JsonElement>> OfAsync(Session session, VariablesStore variables, JsonElement given, string noun)
    {
        // nearly no parameters have placeholders: those are left as they came
        if (given.ValueKind != JsonValueKind.Object || !given.GetRawText().Contains("__prefect_kind", StringComparison.Ordinal))
            return given;
        var filled = new RunInput(name => variables.ReadAsync(session, name));
        return await filled.FillAsync(given.Deserialize(WireJson.TypeInfo<Dictionary<string, JsonElement>>())!).ConfigureAwait(false) is { } fault
            ? new Refusal(Microsoft.AspNetCore.Http.StatusCodes.Status400BadRequest, $"Error hydrating {noun} parameters: {fault}")
            : filled.Value;
    }
}
