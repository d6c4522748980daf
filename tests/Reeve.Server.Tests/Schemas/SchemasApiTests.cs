namespace Reeve.Server.Tests.Schemas;

public sealed class SchemasApiTests
{
    private const string Schema = """
        {"type": "object", "properties": {"n": {"type": "integer"}, "list": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}}}, "required": ["n"]}
        """;

    private static async Task<string> ErrorsAsync(TestHost host, string values)
    {
        var answer = await host.PostAsync("ui/schemas/validate", $$"""{"schema": {{Schema}}, "values": {{values}}}""");
        Assert.Equal(200, answer.Status);
        var errors = answer.Body.GetProperty("errors");
        Assert.Equal(errors.GetArrayLength() == 0, answer.Body.GetProperty("valid").GetBoolean());
        return errors.GetRawText();
    }

    [Fact]
    public async Task Faults_stand_at_their_places()
    {
        await using var host = await TestHost.StartAsync();

        Assert.Equal("[]", await ErrorsAsync(host, """{"n": 1, "list": [{"name": "a"}]}"""));
        Assert.Equal("""[{"property":"n","errors":["'n' is a required property"]}]""", await ErrorsAsync(host, "{}"));
        Assert.Equal(
            """[{"property":"n","errors":["'x' is not of type 'integer'"]},{"property":"list","errors":[{"index":1,"errors":[{"property":"name","errors":["'name' is a required property"]}]}]}]""",
            await ErrorsAsync(host, """{"n": "x", "list": [{"name": "a"}, {}]}"""));
    }

    [Fact]
    public async Task Placeholders_are_filled_in_or_left_open()
    {
        await using var host = await TestHost.StartAsync();
        await host.PostAsync("variables/", """{"name": "there", "value": 1}""");

        Assert.Equal("[]", await ErrorsAsync(host, """{"n": {"__prefect_kind": "none", "value": 1}}"""));
        Assert.Equal("[]", await ErrorsAsync(host, """{"n": {"__prefect_kind": "json", "value": "7"}}"""));
        Assert.Equal("[]", await ErrorsAsync(host, """{"n": {"__prefect_kind": "jinja", "template": "{{ a }}"}}"""));
        Assert.Equal("[]", await ErrorsAsync(host, """{"n": {"__prefect_kind": "workspace_variable", "variable_name": "there"}}"""));
        Assert.Equal("""[{"property":"n","errors":["There is no variable 'gone'."]}]""", await ErrorsAsync(host, """{"n": {"__prefect_kind": "workspace_variable", "variable_name": "gone"}}"""));
        Assert.Equal("""[{"property":"n","errors":["Invalid JSON"]}]""", await ErrorsAsync(host, """{"n": {"__prefect_kind": "json", "value": "{"}}"""));
        Assert.Contains("Invalid jinja: line 1", await ErrorsAsync(host, """{"n": {"__prefect_kind": "jinja", "template": "{{"}}"""), StringComparison.Ordinal);
        Assert.Contains("is not of type 'integer'", await ErrorsAsync(host, """{"n": {"__prefect_kind": "json", "value": "\"x\""}}"""), StringComparison.Ordinal);
        Assert.Contains("no kind of value 'odd'", await ErrorsAsync(host, """{"n": {"__prefect_kind": "odd"}}"""), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"schema": {}}""")]
    [InlineData("""{"schema": 1, "values": {}}""")]
    [InlineData("""{"schema": {}, "values": []}""")]
    [InlineData("""{"schema": {"properties": {"a": {"enum": 5}}}, "values": {"a": 1}}""")]
    public async Task What_is_no_schema_or_no_values_is_refused(string body)
    {
        await using var host = await TestHost.StartAsync();

        Assert.Equal(422, (await host.PostAsync("ui/schemas/validate", body)).Status);
    }
}
