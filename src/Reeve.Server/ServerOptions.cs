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

    /// <summary>The clock of everything in the server.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Where log lines go; null: the console.</summary>
    public Action<ILoggingBuilder>? Logging { get; init; }
}
