using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Reeve.Deployments.Docker;

internal sealed partial class DockerEngine
{
    /// <summary>Builds an image and gives its id.</summary>
    /// <param name="query">Parameters of the engine's build call.</param>
    /// <param name="dockerfile">For the place of an error.</param>
    /// <exception cref="DockerException">The build failed; the message says at which line and what was printed there.</exception>
    public async Task<string> BuildAsync(
        IEnumerable<KeyValuePair<string, string>> query, BuildContext context, DockerfileLines dockerfile, RegistryLogins logins, Action<string> line, CancellationToken ct)
    {
        var step = 0;
        var messages = new EngineMessages(text =>
        {
            step = StepOf(text) ?? step;
            line(text);
        });
        using var request = new HttpRequestMessage(HttpMethod.Post, "build?" + Query(query)) { Content = new TarContent(context) };
        if (await logins.AllAsync(ct) is { Count: > 0 } all)
            request.Headers.Add("X-Registry-Config", RegistryLogin.Header(all));
        using var answer = await SendAsync(request, ct);
        if (!answer.IsSuccessStatusCode)
            throw new DockerException(BuildFailure.Text(await ErrorAsync(answer, ct), dockerfile, 0, []));
        await ReadAsync(answer, messages, ct);
        if (messages.Error is { } error)
            throw new DockerException(BuildFailure.Text(error, dockerfile, step, messages.Last));
        return messages.Facts.Select(fact => (string?)fact["ID"]).LastOrDefault(id => id is not null)
            ?? throw new DockerException("the Docker engine ended the build without an image and without an error");
    }

    public async Task TagAsync(string image, ImageName name, string tag, CancellationToken ct)
    {
        var query = Query([new("repo", name.Text), new("tag", tag)]);
        using var answer = await SendAsync(new HttpRequestMessage(HttpMethod.Post, $"images/{Uri.EscapeDataString(image)}/tag?{query}"), ct);
        if (!answer.IsSuccessStatusCode)
            throw new DockerException($"the image cannot be tagged '{name}:{tag}': {await ErrorAsync(answer, ct)}");
    }

    /// <summary>Pushes one tag and gives the digest the registry has it under.</summary>
    /// <exception cref="DockerException">The engine has no such image, or the registry did not take it.</exception>
    public async Task<string?> PushAsync(ImageName name, string tag, RegistryLogin? login, Action<string> line, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"images/{EscapedPath(name.Text)}/push?{Query([new("tag", tag)])}");
        request.Headers.Add("X-Registry-Auth", RegistryLogin.Header(login?.ToJson() ?? []));
        using var answer = await SendAsync(request, ct);
        if (!answer.IsSuccessStatusCode)
            throw new DockerException(PushFailure(name, tag, login, await ErrorAsync(answer, ct)));
        var messages = new EngineMessages(line);
        await ReadAsync(answer, messages, ct);
        if (messages.Error is { } error)
            throw new DockerException(PushFailure(name, tag, login, error));
        return messages.Facts.Select(fact => (string?)fact["Digest"]).LastOrDefault(digest => digest is not null);
    }

    /// <summary>Asks the registry whether it takes the login.</summary>
    /// <exception cref="DockerException">It does not, or it is away.</exception>
    public async Task CheckAsync(RegistryLogin login, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "auth") { Content = JsonContent.Create(login.ToJson()) };
        using var answer = await SendAsync(request, ct);
        if (!answer.IsSuccessStatusCode)
            throw new DockerException($"the registry '{login.Server}' does not let '{login.UserName}' in: {login.Hide(await ErrorAsync(answer, ct))}");
    }

    private static string PushFailure(ImageName name, string tag, RegistryLogin? login, string error)
    {
        var text = $"'{name}:{tag}' was not pushed: {login?.Hide(error) ?? error}";
        if (error.Contains("does not exist locally", StringComparison.Ordinal) || error.Contains("tag does not exist", StringComparison.Ordinal))
            return text + "; build it in the same run: build_docker_image with this image_name and tag";
        if (login is null && (error.Contains("no basic auth", StringComparison.Ordinal) || error.Contains("unauthorized", StringComparison.OrdinalIgnoreCase) || error.Contains("denied", StringComparison.Ordinal)))
            return text + $"; give 'credentials' (username, password, registry_url), or run 'docker login {name.Registry}'";
        return text;
    }

    private static string EscapedPath(string name) => string.Join('/', name.Split('/').Select(Uri.EscapeDataString));

    // "Step 3/7 : RUN make"; Podman says "STEP 3/7: RUN make".
    private static int? StepOf(string line)
    {
        if (!line.StartsWith("Step ", StringComparison.OrdinalIgnoreCase))
            return null;
        var end = line.IndexOf('/', StringComparison.Ordinal);
        return end > 5 && int.TryParse(line.AsSpan(5, end - 5), out var number) ? number : null;
    }
}

/// <summary>One message of a failed build, with the place in the Dockerfile.</summary>
internal static class BuildFailure
{
    public static string Text(string error, DockerfileLines dockerfile, int step, IEnumerable<string> last)
    {
        var place = dockerfile.Place(step) is { } found ? $"{found}: '{dockerfile.Instruction(step)}': " : $"{dockerfile.Name}: ";
        var said = last.Where(line => !line.StartsWith("Step ", StringComparison.OrdinalIgnoreCase) && !line.TrimStart().StartsWith("--->", StringComparison.Ordinal)
            && !line.StartsWith("Removing intermediate container", StringComparison.Ordinal)).TakeLast(8).ToList();
        var output = said.Count > 0 && error.Contains("non-zero code", StringComparison.Ordinal) ? "; it said:\n  " + string.Join("\n  ", said) : "";
        return place + error.Trim() + output + Hint(error, output, dockerfile);
    }

    private static string Hint(string error, string output, DockerfileLines dockerfile)
    {
        if ((error + output).Contains("no space left on device", StringComparison.OrdinalIgnoreCase))
            return "; the disk of the Docker engine is full: 'docker system prune' frees what nothing uses";
        if (dockerfile.NeedsBuildKit || error.Contains("BuildKit", StringComparison.OrdinalIgnoreCase))
            return "; this Dockerfile needs BuildKit, which is reached by the docker command only: build with run_shell_script 'docker buildx build --load -t NAME:TAG .'";
        if (error.Contains("pull access denied", StringComparison.Ordinal) || error.Contains("manifest unknown", StringComparison.Ordinal)
            || error.Contains("failed to resolve reference", StringComparison.Ordinal) || error.Contains("manifest for", StringComparison.Ordinal)
            || (error.Contains("Get \"http", StringComparison.Ordinal) && error.Contains("/v2/", StringComparison.Ordinal)))
            return "; if the base image is on the engine already, 'pull: false' uses it as it is";
        return "";
    }
}
