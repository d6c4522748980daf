namespace Reeve.Server.Deployments;

/// <summary>What a schema finds wrong with a value: where the value lies ("a.b[0]", empty for the whole), and for a member that is missing or too much, its name.</summary>
internal sealed record SchemaFault(string At, string Message, string? Member = null)
{
    /// <summary>The place of the member, or of the value itself.</summary>
    internal string Place => (At, Member) switch
    {
        (_, null) => At,
        ("", _) => Member,
        _ => $"{At}.{Member}",
    };

    // clients look for this form in what they are answered
    public override string ToString() => At.Length == 0 ? $"Validation failed. Failure reason: {Message}" : $"Validation failed for field '{At}'. Failure reason: {Message}";
}
