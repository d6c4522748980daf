namespace Reeve.Deployments.Templating;

/// <summary>What a placeholder asks for.</summary>
public enum PlaceholderKind
{
    /// <summary><c>{{ step-id.output }}</c> or <c>{{ output }}</c>: what an earlier step gave.</summary>
    StepOutput,

    /// <summary><c>{{ prefect.blocks.type.name }}</c>, with a path into it if one follows.</summary>
    Block,

    /// <summary><c>{{ prefect.variables.name }}</c>.</summary>
    Variable,

    /// <summary><c>{{ $NAME }}</c>: the environment of the process.</summary>
    Environment,

    /// <summary><c>{{ secrets.provider.name }}</c>: a value of a key vault or another place outside of the server.</summary>
    Secret,
}

/// <summary>One <c>{{ … }}</c> in a text: what it asks for, cut into segments, and where in the text it stands.</summary>
public sealed record Placeholder(PlaceholderKind Kind, string Expression, IReadOnlyList<string> Path, int Offset, int Length)
{
    /// <summary>For a block: its type's slug.</summary>
    public string BlockType => Path[0];

    /// <summary>The block's, variable's or environment's name, a secret's provider, or the first segment of a step output.</summary>
    public string Name => Kind is PlaceholderKind.Block ? Path[1] : Path[0];

    /// <summary>What follows the name.</summary>
    public IEnumerable<string> Rest => Path.Skip(Kind is PlaceholderKind.Block ? 2 : 1);

    /// <summary>For a secret: what its provider is asked for, as written: "db-password", "app/db#password".</summary>
    public string SecretName => Path[1];

    public override string ToString() => $"{{{{ {Expression} }}}}";
}
