namespace Reeve;

/// <summary>A container image that is built, and pushed, when the deployments that name it are registered: once for all of them. Needs the <c>reeve</c> command and a Docker engine where the program runs.</summary>
public sealed record ImageBuild
{
    /// <summary>The repository, without a tag: <c>registry.example.com/team/etl</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The tag; default the time of the build.</summary>
    public string? Tag { get; init; }

    /// <summary>The Dockerfile within <see cref="Folder"/>; default <c>auto</c>: one is made that builds the flows of the folder.</summary>
    public string Dockerfile { get; init; } = "auto";

    /// <summary>The folder that is sent to the engine; default that of this program's source.</summary>
    public string? Folder { get; init; }

    /// <summary>Values for the Dockerfile's ARGs; default none. They are never shown, but an image keeps them in its history: a secret does not belong here.</summary>
    public IReadOnlyDictionary<string, string> BuildArguments { get; init; } = new Dictionary<string, string>();

    /// <summary>The platform, <c>linux/arm64</c>; default the engine's own.</summary>
    public string? Platform { get; init; }

    /// <summary>For <c>auto</c>: the image that runs start from; default Microsoft's ASP.NET runtime.</summary>
    public string? BaseImage { get; init; }

    /// <summary>For <c>auto</c>: the image that flows are built in; default Microsoft's .NET SDK.</summary>
    public string? SdkImage { get; init; }

    /// <summary>Whether base images are asked for at their registry even where the engine has them; default true.</summary>
    public bool Pull { get; init; } = true;

    /// <summary>Whether it is pushed to its registry; default true. Deployments then name it by its digest.</summary>
    public bool Push { get; init; } = true;

    /// <summary>Who pushes: the block with the login, <c>{{ prefect.blocks.docker-registry-credentials.ci }}</c>; default who <c>docker login</c> was said for.</summary>
    public string? Credentials { get; init; }
}
