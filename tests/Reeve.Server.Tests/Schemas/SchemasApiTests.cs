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

    [Theory]
    [InlineData("""{"title": "P", "type": "NOT A TYPE"}""", "Invalid schema: 'NOT A TYPE' is no type of JSON (at $.type)")]
    [InlineData("""{"properties": {"a": {"type": ["string", "text"]}}}""", "Invalid schema: 'text' is no type of JSON (at $.properties.a.type)")]
    [InlineData("""{"properties": {"a": {"enum": 5}}}""", "Invalid schema: 5 is not of type 'array' (at $.properties.a.enum)")]
    [InlineData("""{"required": [1]}""", "Invalid schema: 1 is not of type 'string' (at $.required)")]
    [InlineData("""{"anyOf": [{"minimum": "1"}]}""", "Invalid schema: '1' is not of type 'number' (at $.anyOf[0].minimum)")]
    [InlineData("""{"definitions": {"d": {"minLength": -1}}}""", "Invalid schema: -1 is not of type 'integer' (at $.definitions.d.minLength)")]
    public async Task An_unsound_schema_is_refused_in_one_sentence_as_the_3_x_server_does(string schema, string detail)
    {
        await using var host = await TestHost.StartAsync();

        var answer = await host.PostAsync("ui/schemas/validate", $$"""{"schema": {{schema}}, "values": { } }""");

        Assert.Equal((422, detail), (answer.Status, answer.Body.GetProperty("detail").GetString()));
    }

    [Fact]
    public async Task Properties_may_have_the_names_of_keywords()
    {
        await using var host = await TestHost.StartAsync();

        var answer = await host.PostAsync(
            "ui/schemas/validate", """{"schema": {"properties": {"type": {"type": "string"}, "enum": {"type": "integer"}, "required": true}}, "values": {"type": "x", "enum": 1, "required": []}}""");

        Assert.Equal((200, true), (answer.Status, answer.Body.GetProperty("valid").GetBoolean()));
    }
}
