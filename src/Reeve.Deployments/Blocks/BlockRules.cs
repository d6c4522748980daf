using System.Text.RegularExpressions;
using Reeve.Deployments.Projects;

namespace Reeve.Deployments.Blocks;

/// <summary>What the kinds of blocks demand beyond their schemas. The fields are those of the 2.20 line.</summary>
internal static partial class BlockRules
{
    public static void Check(string type, MapNode data, FaultCollector faults)
    {
        switch (type)
        {
            case "bitbucket-credentials":
                if (Text(data, "username") is { } user && !UserName().IsMatch(user.Text))
                    faults.Add(user.Position, "field 'username' should be letters, digits, - and _, at most 30 of them");
                break;
            case "remote-file-system":
                CheckAddress(data, faults);
                break;
            case "github":
                RefuseTokenWithoutHttps(data, "repository", "access_token", faults);
                break;
            case "github-repository":
                RefuseTokenWithoutHttps(data, "repository_url", "credentials", faults);
                break;
            case "gitlab-repository":
                RefuseTokenWithoutHttps(data, "repository", "credentials", faults);
                break;
            case "bitbucket-repository":
                RefuseTokenWithoutHttps(data, "repository", "bitbucket_credentials", faults);
                break;
            case "gcp-credentials" when data["service_account_file"] is not null && data["service_account_info"] is { } info:
                faults.Add(info.Position, "give 'service_account_file' or 'service_account_info', not both");
                break;
            case "azure-blob-storage-credentials" when data["connection_string"] is null && data["account_url"] is null:
                faults.Add(data.Position, "one of the fields 'connection_string' and 'account_url' must be given");
                break;
            case "azure-container-instance-credentials":
                AllOrNone(data, ["client_id", "tenant_id", "client_secret"], faults);
                break;
            default:
                break;
        }
    }

    private static void CheckAddress(MapNode data, FaultCollector faults)
    {
        if (Text(data, "basepath") is not { } basepath || MapReader.IsPlaceholder(basepath))
            return;
        if (!basepath.Text.Contains("://", StringComparison.Ordinal))
            faults.Add(basepath.Position, $"field 'basepath' should name its scheme, and this is {basepath.Description}", "for example: s3://my-bucket/my-folder");
        else if (basepath.Text.StartsWith("file://", StringComparison.Ordinal) || basepath.Text.StartsWith("local://", StringComparison.Ordinal))
            faults.Add(basepath.Position, "field 'basepath' names a folder of this machine", "use a block of kind local-file-system");
    }

    // The token would be sent in clear, or not at all.
    private static void RefuseTokenWithoutHttps(MapNode data, string address, string credentials, FaultCollector faults)
    {
        if (data[credentials] is not null && Text(data, address) is { } url && !MapReader.IsPlaceholder(url) && !url.Text.StartsWith("https://", StringComparison.Ordinal))
            faults.Add(url.Position, $"field '{address}' must begin with https:// where '{credentials}' is given: tokens do not go over other roads");
    }

    private static void AllOrNone(MapNode data, string[] names, FaultCollector faults)
    {
        var missing = names.Where(name => data[name] is null).ToList();
        if (missing.Count > 0 && missing.Count < names.Length)
            faults.Add(data.Position, $"the fields {string.Join(", ", names.Select(name => $"'{name}'"))} go together; missing: {string.Join(", ", missing)}", "without all of them the machine's own identity is used");
    }

    private static ScalarNode? Text(MapNode data, string name) => data[name] as ScalarNode;

    [GeneratedRegex("^[A-Za-z0-9_-]{1,30}$", RegexOptions.NonBacktracking)]
    private static partial Regex UserName();
}
