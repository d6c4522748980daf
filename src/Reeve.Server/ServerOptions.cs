using Microsoft.Extensions.Logging;

namespace Reeve.Server;

/// <summary>What a server is started with.</summary>
public sealed record ServerOptions
{
    /// <summary>Where the default SQLite file and the encryption key lie when no other place is given.</summary>
    public required string Home { get; init; }

    /// <summary>The address to listen on.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>The port; 0 takes a free one.</summary>
    public int Port { get; init; } = 4200;

    /// <summary>A file, <c>sqlite:///path</c> or <c>postgresql://user:password@host:port/name</c>; null: <c>reeve.db</c> in <see cref="Home"/>.</summary>
    public string? Database { get; init; }

    /// <summary>"user:password" that every request must carry as basic authentication; null: none is asked for.</summary>
    public string? ApiAuthentication { get; init; }

    /// <summary>The file of the key that seals secrets; null: <c>encryption.key</c> in <see cref="Home"/>. It is made on first use.</summary>
    public string? EncryptionKeyFile { get; init; }

    /// <summary>The prefix under which a proxy offers the server, such as <c>/reeve</c>; empty: none.</summary>
    public string BasePath { get; init; } = "";

    /// <summary>Another path of the API than <c>/api</c>, which answers too.</summary>
    public string? ApiBasePath { get; init; }

    /// <summary>The API's address as the console is to call it; null: where the console was loaded from.</summary>
    public string? ConsoleApiUrl { get; init; }

    /// <summary>Whether the web console is served.</summary>
    public bool ServeConsole { get; init; } = true;

    /// <summary>Whether the ways of the most frequent requests are run through once after the start, beside the first requests.</summary>
    public bool WarmUp { get; init; }

    /// <summary>Whether this server makes the runs of schedules.</summary>
    public bool Scheduler { get; init; } = true;

    /// <summary>Whether this server marks late runs.</summary>
    public bool LateRuns { get; init; } = true;

    /// <summary>How far ahead the runs of schedules are made.</summary>
    public SchedulingOptions Scheduling { get; init; } = new();

    /// <summary>When a run is late.</summary>
    public LateRunOptions Lateness { get; init; } = new();

    /// <summary>When workers, pools, queues and deployments count as ready.</summary>
    public WorkerHealthOptions WorkerHealth { get; init; } = new();

    /// <summary>How often the server looks for what ends by itself.</summary>
    public UpkeepOptions Upkeep { get; init; } = new();

    /// <summary>How runs wait for slots of limits.</summary>
    public SlotOptions Slots { get; init; } = new();

    /// <summary>Whether every write must show a token fetched before.</summary>
    public bool CsrfProtection { get; init; }

    /// <summary>How long such a token is good.</summary>
    public TimeSpan CsrfTokenLife { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Origins whose pages may call the API; "*": all.</summary>
    public IReadOnlyList<string> CorsOrigins { get; init; } = ["*"];

    /// <summary>Methods they may use; "*": all.</summary>
    public IReadOnlyList<string> CorsMethods { get; init; } = ["*"];

    /// <summary>Headers they may send; "*": all.</summary>
    public IReadOnlyList<string> CorsHeaders { get; init; } = ["*"];

    /// <summary>Addresses or networks of proxies whose X-Forwarded headers are believed, beside this machine's; "*": all.</summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];

    /// <summary>The largest body of a request, in bytes; a larger one is answered 413.</summary>
    public long LargestBody { get; init; } = 64 * 1024 * 1024;

    /// <summary>The largest parameters of a run or a deployment, in bytes of JSON; 0: no limit.</summary>
    public int LargestParameters { get; init; } = 524_288;

    /// <summary>How much one request of a list may ask for, and is given where it names no limit.</summary>
    public int LargestPage { get; init; } = 200;

    /// <summary>How long a stop waits for requests under way.</summary>
    public TimeSpan LongestStop { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The least level of the server's own log; at debug each request has a line.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>One JSON object a line instead of text.</summary>
    public bool LogAsJson { get; init; }

    /// <summary>The clock of everything in the server.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Where log lines go; null: the console.</summary>
    public Action<ILoggingBuilder>? Logging { get; init; }
}
