using Reeve.Client;
using Reeve.Deployments.Projects;
using Reeve.Protocol.Blocks;
using Reeve.Protocol.Filters;
using Reeve.Settings;

namespace Reeve.Cli.Commands.Variables;

internal static class VariableLookup
{
    /// <exception cref="CliException">There is none of this name.</exception>
    public static async Task<Variable> FindAsync(OrchestrationClient client, string name, CancellationToken ct)
    {
        if (await client.FindVariableAsync(name, ct) is { } variable)
            return variable;
        var names = (await client.FindVariablesAsync(new Query { Limit = 200 }, ct)).Select(v => v.Name).ToList();
        throw new CliException($"there is no variable '{name}'", NearestName.Hint(name, names) ?? $"{CommandName.Text} variable ls shows them");
    }
}
