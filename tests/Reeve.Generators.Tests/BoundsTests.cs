using System.Text.Json;

namespace Reeve.Generators.Tests;

public sealed class BoundsTests
{
    [Theory]
    [InlineData("[Range(1, 10)] int x", """{"title":"x","position":0,"type":"integer","minimum":1,"maximum":10}""")]
    [InlineData("[Range(0.5, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)] double x", """{"title":"x","position":0,"type":"number","exclusiveMinimum":0.5,"exclusiveMaximum":1}""")]
    [InlineData("[Range(typeof(decimal), \"0.5\", \"9\")] decimal x", """{"title":"x","position":0,"type":"number","minimum":0.5,"maximum":9}""")]
    [InlineData("[Range(1, 10)] int? x", """{"title":"x","position":0,"anyOf":[{"type":"integer","minimum":1,"maximum":10},{"type":"null"}]}""")]
    [InlineData("[StringLength(5, MinimumLength = 2)] string x", """{"title":"x","position":0,"type":"string","minLength":2,"maxLength":5}""")]
    [InlineData("[StringLength(5)] string x", """{"title":"x","position":0,"type":"string","maxLength":5}""")]
    [InlineData("[MinLength(2), MaxLength(3)] string x", """{"title":"x","position":0,"type":"string","minLength":2,"maxLength":3}""")]
    [InlineData("[MinLength(2), MaxLength(3)] int[] x", """{"title":"x","position":0,"type":"array","items":{"type":"integer"},"minItems":2,"maxItems":3}""")]
    [InlineData("[Length(1, 4)] List<int> x", """{"title":"x","position":0,"type":"array","items":{"type":"integer"},"minItems":1,"maxItems":4}""")]
    [InlineData("[RegularExpression(\"[a-z]+\")] string x", """{"title":"x","position":0,"type":"string","pattern":"^(?:[a-z]+)$"}""")]
    [InlineData("[AllowedValues(\"a\", \"b\")] string x", """{"title":"x","position":0,"type":"string","enum":["a","b"]}""")]
    [InlineData("[AllowedValues(1, 2)] int x", """{"title":"x","position":0,"type":"integer","enum":[1,2]}""")]
    [InlineData("[EmailAddress] string x", """{"title":"x","position":0,"type":"string","format":"email"}""")]
    public void Attribute_is_a_bound_of_the_schema(string parameter, string expected)
    {
        var schema = Snippet.Compile($"using System.ComponentModel.DataAnnotations; static class A {{ [Flow] static void Go({parameter}) {{ }} }}").Schema();

        Assert.Equal(JsonSerializer.Serialize(Protocol.WireJson.Parse(expected)), JsonSerializer.Serialize(schema.GetProperty("properties").GetProperty("x")));
    }

    [Fact]
    public void Members_have_bounds_descriptions_and_names_as_json_reads_them()
    {
        var schema = Snippet.Compile("""
            using System.ComponentModel.DataAnnotations;
            using System.Text.Json.Serialization;
            enum Level { [JsonStringEnumMemberName("low")] Low, High }
            /// <summary>A line of an order.</summary>
            /// <param name="Sku">What is bought.</param>
            record Line([property: JsonPropertyName("sku"), MinLength(1)] string Sku, [Range(1, 9)] int Amount = 1);
            class Options
            {
                /// <summary>How loud.</summary>
                public required Level Level { get; init; }
                [Range(0, 1)] public double Share { get; set; }
                [JsonPropertyName("next")] public Options? Next { get; set; }
                public Dictionary<string, Line> Lines { get; set; } = [];
            }
            static class A { [Flow] static void Go(Options options, Level level = Level.Low) { } }
            """).Schema();

        AssertJson(
            """
            {"title":"Parameters","type":"object","properties":{
               "options":{"title":"options","position":0,"allOf":[{"$ref":"#/definitions/Options"}]},
               "level":{"title":"level","default":"low","position":1,"allOf":[{"$ref":"#/definitions/Level"}]}},
             "required":["options"],
             "definitions":{
               "Level":{"title":"Level","enum":["low","High"],"type":"string"},
               "Line":{"title":"Line","description":"A line of an order.","type":"object","properties":{
                  "sku":{"title":"sku","description":"What is bought.","type":"string","minLength":1},
                  "Amount":{"title":"Amount","default":1,"type":"integer","minimum":1,"maximum":9}},"required":["sku"]},
               "Options":{"title":"Options","type":"object","properties":{
                  "Level":{"title":"Level","description":"How loud.","allOf":[{"$ref":"#/definitions/Level"}]},
                  "Share":{"title":"Share","type":"number","minimum":0,"maximum":1},
                  "next":{"title":"next","anyOf":[{"allOf":[{"$ref":"#/definitions/Options"}]},{"type":"null"}]},
                  "Lines":{"title":"Lines","type":"object","additionalProperties":{"allOf":[{"$ref":"#/definitions/Line"}]}}},"required":["Level"]}}}
            """,
            schema);
    }

    private static void AssertJson(string expected, JsonElement actual) =>
        Assert.Equal(JsonSerializer.Serialize(Protocol.WireJson.Parse(expected)), JsonSerializer.Serialize(actual));
}
