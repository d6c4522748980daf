namespace Reeve.Deployments.Docker;

/// <summary>Where the Docker engine listens, found in the places where Docker's own tools look for it.</summary>
internal sealed record EngineAddress(Uri Uri, EngineTls? Tls)
{
    private const int PlainPort = 2375;
    private const int TlsPort = 2376;

    /// <summary>DOCKER_HOST, else DOCKER_CONTEXT, else the current context, else the socket of this machine (Docker's, a rootless one, Podman's).</summary>
    /// <exception cref="DockerException">What is set names no engine.</exception>
    public static EngineAddress Find(Func<string, string?> environment)
    {
        if (environment("DOCKER_HOST") is { Length: > 0 } host)
            return Parse(host, TlsOf(environment), "DOCKER_HOST");
        var config = DockerConfig.Read(environment);
        var context = environment("DOCKER_CONTEXT") is { Length: > 0 } named ? named : config.CurrentContext;
        if (context is { Length: > 0 } and not "default")
            return config.Context(context);
        if (OperatingSystem.IsWindows())
            return new EngineAddress(new Uri("npipe:////./pipe/docker_engine"), null);
        var sockets = Sockets(environment).ToList();
        return new EngineAddress(new Uri("unix://" + (sockets.FirstOrDefault(File.Exists) ?? sockets[0])), null);
    }

    /// <exception cref="DockerException">The text is no address of an engine.</exception>
    public static EngineAddress Parse(string text, EngineTls? tls, string origin)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri))
            throw new DockerException($"'{text}' ({origin}) is no address of a Docker engine; expected unix:///var/run/docker.sock or tcp://host:{TlsPort}");
        return uri.Scheme switch
        {
            "unix" or "npipe" => new EngineAddress(uri, null),
            "tcp" or "http" or "https" => new EngineAddress(Network(uri, tls ??= uri.Scheme == "https" ? new EngineTls(null, null, null, true) : null), tls),
            "ssh" => throw new DockerException(
                $"the Docker engine '{text}' ({origin}) is reached over ssh, which is not supported here; forward its socket ('ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock HOST') and set DOCKER_HOST=unix:///tmp/docker.sock"),
            _ => throw new DockerException($"'{text}' ({origin}) is no address of a Docker engine: '{uri.Scheme}' is none of unix, tcp, http, https, npipe"),
        };
    }

    public override string ToString() => Uri.OriginalString;

    private static Uri Network(Uri uri, EngineTls? tls)
    {
        var port = uri.IsDefaultPort || uri.Port < 0 ? tls is null ? PlainPort : TlsPort : uri.Port;
        return new UriBuilder(tls is null ? "http" : "https", uri.Host, port, uri.AbsolutePath).Uri;
    }

    private static EngineTls? TlsOf(Func<string, string?> environment)
    {
        var verify = environment("DOCKER_TLS_VERIFY") is { Length: > 0 }; // "0" as well: so Docker's own tools read it
        var folder = environment("DOCKER_CERT_PATH") is { Length: > 0 } path ? path : null;
        return verify || folder is not null ? EngineTls.In(folder ?? Path.Combine(DockerConfig.Home(environment), ".docker"), verify) : null;
    }

    private static IEnumerable<string> Sockets(Func<string, string?> environment)
    {
        yield return "/var/run/docker.sock";
        var runtime = environment("XDG_RUNTIME_DIR");
        if (runtime is { Length: > 0 })
            yield return Path.Combine(runtime, "docker.sock");
        yield return Path.Combine(DockerConfig.Home(environment), ".docker", "run", "docker.sock");
        if (runtime is { Length: > 0 })
            yield return Path.Combine(runtime, "podman", "podman.sock");
        yield return "/run/podman/podman.sock";
    }
}

/// <summary>How a connection is encrypted: files in PEM, each of which may be absent.</summary>
internal sealed record EngineTls(string? AuthorityFile, string? CertificateFile, string? KeyFile, bool Verify)
{
    public static EngineTls In(string folder, bool verify)
    {
        string? Existing(string name) => Path.Combine(folder, name) is var path && File.Exists(path) ? path : null;
        return new EngineTls(Existing("ca.pem"), Existing("cert.pem"), Existing("key.pem"), verify);
    }
}
