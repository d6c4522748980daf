using Reeve.Deployments.Running;
using Reeve.Deployments.Templating;
using Reeve.Settings;

namespace Reeve.Deployments.Steps;

/// <summary>What a list of steps shares: where it works, where its lines go, where values come from, which of them are secret.</summary>
public sealed class StepContext
{
    /// <summary>The directory relative paths start from; a step that changes directory changes it for the steps after it.</summary>
    public required string WorkingDirectory { get; set; }

    public required LineSink Sink { get; init; }

    public SecretRegistry Secrets { get; init; } = new();

    /// <summary>Sources for placeholders. Step outputs are added by the runner.</summary>
    public TemplateScope Scope { get; init; } = new() { Environment = Environment.GetEnvironmentVariable };

    /// <summary>The folder of caches: built steps, mirrors of repositories.</summary>
    public string Home { get; init; } = new ReeveSettings(Environment.GetEnvironmentVariable, new Profile("", new Dictionary<string, string>())).Home;

    /// <summary>Packages that custom steps are built against.</summary>
    public string PackagesFolder { get; init; } = Path.Combine(AppContext.BaseDirectory, "packages");

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>A line of the log, without secrets.</summary>
    public void Log(LineLevel level, string message) => Sink(new OutputLine(level, LoggerNames.Deployment, Secrets.Redact(message)));

    /// <summary>A line a step's program printed, without secrets.</summary>
    public void Print(string line) => Sink(new OutputLine(LineLevel.Print, LoggerNames.Deployment, Secrets.Redact(line)));

    public string Resolve(string path) => Path.GetFullPath(path, WorkingDirectory);
}
