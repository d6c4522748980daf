using System.Text.Json.Nodes;
using Reeve.Deployments.Projects;
using Reeve.Deployments.Steps;
using Reeve.Deployments.Templating;
using Reeve.Deployments.Tests.Support;

namespace Reeve.Deployments.Tests.Secrets;

/// <summary>docs/guides/secrets-from-a-key-vault.md: its pull sections word for word, but for the repository's address and, in the third way, the vault's.</summary>
public sealed class GuideTests : IAsyncLifetime
{
    private const string Repository = "https://bitbucket.org/private/azure-private-deployments.git";
    private readonly StepBench _bench = new();
    private readonly GitHost _host = new();

    public ValueTask InitializeAsync()
    {
        _host.Commit("deployments", "master", ("flows/hello.cs", "// pulled"));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _bench.Dispose();
        await _host.DisposeAsync();
    }

    private static List<string> Blocks()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Reeve.slnx")))
            folder = folder.Parent;
        return [.. File.ReadAllText(Path.Combine(folder.FullName, "docs", "guides", "secrets-from-a-key-vault.md")).Split("```yaml\n")[1..].Select(block => block[..block.IndexOf("```", StringComparison.Ordinal)])];
    }

    private void Tool(string name, string script)
    {
        var file = _bench.Folder.Write($"tools/{name}", $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Environment.SetEnvironmentVariable("PATH", _bench.Folder.At("tools") + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH"));
    }

    private async Task PullAsync(string yaml, StepContext context)
    {
        var reading = ProjectReader.Read("prefect.yaml", yaml.Replace(Repository, _host.Address, StringComparison.Ordinal));
        Assert.Empty(reading.Faults);
        var outputs = await new StepRunner(StepCatalog.BuiltIn, context).RunAsync(reading.Project!.Pull.ToJson(), [], TestContext.Current.CancellationToken);
        Assert.Equal("// pulled", File.ReadAllText(context.Resolve(Path.Combine((string)outputs["directory"]!, "flows", "hello.cs"))));
        AssertNowhere();
    }

    private void AssertNowhere()
    {
        Assert.NotEmpty(_bench.Lines);
        Assert.DoesNotContain(_bench.Lines, line => line.Contains(_host.Token, StringComparison.Ordinal));
        Assert.DoesNotContain(_host.CommandLines.Keys, line => line.Contains(_host.Token, StringComparison.Ordinal));
        foreach (var file in Directory.EnumerateFiles(_bench.Folder.Path, "*", SearchOption.AllDirectories).Where(file => !file.StartsWith(_bench.Folder.At("tools"), StringComparison.Ordinal)))
            Assert.DoesNotContain(_host.Token, File.ReadAllText(file), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_the_az_command()
    {
        Tool("az", $"[ \"$*\" = \"keyvault secret show --name mysecret --vault-name secretkeyvault --query value --output tsv\" ] && echo {_host.Token}");
        await PullAsync(Blocks()[0], _bench.Context);
    }

    [Fact]
    public async Task With_a_script()
    {
        // a python that knows the script: the machine need not have one
        Tool("python", $"[ \"$*\" = \"/tmp/retrieve_secrets.py\" ] && echo {_host.Token}");
        await PullAsync(Blocks()[1], _bench.Context);
    }

    [Fact]
    public async Task With_managed_identity_and_no_program()
    {
        using var secrets = new SecretBench();
        // the vault is the environment here: how a key vault is asked, AzureKeyVaultTests say
        secrets.Blocks["secret-provider/kv"] = new JsonObject { ["kind"] = "env" };
        secrets.Environment["mysecret"] = _host.Token;
        var context = new StepContext
        {
            WorkingDirectory = _bench.Folder.Path,
            Sink = _bench.Context.Sink,
            Secrets = new SecretRegistry(),
            Scope = _bench.Context.Scope with { Secret = secrets.Sources.ReadAsync },
        };
        await PullAsync(Blocks()[2], context);
    }

    [Fact]
    public void Every_project_file_of_the_guide_is_one()
    {
        foreach (var yaml in Blocks())
            Assert.Empty(ProjectReader.Read("prefect.yaml", yaml).Faults);
    }
}
