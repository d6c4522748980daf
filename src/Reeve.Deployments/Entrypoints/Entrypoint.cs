namespace Reeve.Deployments.Entrypoints;

/// <summary>What the file of an entrypoint is.</summary>
public enum EntrypointKind
{
    /// <summary><c>flows/hello.cs:Hello</c>: one file, built by itself.</summary>
    File,

    /// <summary><c>App/App.csproj:Hello</c>: a project, built whole.</summary>
    Project,

    /// <summary><c>App.dll:Hello</c>: built already.</summary>
    Assembly,

    /// <summary><c>flows/hello.py:hello</c>: run by the Python engine.</summary>
    Python,
}

/// <summary>Where a flow stands in its code: a file, and the method or function in it.</summary>
public sealed record Entrypoint(string Text, EntrypointKind Kind, string Path, string Member)
{
    /// <summary>The entrypoint, or what is wrong with the text.</summary>
    public static (Entrypoint? Entrypoint, string? Mistake) Parse(string text)
    {
        const string Expected = "expected <file>:<method>, such as flows/hello.cs:Hello, App/App.csproj:Hello, App.dll:Hello or flows/hello.py:hello";
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || colon == text.Length - 1 || text.AsSpan(colon).ContainsAny('/', '\\'))
            return (null, $"'{text}' is not an entrypoint: {Expected}");
        var (path, member) = (text[..colon].Trim(), text[(colon + 1)..].Trim());
        EntrypointKind? kind = System.IO.Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".cs" => EntrypointKind.File,
            ".csproj" or ".fsproj" or ".vbproj" => EntrypointKind.Project,
            ".dll" => EntrypointKind.Assembly,
            ".py" => EntrypointKind.Python,
            _ => null,
        };
        if (kind is null)
            return (null, $"'{path}' is not a kind of file a flow can be in: {Expected}");
        return path.StartsWith('-') ? (null, $"'{text}' begins with '-': {Expected}") : (new Entrypoint(text, kind.Value, path, member), null);
    }
}
