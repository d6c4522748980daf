using Reeve.Protocol;

namespace Reeve.Server.Hosting;

/// <summary>Names that stand in addresses: without what would end or change one.</summary>
internal static class Naming
{
    /// <summary>What is wrong with the name under this key of the body; null when nothing is.</summary>
    internal static Fault? Fault(string name, string key = "name")
    {
        if (name.Length == 0 || name.AsSpan().ContainsAny("/%&<>"))
            return new(["body", key], "String should match pattern '^[^/%&><]+$'", "string_pattern_mismatch");
        // quotes around nothing are what is left of an unset variable in a script
        return string.IsNullOrWhiteSpace(name.Trim('\'', '"', ' ')) ? new Fault(["body", key], "Value error, name cannot be an empty string", "value_error") : null;
    }
}
