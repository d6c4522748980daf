using Reeve.Cli.ApiComparison;
using Reeve.Protocol;

namespace Reeve.Cli.Tests.ApiComparison;

public sealed class ApiComparerTests
{
    [Fact]
    public void The_prefix_the_slash_at_the_end_and_names_of_parameters_make_no_difference()
    {
        var result = Compare("""{"/api/flows/{flow_id}":{"get":{"responses":{"200":{}}}}}""", """{"/flows/{id}/":{"get":{"responses":{"200":{}}}}}""");

        Assert.Equal(["GET /api/flows/{id} same"], result);
    }

    [Fact]
    public void An_operation_that_is_not_served_is_missing()
    {
        var result = Compare("""{"/api/a":{"get":{"responses":{}}}}""", """{"/a":{"post":{"responses":{}}}}""");

        Assert.Equal(["POST /api/a missing", ": not served"], result);
    }

    [Fact]
    public void Parameters_are_compared_by_name_kind_and_need()
    {
        var result = Compare(
            """{"/a":{"get":{"parameters":[{"name":"x","in":"query","required":true,"schema":{"type":"string"}},{"name":"n","in":"query","schema":{"type":"string"}}],"responses":{}}}}""",
            """{"/a":{"get":{"parameters":[{"name":"x","in":"query","schema":{"type":"string"}},{"name":"y","in":"query","schema":{}},{"name":"n","in":"query","schema":{"type":"integer"}},{"name":"h","in":"header","schema":{}}],"responses":{}}}}""");

        Assert.Equal(["GET /api/a different", "parameter y: not read", "parameter n: integer there, string here", "parameter x: required here only"], result);
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}}}""", """{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}}}""", "body.b: not read")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"number"}}}""", """{"type":"object","properties":{"a":{"type":"integer"}}}""", null)]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer"}}}""", """{"type":"object","properties":{"a":{"type":"number"}}}""", "body.a: number there, integer here")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}""", """{"type":"object","properties":{"a":{"type":"string"}}}""", "body.a: required here only")]
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"#/components/schemas/Mine"}}}""", """{"type":"object","properties":{"a":{"$ref":"#/components/schemas/Theirs"}}}""", "body.a.deep: not read")]
    [InlineData("""{"type":"object","properties":{"a":{}}}""", """{"type":"object","properties":{"a":{"$ref":"#/components/schemas/Theirs"}}}""", null)]
    [InlineData("""{"type":"object"}""", """{"type":"object","properties":{"a":{"type":"string"}}}""", null)]
    [InlineData("""{"type":"array","items":{"type":"object","properties":{"x":{}}}}""", """{"type":"array","items":{"type":"object","properties":{"y":{}}}}""", "body[].y: not read")]
    [InlineData("""{"enum":["A"]}""", """{"enum":["A","B"]}""", "body: does not know B")]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"null"}]}""", """{"type":"string"}""", null)]
    public void Bodies_are_compared_through_references_and_alternatives(string mine, string theirs, string? difference)
    {
        var result = Compare(WithBody(mine), WithBody(theirs));

        Assert.Equal(difference is null ? ["POST /api/a same"] : ["POST /api/a different", difference], result);
    }

    [Fact]
    public void A_type_that_holds_itself_ends()
    {
        var result = Compare(WithBody("""{"$ref":"#/components/schemas/Loop"}"""), WithBody("""{"$ref":"#/components/schemas/OtherLoop"}"""));

        Assert.Equal(["POST /api/a different", "body.lacking: not read"], result);
    }

    [Fact]
    public void Answers_of_success_are_compared_by_status_and_fields()
    {
        var result = Compare(
            """{"/a":{"get":{"responses":{"200":{"content":{"application/json":{"schema":{"type":"object","properties":{"more":{},"kind":{"type":"object"}}}}}}}}}}""",
            """{"/a":{"get":{"responses":{"200":{"content":{"application/json":{"schema":{"type":"object","properties":{"name":{},"kind":{"type":"string"}}}}}},"201":{},"422":{}}}}}""");

        Assert.Equal(["GET /api/a different", "answer 200.name: not given", "answer 200.kind: string there, object here", "answer 201: not given (given: 200)"], result);
    }

    private static List<string> Compare(string mine, string theirs) =>
    [
        .. ApiComparer.Compare(Read(mine), Read(theirs)).SelectMany(o => o.Differences.Select(d => $"{d.Place}: {d.What}").Prepend($"{o.Operation} {o.Status}")),
    ];

    private static List<ApiOperation> Read(string paths) => ApiOperation.Read(WireJson.Parse("""
        {"paths":PATHS,"components":{"schemas":{
            "Mine":{"type":"object","properties":{"near":{"type":"string"}}},
            "Theirs":{"allOf":[{"type":"object","properties":{"near":{"type":"string"},"deep":{"type":"string"}}}]},
            "Loop":{"type":"object","properties":{"next":{"$ref":"#/components/schemas/Loop"}}},
            "OtherLoop":{"type":"object","properties":{"next":{"$ref":"#/components/schemas/OtherLoop"},"lacking":{"type":"string"}}}}}}
        """.Replace("PATHS", paths, StringComparison.Ordinal)), "test");

    private static string WithBody(string schema) => """{"/a":{"post":{"requestBody":{"content":{"application/json":{"schema":SCHEMA}}},"responses":{}}}}""".Replace("SCHEMA", schema, StringComparison.Ordinal);
}
