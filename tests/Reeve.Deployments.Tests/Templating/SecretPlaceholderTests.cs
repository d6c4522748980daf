using System.Text.Json.Nodes;
using Reeve.Deployments.Secrets;
using Reeve.Deployments.Templating;

namespace Reeve.Deployments.Tests.Templating;

public sealed class SecretPlaceholderTests
{
    private readonly SecretRegistry _secrets = new();
    private readonly List<TemplateProblem> _problems = [];

    private async Task<string> ResolveAsync(string text, JsonObject? outputs = null)
    {
        var scope = new TemplateScope
        {
            Outputs = outputs ?? [],
            Secret = (provider, name, _, _) => (provider, name) switch
            {
                ("kv", "gone") => throw new SecretException("the key vault has no secret 'gone'", "list them"),
                ("kv", "port") => Task.FromResult<JsonNode?>(5432),
                _ => Task.FromResult<JsonNode?>($"<{provider}|{name}>"),
            },
        };
        return (await new TemplateResolver(scope, _secrets).ResolveTextAsync(text, _problems.Add, TestContext.Current.CancellationToken))!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    [Theory]
    [InlineData("{{ secrets.kv.db-password }}", "<kv|db-password>")]
    [InlineData("{{secrets.kv.a.b.c}}", "<kv|a.b.c>")]
    [InlineData("{{ secrets.vault.app/db#password }}", "<vault|app/db#password>")]
    [InlineData("{{ secrets.kv.name/0123456789abcdef }}", "<kv|name/0123456789abcdef>")]
    [InlineData("{{ secrets.gcp.name@3 }}", "<gcp|name@3>")]
    [InlineData("{{ secrets.aws.arn:aws:secretsmanager:eu-central-1:123456789012:secret:x-AbCdEf#user.name }}", "<aws|arn:aws:secretsmanager:eu-central-1:123456789012:secret:x-AbCdEf#user.name>")]
    [InlineData("https://u:{{ secrets.kv.a }}@h/{{ secrets.env.B }}", "https://u:<kv|a>@h/<env|B>")]
    public async Task Name_of_a_secret_is_what_names_in_vaults_are(string text, string expected)
    {
        Assert.Equal($"\"{expected}\"", await ResolveAsync(text));
        Assert.Empty(_problems);
    }

    [Theory]
    [InlineData("{{ secrets.kv.a | upper }}")]
    [InlineData("{{ secrets.kv['a'] }}")]
    [InlineData("{{ secrets.kv.a }")]
    [InlineData("{{ secrets.kv.#a }}")]
    [InlineData("{{ .Values.secrets.kv.a }}")]
    [InlineData("{{ secrets.kv.a b }}")]
    [InlineData("{{ range .secrets }}")]
    public async Task Braces_of_another_language_stay(string text)
    {
        Assert.Equal(text, JsonNode.Parse(await ResolveAsync(text))!.ToString());
        Assert.Empty(_problems);
    }

    [Fact]
    public async Task Value_keeps_its_type_and_is_masked_from_then_on()
    {
        Assert.Equal("5432", await ResolveAsync("{{ secrets.kv.port }}"));
        Assert.Equal("\"port 5432\"", await ResolveAsync("port {{ secrets.kv.port }}"));
        Assert.Equal("at ********", _secrets.Redact("at 5432"));
    }

    [Fact]
    public async Task What_a_provider_refuses_is_a_problem_at_its_place()
    {
        Assert.Equal("\"x {{ secrets.kv.gone }}\"", await ResolveAsync("x {{ secrets.kv.gone }}"));
        Assert.Equal(["'{{ secrets.kv.gone }}': the key vault has no secret 'gone'; list them"], _problems.Select(problem => problem.ToString()));
        Assert.Equal(2, _problems[0].Offset);
    }

    [Fact]
    public async Task Step_with_the_id_secrets_goes_before_a_provider()
    {
        var outputs = JsonNode.Parse("""{"secrets": {"stdout": "of the step", "kv": {"a": "deep"}}}""")!.AsObject();

        Assert.Equal("\"of the step\"", await ResolveAsync("{{ secrets.stdout }}", outputs));
        Assert.Equal("\"deep\"", await ResolveAsync("{{ secrets.kv.a }}", outputs));
        Assert.Empty(_problems);

        await ResolveAsync("{{ secrets.stdout }}");
        Assert.Equal(["'{{ secrets.stdout }}': no earlier step has the id or output 'secrets'; a secret is written secrets.<provider>.<name>"], _problems.Select(problem => problem.ToString()));
    }

    [Fact]
    public async Task Without_providers_the_expression_stays_for_whoever_has_them()
    {
        var resolver = new TemplateResolver(new TemplateScope { Outputs = [], KeepUnknownOutputs = true }, _secrets);
        Assert.Equal("{{ secrets.kv.a }}", (string?)await resolver.ResolveTextAsync("{{ secrets.kv.a }}", _problems.Add, TestContext.Current.CancellationToken));
        Assert.Empty(_problems);
    }
}
