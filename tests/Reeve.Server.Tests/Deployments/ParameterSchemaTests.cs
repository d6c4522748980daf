using Reeve.Protocol;
using Reeve.Server.Deployments;

namespace Reeve.Server.Tests.Deployments;

public sealed class ParameterSchemaTests
{
    private static string Faults(string schema, string parameters, bool hidesValues = false) =>
        string.Join(" | ", new ParameterSchema(WireJson.Parse(schema), hidesValues).Faults(WireJson.Parse(parameters)).Select(fault => $"{fault.Place}: {fault.Message}"));

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
    [InlineData("""{"type": "integer"}""", "1.5", "p: 1.5 is not of type 'integer'")]
    [InlineData("""{"type": "boolean"}""", "\"secret\"", "p: 'secret' is not of type 'boolean'")]
    [InlineData("""{"type": ["string", "null"]}""", "[]", "p: [] is not of type 'string', 'null'")]
    [InlineData("""{"anyOf": [{"type": "string"}, {"type": "integer"}]}""", "true", "p: True is not valid under any of the given schemas (True is not of type 'string', or True is not of type 'integer')")]
    [InlineData("""{"enum": ["a", "b"]}""", "1", "p: 1 is not one of ['a', 'b']")]
    [InlineData("""{"type": "integer", "minimum": 3, "exclusiveMaximum": 2}""", "2", "p: 2 is less than the minimum of 3 | p: 2 is greater than or equal to the maximum of 2")]
    [InlineData("""{"type": "array", "items": {"type": "string"}, "maxItems": 1}""", """["a", 2]""", "p: ['a', 2] is too long: at most 1 items are allowed | p[1]: 2 is not of type 'string'")]
    [InlineData("""{"type": "array", "uniqueItems": true}""", "[1, 1]", "p: [1, 1] has non-unique elements")]
    [InlineData("""{"type": "string", "pattern": "^a$"}""", "\"b\"", "p: 'b' does not match '^a$'")]
    [InlineData("""{"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["y"], "additionalProperties": false}""", """{"x": "1", "z": 0}""",
        "p.y: 'y' is a required property | p.x: '1' is not of type 'integer' | p.z: Additional properties are not allowed ('z' was unexpected)")]
    public void Every_fault_is_named(string property, string value, string faults) => Assert.Equal(faults, Of(property, value));

    [Fact]
    public void References_are_followed_even_in_circles()
    {
        const string Schema = """
            {"properties": {"root": {"$ref": "#/definitions/Node"}}, "definitions": {"Node": {"type": "object", "properties": {"next": {"$ref": "#/definitions/Node"}, "value": {"type": "integer"}}}}}
            """;

        Assert.Equal("", Faults(Schema, """{"root": {"value": 1, "next": {"value": 2}}}"""));
        Assert.Equal("root.next.value: '2' is not of type 'integer'", Faults(Schema, """{"root": {"value": 1, "next": {"value": "2"}}}"""));
        Assert.Equal("", Faults("""{"$ref": "#"}""", "{}"));
    }

    [Fact]
    public void What_lies_elsewhere_is_not_fetched() =>
        Assert.Equal("p: Unresolvable: https://elsewhere.example/schema.json", Of("""{"$ref": "https://elsewhere.example/schema.json"}""", "1"));

    [Theory]
    [InlineData("\"s3cret\"", "a string")]
    [InlineData("[\"s3cret\"]", "a list")]
    [InlineData("{\"k\": \"s3cret\"}", "an object")]
    [InlineData("1", "1")]
    public void Values_that_may_be_secrets_are_told_by_their_kind(string value, string shown) =>
        Assert.Equal($"p: {shown} is not of type 'boolean'", Faults("""{"properties": {"p": {"type": "boolean"}}}""", $$"""{"p": {{value}}}""", hidesValues: true));

    [Fact]
    public void A_missing_member_is_told_at_what_misses_it() => Assert.Equal(
        "Validation failed for field 'p'. Failure reason: 'x' is a required property",
        Assert.Single(new ParameterSchema(WireJson.Parse("""{"properties": {"p": {"type": "object", "required": ["x"]}}}""")).Faults(WireJson.Parse("""{"p": {}}"""))).ToString());

    [Fact]
    public void Optional_parameter_may_be_null() => Assert.Equal("", Faults("""{"properties": {"p": {"type": "string"}}}""", """{"p": null}"""));
}
