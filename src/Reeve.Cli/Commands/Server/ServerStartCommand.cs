using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Reeve.Server;
using Reeve.Settings;

namespace Reeve.Cli.Commands.Server;

internal sealed class ServerStartCommand : CliCommand
{
    private readonly StartFlags _flags = new();
    private readonly Option<bool> _background = new("--background", "-b") { Description = "Run without this terminal; reeve server stop ends it" };

    public ServerStartCommand()
        : base("start", "Start the server; the database is made when there is none. Flags stand above settings (reeve config view)")
    {
        foreach (var option in _flags.All)
            Options.Add(option);
        Options.Add(_background);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("reeve server start"),
        new("reeve server start --host 0.0.0.0 --port 8080 --background"),
        new("reeve server start --log-level DEBUG --log-format json", "a line of JSON for each request"),
        new("REEVE_SERVER_DATABASE_CONNECTION_URL=postgresql://user:password@host/reeve reeve server start", "on PostgreSQL"),
    ];

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var settings = session.Settings;
        var options = _flags.Apply(ServerSettings.Read(settings, session.Time), parse);
        RefuseSecond(settings);
        RefuseTakenPort(options.Host, options.Port);
        if (parse.GetValue(_background))
            return await BackgroundServer.StartAsync(_flags.Given(parse), session, ct);
        return await ServeAsync(settings, options, session, ct);
    }

    private static async Task<int> ServeAsync(ReeveSettings settings, ServerOptions options, CliSession session, CancellationToken ct)
    {
        Directory.CreateDirectory(settings.Home);
        await using var server = ServerHost.Build(options);
        await server.StartAsync(ct);
        var file = ServerFile.OfThisProcess(server.Address);
        file.Write(settings.Home);
        try
        {
            // what reads a log of objects reads nothing else
            if (!options.LogAsJson)
                Tell(server.Address, settings, options, session.Terminal.Out);
            await server.RunAsync(ct);
        }
        finally
        {
            file.Remove(settings.Home);
        }

        if (!options.LogAsJson)
            session.Terminal.Out.WriteLine("Server stopped!");
        return ExitCodes.Done;
    }

    private static void Tell(string address, ReeveSettings settings, ServerOptions options, TextWriter output)
    {
        output.WriteLine($"Reeve {ProductVersion.Text} is up at {address}");
        if (options.ServeConsole)
            output.WriteLine($"  Console:  {address}{options.BasePath}");
        output.WriteLine($"  API:      {address}/api (reference: {address}/docs)");
        output.WriteLine($"  Database: {(IsPostgres(settings) ? "PostgreSQL" : settings.DatabaseConnectionUrl)}");
        if (settings.ApiUrl.ToString().TrimEnd('/') != $"{address}/api")
            output.WriteLine($"  Use it:   {CommandName.Text} config set REEVE_API_URL={address}/api");
        output.WriteLine("Stop it with Ctrl+C.");
        output.Flush();
    }

    private static bool IsPostgres(ReeveSettings settings) => settings.DatabaseConnectionUrl.StartsWith("postgres", StringComparison.OrdinalIgnoreCase);

    // Two servers on one SQLite file would each believe to be the only writer; on PostgreSQL any number may work together.
    private static void RefuseSecond(ReeveSettings settings)
    {
        if (!IsPostgres(settings) && ServerFile.FindRunning(settings.Home) is { } running)
            throw new CliException($"a server of {settings.Home} runs already at {running.Address} (process {running.Pid.ToString(CultureInfo.InvariantCulture)})", $"stop it: {CommandName.Text} server stop");
    }

    private static void RefuseTakenPort(string host, int port)
    {
        if (port == 0 || !IPAddress.TryParse(host == "localhost" ? "127.0.0.1" : host, out var address) || FreePort.IsFree(address, port))
            return;
        var next = FreePort.After(address, port);
        throw new CliException($"port {port} of {host} is in use", next is null ? "choose another: --port N" : $"port {next} is free: {CommandName.Text} server start --port {next}");
    }
}

/// <summary>Looks for ports that nobody listens on.</summary>
internal static class FreePort
{
    public static bool IsFree(IPAddress address, int port)
    {
        try
        {
            using var listener = new TcpListener(address, port);
            listener.Start();
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            return false;
        }
    }

    public static int? After(IPAddress address, int port) =>
        Enumerable.Range(port + 1, Math.Min(100, 65535 - port)).Cast<int?>().FirstOrDefault(p => IsFree(address, p!.Value));
}
