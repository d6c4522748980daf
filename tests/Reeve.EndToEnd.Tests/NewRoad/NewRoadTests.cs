using System.Security.Cryptography;
using System.Text;
using Reeve.Deployments.Tests.Support;
using Reeve.EndToEnd.Tests.Stage;
using Reeve.Protocol.Runs;

namespace Reeve.EndToEnd.Tests.NewRoad;

/// <summary>Project files and commands that people use today, word for word, with "prefect" as the command on a PATH without a Python, from the deploy to a run on a worker.</summary>
public sealed class NewRoadTests : IAsyncLifetime
{
    private const string Token = "t0ken-of-a-provider-that-must-not-be-seen-9f2c";

    private readonly Installation _reeve = new();
    private readonly StringBuilder _said = new();
    private string _tools = "";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _tools = PrefectOnPath.Make(_reeve, python: false);
        _reeve.Environment["PATH"] = _tools;
        await _reeve.StartServerAsync();
        await RunAsync("", "set -e; ! command -v python3; prefect work-pool create my-pool --type process");
    }

    public ValueTask DisposeAsync() => _reeve.DisposeAsync();

    [Fact]
    public async Task Tokens_from_a_key_vault_a_script_and_a_Secret_block_clone_private_repositories()
    {
        await using var providers = await GitProviders.StartAsync(_reeve, Token, Ct);
        foreach (var (folder, file) in (ReadOnlySpan<(string, string)>)[("by-command", NewRoadFiles.KeyVaultByCommand), ("by-script", NewRoadFiles.KeyVaultByScript), ("by-block", NewRoadFiles.SecretBlock)])
            Project(folder, file);
        await providers.AddAsync("private/azure-private-deployments.git", "master", Path.Combine(_reeve.Folder, "by-command"));
        await providers.AddAsync("org/repo.git", "master", Path.Combine(_reeve.Folder, "by-block"));
        // azure-cli signed in, and the script beside whatever runs it
        PrefectOnPath.Add(_tools, "az", $"[ \"$*\" = 'keyvault secret show --name mysecret --vault-name secretkeyvault --query value --output tsv' ] && echo {Token}");
        PrefectOnPath.Add(_tools, "python", $"[ \"$*\" = /tmp/retrieve_secrets.py ] && echo {Token}");
        _reeve.Environment["BITCRED"] = Token;

        await RunAsync("", "prefect block create secret --name bitcred --value-env BITCRED");
        foreach (var folder in (string[])["by-command", "by-script", "by-block"])
        {
            await RunAsync(folder, $"prefect deploy flows/hello.cs:MyFlowName -n {folder} -p my-pool --param name={folder}");
            await RunAsync("", $"prefect deployment run my-flow-name/{folder}");
        }
        await RunAsync("", "prefect worker start --pool my-pool --run-once");

        await CompletedAsync("by-command", "by-script", "by-block");
        Assert.Contains(" > Running run_shell_script step...", Said(), StringComparison.Ordinal);
        Assert.Contains("bitbucket.org", providers.Asked);
        Assert.Contains("github.com", providers.Asked);
    }

    [Fact]
    public async Task Credentials_blocks_of_each_provider_of_git_open_its_repositories()
    {
        await using var providers = await GitProviders.StartAsync(_reeve, Token, Ct);
        _reeve.Environment["TOKEN"] = Token;
        (string Provider, string Host)[] all = [("github", "github.com"), ("bitbucket", "bitbucket.org"), ("gitlab", "gitlab.com")];
        foreach (var (provider, host) in all)
            Project(provider, NewRoadFiles.Credentials(host, provider + "-credentials"));
        await providers.AddAsync("org/my-private-repo.git", "main", Path.Combine(_reeve.Folder, "github"));

        foreach (var (provider, _) in all)
        {
            await RunAsync(provider, $$"""
                set -e
                prefect block register -m prefect_{{provider}}
                prefect block create {{provider}}-credentials -n my-block-name --field 'token=$TOKEN'
                prefect block inspect {{provider}}-credentials/my-block-name
                prefect deploy flows/hello.cs:MyFlowName -n {{provider}} -p my-pool --param name={{provider}}
                prefect deployment run my-flow-name/{{provider}}
                """);
        }
        await RunAsync("", "prefect worker start --pool my-pool --run-once");

        await CompletedAsync("github", "bitbucket", "gitlab");
        Assert.Equal(["bitbucket.org", "github.com", "gitlab.com"], providers.Asked.Distinct().Order());
    }

    [Fact]
    public async Task Code_goes_to_S3_and_comes_from_there()
    {
        using var store = await StoreServer.S3Async(Ct, "my-bucket") ?? StoreServer.Skipped("s3rver");
        _reeve.Environment["AWS_SECRET"] = "S3RVER";
        await RunThroughAsync("s3", NewRoadFiles.S3, $$"""
            prefect block register -m prefect_aws
            prefect block create aws-credentials -n my-credentials-block --field aws_access_key_id=S3RVER --field 'aws_secret_access_key=$AWS_SECRET' --field aws_client_parameters.endpoint_url={{store.Url}}
            """);
    }

    [Fact]
    public async Task Code_goes_to_Azure_and_comes_from_there()
    {
        using var store = await StoreServer.AzuriteAsync(Ct) ?? StoreServer.Skipped("azurite-blob");
        // The key that every emulator has.
        const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
        await MakeContainerAsync($"{store.Url}/devstoreaccount1", Key, "my-prefect-azure-container");
        _reeve.Environment["CONNECTION"] = $"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={Key};BlobEndpoint={store.Url}/devstoreaccount1;";
        await RunThroughAsync("azure", NewRoadFiles.Azure, """
            prefect block register -m prefect_azure
            prefect block create azure-blob-storage-credentials -n my-credentials-block --field 'connection_string=$CONNECTION'
            prefect block create azure-blob-storage-container -n old-road --field container_name=my-prefect-azure-container --field credentials=azure-blob-storage-credentials/my-credentials-block
            """);
        Assert.DoesNotContain(Key, Said(), StringComparison.Ordinal);

        // the older road to the same container: uploaded by the build, pulled by the agent
        await RunAsync("azure", """
            set -e
            prefect deployment build flows/hello.cs:MyFlowName -n old -q old -sb azure-blob-storage-container/old-road/projects/dn_flow --param name=old -a
            prefect deployment run my-flow-name/old
            rm -rf flows
            prefect agent start -q old --run-once
            """);
        await CompletedAsync("azure", "old");
    }

    [Fact]
    public async Task Code_goes_to_Google_and_comes_from_there()
    {
        await using var store = new GcsFake();
        await File.WriteAllTextAsync(Path.Combine(_reeve.Folder, "key.json"), store.ServiceAccount.ToJsonString(), Ct);
        _reeve.Environment["STORAGE_EMULATOR_HOST"] = store.Url;
        await RunThroughAsync("gcs", NewRoadFiles.Gcs, """
            prefect block register -m prefect_gcp
            prefect block create gcp-credentials -n my-credentials-block --field service_account_info=@../key.json
            """);
        Assert.Contains("my-folder/flows/hello.cs", store.Objects.Keys);
        Assert.DoesNotContain(store.ServiceAccount["private_key"]!.ToString().Split('\n')[3], Said(), StringComparison.Ordinal);

        // the folder by a variable of the environment
        _reeve.Environment["CUSTOM_FOLDER"] = "their folder";
        await RunAsync("gcs", "sed -i \"s/folder: my-folder/folder: '{{ \\$CUSTOM_FOLDER }}'/\" prefect.yaml; prefect deploy flows/hello.cs:MyFlowName -n custom -p my-pool");
        Assert.Contains("their folder/flows/hello.cs", store.Objects.Keys);
    }

    [Fact]
    public async Task The_dialogue_asks_word_for_word_and_keeps_the_token_in_a_block_of_its_known_name()
    {
        await using var providers = await GitProviders.StartAsync(_reeve, Token, Ct);
        Project("my_repo", "name: my_repo");
        File.Delete(Path.Combine(_reeve.Folder, "my_repo", "prefect.yaml"));
        await providers.AddAsync("my_username/my_repo.git", "main", Path.Combine(_reeve.Folder, "my_repo"));
        await RunAsync("my_repo", "git init -q -b main && git add -A && git commit -q -m flows && git remote add origin https://github.com/my_username/my_repo.git");

        await using var person = TerminalUnderTest.Start(Path.Combine(_tools, "prefect"), ["deploy"], _reeve.Environment, Path.Combine(_reeve.Folder, "my_repo"));
        Assert.SkipWhen(person is null, "python3 is missing: there is no pseudo-terminal to sit at");
        await person.AnswerAsync("Select a flow to deploy", "");
        await person.AnswerAsync("Deployment name (default): ", "my-deployment");
        await person.AnswerAsync("configure schedules for this deployment? [y/n] (y): ", "n");
        await person.AnswerAsync("Which work pool", "my-pool");
        await person.AnswerAsync("Would you like your workers to pull your flow code from its remote repository when running this flow? [y/n] (y): ", "y");
        await person.AnswerAsync("Is https://github.com/my_username/my_repo.git the correct URL to pull your flow code from? [y/n] (y): ", "y");
        await person.AnswerAsync("Is main the correct branch to pull your flow code from? [y/n] (y): ", "y");
        await person.AnswerAsync("Is this a private repository? [y/n]: ", "y");
        await person.AnswerAsync("Please enter a token that can be used to access your private repository", Token);
        await person.AnswerAsync("for faster deployments in the future? [y/n] (y): ", "y");
        var code = await person.ExitAsync();

        Assert.True(code == 0, person.Shown);
        Assert.DoesNotContain(Token, person.Shown, StringComparison.Ordinal);
        var block = await _reeve.Api.FindBlockDocumentAsync("secret", "deployment-my-deployment-my-flow-name-repo-token", includeSecrets: false, Ct);
        Assert.Equal("********", block!.Data.GetProperty("value").GetString());
        await RunAsync("", "prefect deployment run my-flow-name/my-deployment && prefect worker start --pool my-pool --run-once");
        await CompletedAsync("my-deployment");
    }

    // From the files in a folder to a run that has nothing but what came back from the store.
    private async Task RunThroughAsync(string name, string project, string blocks)
    {
        Project(name, project);
        File.WriteAllText(Path.Combine(_reeve.Folder, name, ".prefectignore"), "*.pyc\n");
        File.WriteAllText(Path.Combine(_reeve.Folder, name, "x.pyc"), "left here");
        await RunAsync(name, $"set -e\n{blocks}\nprefect deploy flows/hello.cs:MyFlowName -n {name} -p my-pool --param name={name}\nprefect deployment run my-flow-name/{name}");
        await RunAsync("", "prefect worker start --pool my-pool --run-once");
        await CompletedAsync(name);
    }

    private void Project(string folder, string prefectYaml)
    {
        var flows = Directory.CreateDirectory(Path.Combine(_reeve.Folder, folder, "flows")).FullName;
        File.WriteAllText(Path.Combine(flows, "hello.cs"), NewRoadFiles.Flow.ReplaceLineEndings("\n"));
        File.WriteAllText(Path.Combine(_reeve.Folder, folder, "prefect.yaml"), prefectYaml.ReplaceLineEndings("\n") + "\n");
    }

    /// <summary>All of these deployments have run to the end, and nothing that was said or is kept in clear shows the token.</summary>
    private async Task CompletedAsync(params IReadOnlyList<string> names)
    {
        var said = Said();
        var runs = await _reeve.Api.FindFlowRunsAsync(new Protocol.Filters.Query(), Ct);
        Assert.True(runs.All(run => run.State?.Type == StateType.Completed), $"{string.Join('\n', runs.Select(run => $"{run.Name}: {run.State?.Name} {run.State?.Message}"))}\n{said}");
        Assert.Equal(names.Count, runs.Count);
        foreach (var name in names.Where(name => name != "my-deployment"))
            Assert.Contains($"HELLO {name}", said, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, said, StringComparison.Ordinal);
        foreach (var file in Directory.EnumerateFiles(_reeve.Home, "*", SearchOption.AllDirectories).Where(file => new FileInfo(file).Length < 50_000_000))
            Assert.False(File.ReadAllText(file).Contains(Token, StringComparison.Ordinal), file);
    }

    private string Said() => _said + "\n" + _reeve.Server.Output;

    private async Task RunAsync(string folder, string script)
    {
        await using var shell = ProcessUnderTest.Start(Path.Combine(_tools, "bash"), ["-c", script.ReplaceLineEndings("\n")], _reeve.Environment, Path.Combine(_reeve.Folder, folder));
        var code = await shell.ExitAsync(TimeSpan.FromMinutes(5));
        _said.AppendLine(shell.Output);
        Assert.True(code == 0, $"{script} ended with {code}:\n{shell.Output}");
    }

    // A request that an account's signature allows.
    private static async Task MakeContainerAsync(string endpoint, string key, string name)
    {
        var (start, end) = ("2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z");
        var signature = Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(key), Encoding.UTF8.GetBytes($"devstoreaccount1\nrwdlacup\nb\nsco\n{start}\n{end}\n\nhttps,http\n2021-12-02\n\n")));
        using var http = new HttpClient();
        using var answer = await http.PutAsync(new Uri($"{endpoint}/{name}?restype=container&sv=2021-12-02&ss=b&srt=sco&sp=rwdlacup&st={Uri.EscapeDataString(start)}&se={Uri.EscapeDataString(end)}&spr=https,http&sig={Uri.EscapeDataString(signature)}"), null, Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
    }
}
