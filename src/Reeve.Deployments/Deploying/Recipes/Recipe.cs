using System.Text.Json.Nodes;

namespace Reeve.Deployments.Deploying.Recipes;

/// <summary>A way for code to get to where it runs, as the sections of a new project file.</summary>
/// <param name="Name">What <c>--recipe</c> calls it.</param>
/// <param name="Description">For the table to choose from.</param>
/// <param name="Inputs">What a person has to say; the rest is found out.</param>
public sealed record Recipe(string Name, string Description, IReadOnlyList<RecipeInput> Inputs)
{
    internal bool HasImage => Name == "docker" || Name.StartsWith("docker-", StringComparison.Ordinal);

    internal bool IsGit => Name is "git" or "docker-git";

    internal CloudStorage? Storage => CloudStorage.All.FirstOrDefault(storage => Name == storage.Recipe || Name == "docker-" + storage.Recipe);

    /// <summary>Every field that <c>--field</c> takes for it.</summary>
    public IReadOnlyList<string> Fields =>
    [
        "name",
        .. Name == "local" ? (string[])["directory"] : [],
        .. IsGit ? (string[])["repository", "branch"] : [],
        .. HasImage ? (string[])["image_name", "tag", "dockerfile"] : [],
        .. Storage is { } storage ? (string[])[storage.PlaceKey, "folder", "credentials"] : [],
    ];

    /// <summary>All recipes.</summary>
    public static IReadOnlyList<Recipe> All { get; } =
    [
        new("local", "The code stays where it is: workers on this machine, or with this folder mounted", []),
        new("git", "Workers clone the code from a git repository", []),
        new("docker", "The code is built into a Docker image", Image),
        new("docker-git", "An image with what the code needs; the code is cloned from git", Image),
        new("s3", "The code is kept in an S3 bucket", Place("s3")),
        new("gcs", "The code is kept in a Google Cloud Storage bucket", Place("gcs")),
        new("azure", "The code is kept in an Azure Blob Storage container", Place("azure")),
        new("docker-s3", "An image with what the code needs; the code is in an S3 bucket", [.. Image, .. Place("s3")]),
        new("docker-gcs", "An image with what the code needs; the code is in a Google Cloud Storage bucket", [.. Image, .. Place("gcs")]),
        new("docker-azure", "An image with what the code needs; the code is in an Azure Blob Storage container", [.. Image, .. Place("azure")]),
    ];

    private static IReadOnlyList<RecipeInput> Image =>
        [new("image_name", "The image's name, with its registry or repository: registry.example.com/team/flows"), new("tag", "The image's tag")];

    private static IReadOnlyList<RecipeInput> Place(string recipe)
    {
        var storage = CloudStorage.All.Single(storage => storage.Recipe == recipe);
        return [new(storage.PlaceKey, $"The name of the {storage.PlaceText} that the code is pushed to")];
    }
}

/// <summary>Something that a recipe asks for.</summary>
public sealed record RecipeInput(string Name, string Question);

/// <summary>A cloud's storage for code: the steps that push and pull it.</summary>
/// <param name="Recipe">Its word in the names of recipes.</param>
/// <param name="Title">How a table calls it.</param>
/// <param name="PlaceKey">The input that names the bucket.</param>
/// <param name="CredentialsType">The slug of the block type that holds its credentials.</param>
public sealed record CloudStorage(string Recipe, string Title, string PlaceKey, string PlaceText, string CredentialsType, string Requires, string PushStep, string PullStep)
{
    /// <summary>Without credentials the step does not run, not even with the machine's own identity.</summary>
    public bool NeedsCredentials => Recipe == "azure";

    public static IReadOnlyList<CloudStorage> All { get; } =
    [
        new("s3", "Amazon S3, MinIO and others that speak S3", "bucket", "S3 bucket", "aws-credentials", "prefect-aws>=0.3.4",
            "prefect_aws.deployments.steps.push_to_s3", "prefect_aws.deployments.steps.pull_from_s3"),
        new("gcs", "Google Cloud Storage", "bucket", "GCS bucket", "gcp-credentials", "prefect-gcp>=0.4.3",
            "prefect_gcp.deployments.steps.push_to_gcs", "prefect_gcp.deployments.steps.pull_from_gcs"),
        new("azure", "Azure Blob Storage", "container", "Azure Blob Storage container", "azure-blob-storage-credentials", "prefect-azure[blob_storage]>=0.2.8",
            "prefect_azure.deployments.steps.push_to_azure_blob_storage", "prefect_azure.deployments.steps.pull_from_azure_blob_storage"),
    ];

    /// <summary>The push step.</summary>
    /// <param name="credentials">The placeholder of a block, a URL of an account, or null for the identity of the machine.</param>
    public JsonObject Push(string place, string folder, JsonNode? credentials) => Step(PushStep, place, folder, credentials);

    /// <summary>The pull step: from where the push step has put it.</summary>
    public JsonObject Pull(JsonNode? credentials) => Step(PullStep, $"{{{{ push_code.{PlaceKey} }}}}", "{{ push_code.folder }}", credentials);

    private JsonObject Step(string step, string place, string folder, JsonNode? credentials)
    {
        var inputs = new JsonObject
        {
            ["id"] = step == PushStep ? "push_code" : "pull_code",
            ["requires"] = Requires,
            [PlaceKey] = place,
            ["folder"] = folder,
        };
        if (credentials is not null)
            inputs["credentials"] = credentials.DeepClone();
        return new JsonObject { [step] = inputs };
    }

    /// <summary>What a person says of credentials, as the step takes it: the name of a block (<c>my-block</c>, <c>type/my-block</c>), a placeholder, or the address of a storage account.</summary>
    public JsonNode? Credentials(string? said)
    {
        if (string.IsNullOrWhiteSpace(said))
            return null;
        if (said.Contains("{{", StringComparison.Ordinal))
            return JsonValue.Create(said);
        if (said.Contains("://", StringComparison.Ordinal))
            return new JsonObject { ["account_url"] = said };
        var (type, name) = said.Split('/', 2) is [var kind, var rest] ? (kind, rest) : (CredentialsType, said);
        return JsonValue.Create($"{{{{ prefect.blocks.{type}.{name} }}}}");
    }
}
