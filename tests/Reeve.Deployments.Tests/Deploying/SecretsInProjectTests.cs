using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Reeve.Deployments.Deploying;
using Reeve.Deployments.Entrypoints;
using Reeve.Deployments.Projects;
using Reeve.Deployments.Running;
using Reeve.Deployments.Tests.Support;

namespace Reeve.Deployments.Tests.Deploying;

public sealed class SecretsInProjectTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ApiStub _api = new();
    private readonly ConcurrentQueue<OutputLine> _lines = [];

    public SecretsInProjectTests() => _folder.Write("flows/etl.py", """
        from prefect import flow
        @flow
        def etl(name: str = "x"): ...
        """);

    public void Dispose()
    {
        _folder.Dispose();
        _api.Dispose();
    }

    private EntrypointResolver Entrypoints => new(new FlowBuilder(_folder.At("home"), _lines.Enqueue, TimeProvider.System));

    private async Task<DeployReport> DeployAsync(string yaml)
    {
        var reading = ProjectReader.Read(_folder.Write("prefect.yaml", yaml), yaml, "prefect.yaml");
        return reading.Project is null ? new DeployReport([], reading.Faults)
            : await new ProjectDeployer(_api.Client, Entrypoints, _lines.Enqueue).DeployAsync(reading.Project, DeploymentSelection.All(reading.Project), TestContext.Current.CancellationToken);
    }

    private async Task<(string? Yaml, IReadOnlyList<Fault> Faults)> RenderAsync(string yaml)
    {
        var project = ProjectReader.Read(_folder.Write("prefect.yaml", yaml), yaml, "prefect.yaml").Project!;
        return await new ProjectRenderer(_api.Client, Entrypoints).RenderAsync(project, DeploymentSelection.All(project), TestContext.Current.CancellationToken);
    }

    private const string Good = """
        name: shop
        secrets:
          kv: {kind: azure-key-vault, settings: {vault_url: https://mysecretkeyvault.vault.azure.net, tenant_id: t, client_id: c, client_secret: "{{ $KV_SECRET }}"}}
        pull:
        - prefect.deployments.steps.git_clone: {repository: https://git.example/a.git, access_token: "{{ secrets.kv.mysecret }}"}
        deployments:
        - name: nightly
          entrypoint: flows/etl.py:etl
          work_pool: {name: demo, job_variables: {env: {DB: "{{ secrets.kv.db#password }}", FILE: "{{ secrets.file.db-password }}"}}}
        """;

    [Fact]
    public async Task Declared_provider_becomes_a_block_and_secrets_stay_expressions()
    {
        var report = await DeployAsync(Good);

        Assert.Empty(report.Faults);
        var block = Assert.Single(_api.Created("block_documents/"));
        Assert.Equal("kv", (string?)block["name"]);
        Assert.Equal("""{"kind":"azure-key-vault","settings":{"vault_url":"https://mysecretkeyvault.vault.azure.net","tenant_id":"t","client_id":"c","client_secret":"{{ $KV_SECRET }}"}}""", block["data"]!.ToJsonString());
        var stored = Assert.Single(_api.Created("deployments/"));
        Assert.Equal("{{ secrets.kv.mysecret }}", (string?)stored["pull_steps"]![0]!["prefect.deployments.steps.git_clone"]!["access_token"]);
        Assert.Equal("""{"env":{"DB":"{{ secrets.kv.db#password }}","FILE":"{{ secrets.file.db-password }}"}}""", stored["job_variables"]!.ToJsonString());
    }

    [Fact]
    public async Task Credential_in_clear_and_every_other_fault_of_the_section_are_told_at_once()
    {
        var report = await DeployAsync("""
            secrets:
              KV: {kind: azure-key-vault}
              aws:
                kind: aws-secrets-manager
                settings:
                  aws_secret_access_key: wJalrXUtnFEMI
                  regoin_name: eu-central-1
                  endpoint_url: "{{ build.url }}"
              odd: {kind: hashicorp}
              none: {settings: {}}
              text: kv
            deployments: []
            """);

        Assert.Equal(
        [
            "prefect.yaml:2:3: 'KV' cannot be the name of a secret provider: lower-case letters, digits and - only",
            "prefect.yaml:6:30: 'aws_secret_access_key' would stand in the project file as clear text; write {{ $NAME }} or {{ prefect.blocks.secret.<name> }}: it is looked up where the run is",
            "prefect.yaml:7:7: a provider of the kind 'aws-secrets-manager' has no setting 'regoin_name'; did you mean 'region_name'?",
            "prefect.yaml:8:22: '{{ build.url }}' cannot be used here; settings of a provider are made of blocks, variables and the environment",
            "prefect.yaml:9:15: there is no kind of secret provider 'hashicorp'; valid are: env, file, azure-key-vault, aws-secrets-manager, google-secret-manager, vault, kubernetes",
            "prefect.yaml:10:9: a secret provider has no 'kind'; valid are: env, file, azure-key-vault, aws-secrets-manager, google-secret-manager, vault, kubernetes",
            "prefect.yaml:11:9: a secret provider is a mapping of kind and settings, and this is the text 'kv'; text: {kind: azure-key-vault, settings: {vault_url: https://…}}",
        ], report.Faults.Select(fault => fault.ToString()));
        Assert.Empty(_api.Requests);
    }

    [Fact]
    public async Task Secret_in_a_field_of_clear_text_and_an_unknown_provider_are_refused_at_their_place()
    {
        var report = await DeployAsync("""
            secrets:
              kv: {kind: env}
            pull:
            - prefect.deployments.steps.git_clone: {repository: https://git.example/a.git, access_token: "{{ secrets.kw.mysecret }}"}
            deployments:
            - name: nightly
              description: with {{ secrets.kv.a }}
              entrypoint: flows/etl.py:etl
              parameters: {name: "{{ secrets.kv.b }}"}
              work_pool: {name: "{{ secrets.kv.pool }}"}
            """);

        const string hint = "use it in a pull step or in job_variables, where it is resolved when the run starts, or load the block in the flow";
        Assert.Equal(
        [
            "prefect.yaml:4:95: there is no secret provider 'kw'; did you mean 'kv'?",
            $"prefect.yaml:7:21: '{{{{ secrets.kv.a }}}}' holds a secret, and 'description' is stored on the server as clear text; {hint}",
            $"prefect.yaml:9:23: '{{{{ secrets.kv.b }}}}' holds a secret, and 'parameters' is stored on the server as clear text; {hint}",
            $"prefect.yaml:10:22: '{{{{ secrets.kv.pool }}}}' holds a secret, and 'work_pool' is stored on the server as clear text; {hint}",
        ], report.Faults.Select(fault => fault.ToString()).Where(fault => !fault.Contains("there is no work pool", StringComparison.Ordinal)));
        Assert.Empty(_api.Created("deployments/"));
        Assert.Empty(_api.Created("block_documents/"));
    }

    [Fact]
    public async Task Build_step_reads_a_secret_and_nobody_sees_it()
    {
        _folder.Write("mounted/registry-token", "reg-t0ken-value\n");
        var report = await DeployAsync($$$"""
            secrets:
              here: {kind: file, settings: {path: {{{_folder.At("mounted")}}}}}
            build:
            - prefect.deployments.steps.run_shell_script:
                id: login
                script: printf 'logged in with %s' "{{ secrets.here.registry-token }}"
            deployments:
            - name: nightly
              entrypoint: flows/etl.py:etl
              description: "{{ login.stdout }}"
              work_pool: {name: demo}
            """);

        Assert.Empty(report.Faults);
        Assert.Contains(_lines, line => line.Message == "logged in with ********");
        Assert.DoesNotContain(_lines, line => line.Message.Contains("reg-t0ken", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Job_variables_take_the_environment_of_the_deploy()
    {
        Environment.SetEnvironmentVariable("IMAGE_OF_TEST", "shop:7");
        var report = await DeployAsync("""
            deployments:
            - name: nightly
              entrypoint: flows/etl.py:etl
              work_pool: {name: demo, job_variables: {image: "{{ $IMAGE_OF_TEST }}"}}
            """);

        Assert.Empty(report.Faults);
        Assert.Equal("""{"image":"shop:7"}""", Assert.Single(_api.Created("deployments/"))["job_variables"]!.ToJsonString());
    }

    [Fact]
    public async Task Rendering_shows_what_would_be_with_secrets_masked_and_writes_nothing()
    {
        _api.Secrets["bitcred"] = "block-secret-value";
        _api.Variables["stage"] = JsonValue.Create("dev");
        Environment.SetEnvironmentVariable("RENDER_TOKEN", "env-secret-value");
        var (yaml, faults) = await RenderAsync("""
            name: shop
            secrets:
              kv: {kind: azure-key-vault, settings: {vault_name: v, client_id: c, tenant_id: t, client_secret: "{{ $RENDER_TOKEN }}"}}
            definitions:
              pool: &pool {name: demo, job_variables: {image: "{{ build_image.image }}", env: {STAGE: "{{ prefect.variables.stage }}", TOKEN: "{{ $RENDER_TOKEN }}", DB: "{{ secrets.kv.db }}"}}}
            build:
            - prefect.deployments.steps.run_shell_script: {id: build_image, script: "build --stage {{ prefect.variables.stage }} --with {{ prefect.blocks.secret.bitcred }}"}
            pull:
            - prefect.deployments.steps.git_clone: {repository: "https://git.example/a.git", access_token: "{{ secrets.kv.mysecret }}"}
            deployments:
            - name: nightly
              entrypoint: flows/etl.py:etl
              tags: ["{{ prefect.variables.stage }}", "yes"]
              version: "1.0"
              description: "two\nlines: of text"
              parameters: {name: "{{ prefect.variables.stage }}", empty: {}, none: null, list: [1, true]}
              work_pool: *pool
            """);

        Assert.Empty(faults);
        Assert.Equal("""
            name: shop
            secrets:
              kv:
                kind: azure-key-vault
                settings:
                  vault_name: v
                  client_id: c
                  tenant_id: t
                  client_secret: "{{ $RENDER_TOKEN }}"  # resolved where the run is
            deployments:
            - name: nightly
              entrypoint: flows/etl.py:etl
              tags:
              - dev
              - "yes"
              version: "1.0"
              description: "two\nlines: of text"
              parameters:
                name: dev
                empty: {}
                none: null
                list:
                - 1
                - true
              work_pool:
                name: demo
                job_variables:
                  image: "{{ build_image.image }}"  # resolved when the deploy runs
                  env:
                    STAGE: "{{ prefect.variables.stage }}"  # resolved where the run is
                    TOKEN: "********"
                    DB: "{{ secrets.kv.db }}"  # resolved where the run is
              build:
              - prefect.deployments.steps.run_shell_script:
                  id: build_image
                  script: build --stage dev --with ********
              pull:
              - prefect.deployments.steps.git_clone:
                  repository: https://git.example/a.git
                  access_token: "{{ secrets.kv.mysecret }}"  # resolved where the run is

            """.ReplaceLineEndings("\n").TrimEnd('\n'), yaml!.TrimEnd('\n'));
        Assert.DoesNotContain(_api.Requests, request => request.Method is "PATCH" or "PUT" or "DELETE" || (request.Method == "POST" && !request.Path.EndsWith("filter", StringComparison.Ordinal)));
        // what it prints is a project file again
        Assert.Empty(ProjectReader.Read("prefect.yaml", yaml!).Faults);
    }

    [Fact]
    public async Task Rendering_tells_the_faults_a_deploy_would_tell()
    {
        var (yaml, faults) = await RenderAsync("""
            deployments:
            - name: nightly
              entrypoint: flows/etl.py:etl
              description: "{{ prefect.variables.stagee }} of {{ $NO_SUCH_VARIABLE }}"
              work_pool: {name: demo}
            """);

        Assert.Null(yaml);
        Assert.Equal(
        [
            "prefect.yaml:4:17: '{{ prefect.variables.stagee }}': there is no variable 'stagee'; set it with 'reeve variable set stagee <value>'",
            "prefect.yaml:4:51: '{{ $NO_SUCH_VARIABLE }}': the environment has no variable 'NO_SUCH_VARIABLE'",
        ], faults.Select(fault => fault.ToString()));
    }
}
