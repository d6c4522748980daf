using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Reeve.Deployments.Docker;

/// <summary>A repository of images, <c>registry.example.com:5000/team/etl</c>, without a tag.</summary>
internal sealed partial record ImageName(string Text, string Registry)
{
    public const string DockerHub = "docker.io";

    /// <exception cref="DockerException">The name breaks the rules for names of images.</exception>
    public static ImageName Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : text[..slash];
        var hasRegistry = first == "localhost" || first.AsSpan().ContainsAny('.', ':');
        var path = hasRegistry ? text[(slash + 1)..] : text;
        if (path.Contains('@', StringComparison.Ordinal) || path.Contains(':', StringComparison.Ordinal))
            throw new DockerException($"image_name '{text}' has a tag or digest in it; leave it out there and say 'tag: {path[(path.LastIndexOfAny([':', '@']) + 1)..]}'");
        if (!Path().IsMatch(path) || (hasRegistry && !Host().IsMatch(first)))
            throw new DockerException($"image_name '{text}' is not a name for an image: its parts are lower-case ASCII letters and digits, with '.', '_' or '-' between them"
                + (Suggestion(path) is { Length: > 0 } better && Path().IsMatch(better) ? $"; '{(hasRegistry ? first + "/" : "")}{better}' would be one" : ""));
        return new ImageName(text, hasRegistry ? HostOf(first) : DockerHub);
    }

    /// <exception cref="DockerException">The tag breaks the rules for tags.</exception>
    public static string CheckTag(string tag) => Tag().IsMatch(tag) ? tag
        : throw new DockerException($"tag '{tag}' is not a tag: up to 128 ASCII letters, digits, '_', '.' and '-', and it begins with none of '.' and '-'");

    /// <summary>The host of a registry's address, in one form for all the names of Docker Hub.</summary>
    public static string HostOf(string address)
    {
        var scheme = address.IndexOf("://", StringComparison.Ordinal);
        var host = (scheme < 0 ? address : address[(scheme + 3)..]).Split('/')[0];
        return host is "index.docker.io" or "registry-1.docker.io" or "registry.hub.docker.com" or "hub.docker.com" or "docker.io" or "" ? DockerHub : host;
    }

    /// <summary>A tag of a moment, <c>2026-03-01t09-30-00-123456-00-00</c>.</summary>
    public static string TagOf(DateTimeOffset now) => now.UtcDateTime.ToString("yyyy-MM-dd't'HH-mm-ss-ffffff'-00-00'", CultureInfo.InvariantCulture);

    public override string ToString() => Text;

    // Without the tables of other scripts, which this program does not carry, only ASCII can be put right.
    private static string Suggestion(string path) => Ascii.IsValid(path) ? Foreign().Replace(path.ToLowerInvariant(), "-").Trim('-', '/') : "";

    [GeneratedRegex(@"^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*\z")]
    private static partial Regex Path();

    [GeneratedRegex(@"^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?\z")]
    private static partial Regex Host();

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\z")]
    private static partial Regex Tag();

    [GeneratedRegex("[^a-z0-9/]+")]
    private static partial Regex Foreign();
}
