using System.Text.Json.Nodes;
using Reeve.Deployments.Templating;

namespace Reeve.Deployments.Tests.Templating;

public sealed class TemplateResolverTests
{
    private static readonly JsonObject Outputs = JsonNode.Parse("""
        {"stdout": "main", "directory": "deployments", "clone": {"directory": "deployments", "depth": 1}, "list": [{"x": "y"}], "empty": null, "get-token": {"stdout": "T"}}
        """)!.AsObject();

    private static TemplateScope Full { get; } = new()
    {
        Outputs = Outputs,
        Environment = name => name == "HOME_OF_TEST" ? "/h" : null,
        Variable = (name, _) => Task.FromResult(name == "limits" ? (true, JsonNode.Parse("""{"cpu": 2}""")) : (false, (JsonNode?)null)),
        Block = (type, name, _) => Task.FromResult((type, name) switch
        {
            ("secret", "bitcred") => new BlockData(new JsonObject { ["value"] = "s3cr3t-token" }, ["value"]),
            ("github-credentials", "gh") => new BlockData(new JsonObject { ["token"] = "gh-secret", ["user"] = "u" }, ["token"]),
            _ => null,
        }),
    };

    private readonly SecretRegistry _secrets = new();
    private readonly List<TemplateProblem> _problems = [];

    private async Task<string> ResolveAsync(string json, TemplateScope scope) =>
        (await new TemplateResolver(scope, _secrets).ResolveAsync(JsonNode.Parse(json), _problems.Add, TestContext.Current.CancellationToken))?.ToJsonString() ?? "null";

    [Theory]
    [InlineData("\"plain\"", "\"plain\"")]
    [InlineData("\"{{ stdout }}\"", "\"main\"")]
    [InlineData("\"{{stdout}}\"", "\"main\"")]
    [InlineData("\"{{ clone.depth }}\"", "1")]
    [InlineData("\"  {{ clone.depth }} \"", "1")]
    [InlineData("\"depth {{ clone.depth }}!\"", "\"depth 1!\"")]
    [InlineData("\"{{ clone.depth }}{{ stdout }}\"", "\"1main\"")]
    [InlineData("\"{{ clone }}\"", """{"directory":"deployments","depth":1}""")]
    [InlineData("\"{{ list[0].x }}-{{ list.0.x }}\"", "\"y-y\"")]
    [InlineData("\"{{ empty }}\"", "null")]
    [InlineData("\"{{ get-token.stdout }}\"", "\"T\"")]
    [InlineData("\"{{ $HOME_OF_TEST }}/x\"", "\"/h/x\"")]
    [InlineData("\"{{ prefect.variables.limits }}\"", """{"cpu":2}""")]
    [InlineData("\"{{ prefect.blocks.secret.bitcred }}\"", "\"s3cr3t-token\"")]
    [InlineData("\"{{ prefect.blocks.secret.bitcred.value }}\"", "\"s3cr3t-token\"")]
    [InlineData("\"{{ prefect.blocks.github-credentials.gh.token }}\"", "\"gh-secret\"")]
    [InlineData("\"{{ prefect.blocks.github-credentials.gh }}\"", """{"token":"gh-secret","user":"u"}""")]
    [InlineData("""{"a": [{"b": "{{ stdout }}"}, 3, true, null]}""", """{"a":[{"b":"main"},3,true,null]}""")]
    [InlineData("\"docker inspect --format '{{ .State.Pid }}'\"", "\"docker inspect --format \\u0027{{ .State.Pid }}\\u0027\"")]
    [InlineData("\"{{ a | upper }}\"", "\"{{ a | upper }}\"")]
    public async Task Placeholder_gives_its_value_in_its_type_or_as_text(string template, string expected)
    {
        Assert.Equal(expected, await ResolveAsync(template, Full));
        Assert.Empty(_problems);
    }

    [Theory]
    [InlineData("{{ tdout }}", "no earlier step has the id or output 'tdout'; did you mean 'stdout'?")]
    [InlineData("{{ clone.dpth }}", "there is no 'dpth' in it; did you mean 'depth'?")]
    [InlineData("{{ list[7].x }}", "there is no '7' in it")]
    [InlineData("{{ $NOT_SET }}", "the environment has no variable 'NOT_SET'")]
    [InlineData("{{ prefect.variables.limit }}", "there is no variable 'limit'")]
    [InlineData("{{ prefect.blocks.secret.bitcrd }}", "there is no block 'bitcrd' of type 'secret'; make it with 'reeve block create secret --name bitcrd'")]
    [InlineData("{{ prefect.block.x.y }}", "after 'prefect.' comes 'blocks' or 'variables'")]
    [InlineData("{{ prefect.variables }}", "expected prefect.variables.<name>")]
    [InlineData("{{ $1 }}", "a name of an environment variable was expected")]
    [InlineData("{{ a..b }}", "a name is empty")]
    public async Task Placeholder_without_a_value_is_a_problem_and_never_an_empty_text(string template, string problem)
    {
        var result = await ResolveAsync(new JsonObject { ["inputs"] = new JsonArray($"x{template}") }.ToJsonString(), Full);

        Assert.Contains(template, JsonNode.Parse(result)!["inputs"]![0]!.GetValue<string>(), StringComparison.Ordinal);
        var told = Assert.Single(_problems);
        Assert.Equal("inputs.0", told.Path);
        Assert.Equal(1, told.Offset);
        Assert.Contains(problem, told.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kinds_without_a_source_stay_for_whoever_resolves_them_later()
    {
        const string Text = "\"{{ prefect.blocks.secret.bitcred }} {{ prefect.variables.x }} {{ $ENV }} {{ unknown.stdout }} {{ stdout }}\"";

        Assert.Equal(Text.Replace("{{ stdout }}", "main", StringComparison.Ordinal),
            await ResolveAsync(Text, new TemplateScope { Outputs = Outputs, KeepUnknownOutputs = true }));
        Assert.Empty(_problems);
    }

    [Fact]
    public async Task Secret_fields_of_a_block_are_masked_from_then_on()
    {
        await ResolveAsync("\"{{ prefect.blocks.github-credentials.gh.user }} {{ prefect.blocks.secret.bitcred }}\"", Full);

        Assert.Equal("u ******** ********", _secrets.Redact("u gh-secret s3cr3t-token"));
    }

    // Whatever text stands around and whatever value comes in: nothing of the text is lost, and a value is never read as a template again.
    [Fact]
    public async Task Any_text_keeps_its_literal_parts_and_values_are_not_expanded_twice()
    {
        var random = new Random(4711);
        const string Alphabet = "ab {}$.-[]\"\\\n\u00e9{{ }}";
        for (var round = 0; round < 3000; round++)
        {
            string Noise() => string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => Alphabet[random.Next(Alphabet.Length)])).Replace("{{", "{", StringComparison.Ordinal).TrimEnd('{');
            var value = random.Next(2) == 0 ? "{{ again }}" : Noise();
            var (before, after) = (Noise(), Noise());
            var scope = new TemplateScope { Outputs = new JsonObject { ["v"] = value, ["again"] = "never" } };
            var resolved = await new TemplateResolver(scope, _secrets).ResolveTextAsync(before + "{{ v }}" + after, _problems.Add, TestContext.Current.CancellationToken);

            var expected = string.IsNullOrWhiteSpace(before + after) ? value : before + value + after;
            Assert.Equal(expected, resolved!.GetValue<string>());
        }
        Assert.Empty(_problems);
    }
}
