using Reeve.Protocol.Runs;

namespace Reeve.Cli.Commands;

/// <summary>State types as they are typed.</summary>
internal static class StateTypes
{
    /// <exception cref="CliException">There is no such type; the hint names all.</exception>
    public static StateType Parse(string text) =>
        Enum.TryParse<StateType>(text, ignoreCase: true, out var type) && Enum.IsDefined(type)
            ? type
            : throw new CliException($"there is no state type '{text}'", "types: " + string.Join(", ", Enum.GetValues<StateType>().Select(t => t.ToWire())), ExitCodes.Usage);
}
