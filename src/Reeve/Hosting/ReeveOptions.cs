using Microsoft.Extensions.Configuration;

namespace Reeve;

/// <summary>
/// How a host reaches the API and serves. Read from the configuration section "Reeve"; what is not there comes from a connection string or a
/// service named "reeve" (as .NET Aspire gives them), then from <c>REEVE_*</c> variables and the active profile, as in a program without a host.
/// </summary>
public sealed class ReeveOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Reeve";

    /// <summary>The API's address, such as <c>http://127.0.0.1:4200/api</c>; default as above.</summary>
    public string? ApiUrl { get; set; }

    /// <summary>A bearer key; default as above.</summary>
    public string? ApiKey { get; set; }

    /// <summary>"user:password" for servers that ask for it; default as above.</summary>
    public string? ApiAuthString { get; set; }

    /// <summary>The profile of <c>profiles.toml</c>; default the active one.</summary>
    public string? Profile { get; set; }

    /// <summary>The least level of lines that become logs of a run: DEBUG, INFO, WARNING, ERROR or CRITICAL; default as above, then INFO.</summary>
    public string? LoggingLevel { get; set; }

    /// <summary>Where submitted tasks run when their flow does not say: "thread-pool", "thread-pool(8)", "process(4)" or "inline"; default the setting <c>TASK_RUNNER</c>, then 256 at once on threads.</summary>
    public string? TaskRunner { get; set; }

    /// <summary>At most so many served runs at once; default no limit.</summary>
    public int? Limit { get; set; }

    /// <summary>How long the server is asked to wait for a due run, which it tells of at once; a server that cannot wait is asked that often. Default 2 seconds.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>See <see cref="ServeOptions.PauseOnStop"/>; default true.</summary>
    public bool PauseOnStop { get; set; } = true;

    internal ServeOptions Serving => new() { Limit = Limit, PollInterval = PollInterval, PauseOnStop = PauseOnStop };

    internal void Read(IConfiguration configuration)
    {
        var section = configuration.GetSection(Section);
        ApiUrl = section[nameof(ApiUrl)];
        ApiKey = section[nameof(ApiKey)];
        ApiAuthString = section[nameof(ApiAuthString)];
        Profile = section[nameof(Profile)];
        LoggingLevel = section[nameof(LoggingLevel)];
        TaskRunner = section[nameof(TaskRunner)];
        Limit = section[nameof(Limit)] is { Length: > 0 } limit ? Number(nameof(Limit), limit) : null;
        if (section[nameof(PollInterval)] is { Length: > 0 } interval)
            PollInterval = TimeSpan.TryParse(interval, System.Globalization.CultureInfo.InvariantCulture, out var time) ? time : throw Wrong(nameof(PollInterval), interval, "a time such as 00:00:02");
        if (section[nameof(PauseOnStop)] is { Length: > 0 } pause)
            PauseOnStop = bool.TryParse(pause, out var flag) ? flag : throw Wrong(nameof(PauseOnStop), pause, "true or false");
        if (ApiUrl is null)
            ReadAspire(configuration);
    }

    /// <summary>Every fault of the options.</summary>
    internal IEnumerable<string> Faults()
    {
        if (ApiUrl is not null && !(Uri.TryCreate(ApiUrl, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"))
            yield return $"{Section}:{nameof(ApiUrl)} is '{ApiUrl}', which is not an http or https address";
        if (LoggingLevel is not null && !Enum.TryParse<Logging.RunLogLevel>(LoggingLevel, ignoreCase: true, out _) && !LoggingLevel.Equals("WARN", StringComparison.OrdinalIgnoreCase))
            yield return $"{Section}:{nameof(LoggingLevel)} is '{LoggingLevel}'; it must be DEBUG, INFO, WARNING, ERROR or CRITICAL";
        if (TaskRunner is not null && !global::Reeve.TaskRunner.TryParse(TaskRunner, out _))
            yield return $"{Section}:{nameof(TaskRunner)} is '{TaskRunner}'; it must be thread-pool, thread-pool(8), process, process(4) or inline";
        if (Limit is <= 0)
            yield return $"{Section}:{nameof(Limit)} is {Limit}; it must be at least 1";
        if (PollInterval < TimeSpan.FromMilliseconds(100) || PollInterval > TimeSpan.FromMinutes(10))
            yield return $"{Section}:{nameof(PollInterval)} is {PollInterval}; it must be from 0.1 seconds to 10 minutes";
        if (ApiAuthString is not null && !ApiAuthString.Contains(':', StringComparison.Ordinal))
            yield return $"{Section}:{nameof(ApiAuthString)} must be user:password"; // the value is a secret, so the message has it not
    }

    // ConnectionStrings:reeve is an address or "Endpoint=…;Key=…"; services:reeve:<scheme>:<n> is what service discovery writes for a reference.
    private void ReadAspire(IConfiguration configuration)
    {
        if (configuration["ConnectionStrings:reeve"] is { Length: > 0 } connection)
        {
            var parts = connection.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(part => part.Split('=', 2))
                .Where(part => part.Length == 2).ToDictionary(part => part[0], part => part[1], StringComparer.OrdinalIgnoreCase);
            ApiUrl = WithApi(parts.GetValueOrDefault("Endpoint") ?? connection);
            ApiKey ??= parts.GetValueOrDefault("Key");
            return;
        }

        var service = configuration.GetSection("services:reeve");
        if ((service["https:0"] ?? service["http:0"]) is { Length: > 0 } address)
            ApiUrl = WithApi(address);
    }

    private static string WithApi(string address) => address.TrimEnd('/') is var text && text.EndsWith("/api", StringComparison.Ordinal) ? text : text + "/api";

    private static int Number(string name, string text) =>
        int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : throw Wrong(name, text, "a whole number");

    private static FormatException Wrong(string name, string text, string expected) => new($"{Section}:{name} is '{text}'; it must be {expected}");
}
