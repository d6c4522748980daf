using Reeve.Protocol;
using Reeve.Server.Deployments;

namespace Reeve.Server.Tests.Deployments;

public sealed class ParameterSchemaTests
{
    private static string Faults(string schema, string parameters) => string.Join(" | ", new ParameterSchema(WireJson.Parse(schema)).Faults(WireJson.Parse(parameters)));

    private static string Of(string property, string value) => Faults($$"""{"properties": {"p": {{property}}}, "required": ["p"]}""", $$"""{"p": {{value}}}""");

    [Theory]
    [InlineData("""{"type": "integer"}""", "1")]
    [InlineData("""{"type": "integer"}""", "1.0")]
    [InlineData("""{"type": "number"}""", "1.5")]
    [InlineData("""{"type": ["string", "null"]}""", "null")]
    [InlineData("""{"anyOf": [{"type": "string"}, {"type": "null"}]}""", "null")]
    [InlineData("""{"enum": ["a", 1]}""", "1")]
    [InlineData("""{"type": "array", "items": {"type": "string"}, "minItems": 1}""", """["a"]""")]
    [InlineData("""{"type": "string", "pattern": "^a+$", "maxLength": 3}""", "\"aa\"")]
    [InlineData("""{"type": "object", "additionalProperties": {"type": "integer"}}""", """{"x": 1}""")]
    [InlineData("""{"type": "array", "prefixItems": [{"type": "string"}], "items": {"type": "integer"}}""", """["a", 1]""")]
    [InlineData("{}", """{"anything": []}""")]
    public void Right_value_has_no_fault(string property, string value) => Assert.Equal("", Of(property, value));

    [Theory]
    [InlineData("""{"type": "integer"}""", "1.5", "parameter 'p': expected integer, got 1.5")]
    [InlineData("""{"type": "boolean"}""", "\"secret\"", "parameter 'p': expected boolean, got a string")]
    [InlineData("""{"type": ["string", "null"]}""", "[]", "parameter 'p': expected string or null, got a list")]
    [InlineData("""{"anyOf": [{"type": "string"}, {"type": "integer"}]}""", "true", "parameter 'p': expected string, got true, or parameter 'p': expected integer, got true")]
    [InlineData("""{"enum": ["a", "b"]}""", "1", "parameter 'p': expected one of \"a\", \"b\", got 1")]
    [InlineData("""{"type": "integer", "minimum": 3, "exclusiveMaximum": 2}""", "2", "parameter 'p': expected at least 3, got 2 | parameter 'p': expected less than 2, got 2")]
    [InlineData("""{"type": "array", "items": {"type": "string"}, "maxItems": 1}""", """["a", 2]""", "parameter 'p': expected at most 1 items, got 2 | parameter 'p[1]': expected string, got 2")]
    [InlineData("""{"type": "array", "uniqueItems": true}""", "[1, 1]", "parameter 'p': holds an item twice")]
    [InlineData("""{"type": "string", "pattern": "^a$"}""", "\"b\"", "parameter 'p': does not match the pattern '^a$'")]
    [InlineData("""{"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["y"], "additionalProperties": false}""", """{"x": "1", "z": 0}""",
        "parameter 'p.y': is required and missing | parameter 'p.x': expected integer, got a string | parameter 'p.z': is not a parameter; known are x")]
    public void Every_fault_is_named(string property, string value, string faults) => Assert.Equal(faults, Of(property, value));

    [Fact]
    public void References_are_followed_even_in_circles()
    {
        const string Schema = """
            {"properties": {"root": {"$ref": "#/definitions/Node"}}, "definitions": {"Node": {"type": "object", "properties": {"next": {"$ref": "#/definitions/Node"}, "value": {"type": "integer"}}}}}
            """;

        Assert.Equal("", Faults(Schema, """{"root": {"value": 1, "next": {"value": 2}}}"""));
        Assert.Equal("parameter 'root.next.value': expected integer, got a string", Faults(Schema, """{"root": {"value": 1, "next": {"value": "2"}}}"""));
        Assert.Equal("", Faults("""{"$ref": "#"}""", "{}"));
    }

    [Fact]
    public void Optional_parameter_may_be_null() => Assert.Equal("", Faults("""{"properties": {"p": {"type": "string"}}}""", """{"p": null}"""));
}
