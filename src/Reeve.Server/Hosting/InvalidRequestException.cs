using System.Text.Json;
using Reeve.Protocol;

namespace Reeve.Server.Hosting;

/// <summary>A request whose content cannot be used: 422 with every fault.</summary>
internal sealed class InvalidRequestException(IReadOnlyList<Fault> faults, JsonElement? body = null)
    : Exception(string.Join("; ", faults.Select(fault => $"{string.Join('.', fault.Loc)}: {fault.Msg}")))
{
    internal InvalidRequestException(string location, string message, string type = "value_error")
        : this([new Fault(location.Split('.'), message, type)])
    {
    }

    internal IReadOnlyList<Fault> Faults { get; } = faults;

    /// <summary>Null where the body may hold secrets.</summary>
    internal JsonElement? Body { get; } = body;
}
