using System.Text.Json;

namespace Reeve.Generators.Tests;

public sealed class ManifestTests
{
    [Fact]
    public void Manifest_says_what_deploying_needs()
    {
        var manifest = Snippet.Compile("""
            namespace App.Jobs;
            public static class Outer
            {
                public static class Flows
                {
                    /// <summary>Greets
                    /// <see cref="Outer"/> and &lt;others&gt;.</summary>
                    /// <param name="name">Whom to "greet".</param>
                    [Flow(Version = "1.2")] public static void HelloWorld(string name = "wörld \"x\"\n") { }
                }
            }
            """).Manifest();

        AssertJson(
            """
            {"name":"hello-world","method":"HelloWorld","type":"App.Jobs.Outer+Flows","description":"Greets Outer and <others>.","version":"1.2",
             "parameter_schema":{"title":"Parameters","type":"object","properties":{
               "name":{"title":"name","description":"Whom to \"greet\".","default":"wörld \"x\"\n","position":0,"type":"string"}}}}
            """,
            manifest);
    }

    [Fact]
    public void Version_is_by_default_a_digest_of_the_source()
    {
        static string Version(string body) => Snippet.Compile($"static class A {{ [Flow] static int Go() => {body}; }}").Manifest().GetProperty("version").GetString()!;

        Assert.Equal(Version("1"), Version("1"));
        Assert.NotEqual(Version("1"), Version("2"));
        Assert.Matches("^[0-9a-f]{32}$", Version("1"));
    }

    [Fact]
    public void Tasks_and_flows_of_other_assemblies_have_no_manifest()
    {
        var library = Snippet.Compile("public static class Shared { [Flow] public static void Go() { } }");
        var program = Snippet.Compile("static class A { [Task] static void Do() => Shared.Go(); }", references: library.AsReference());

        Assert.Empty(program.Manifests());
    }

    [Theory]
    [InlineData("string x", """{"title":"x","position":0,"type":"string"}""")]
    [InlineData("bool x", """{"title":"x","position":0,"type":"boolean"}""")]
    [InlineData("byte x", """{"title":"x","position":0,"type":"integer"}""")]
    [InlineData("long x", """{"title":"x","position":0,"type":"integer"}""")]
    [InlineData("double x", """{"title":"x","position":0,"type":"number"}""")]
    [InlineData("decimal x", """{"title":"x","position":0,"type":"number"}""")]
    [InlineData("char x", """{"title":"x","position":0,"type":"string","minLength":1,"maxLength":1}""")]
    [InlineData("DateTime x", """{"title":"x","position":0,"type":"string","format":"date-time"}""")]
    [InlineData("DateTimeOffset x", """{"title":"x","position":0,"type":"string","format":"date-time"}""")]
    [InlineData("DateOnly x", """{"title":"x","position":0,"type":"string","format":"date"}""")]
    [InlineData("TimeSpan x", """{"title":"x","position":0,"type":"string","format":"duration"}""")]
    [InlineData("Guid x", """{"title":"x","position":0,"type":"string","format":"uuid"}""")]
    [InlineData("Uri x", """{"title":"x","position":0,"type":"string","format":"uri"}""")]
    [InlineData("object x", """{"title":"x","position":0}""")]
    [InlineData("System.Text.Json.JsonElement x", """{"title":"x","position":0}""")]
    [InlineData("byte[] x", """{"title":"x","position":0,"type":"string","contentEncoding":"base64"}""")]
    [InlineData("int[] x", """{"title":"x","position":0,"type":"array","items":{"type":"integer"}}""")]
    [InlineData("IReadOnlyList<string> x", """{"title":"x","position":0,"type":"array","items":{"type":"string"}}""")]
    [InlineData("HashSet<Guid> x", """{"title":"x","position":0,"type":"array","items":{"type":"string","format":"uuid"},"uniqueItems":true}""")]
    [InlineData("Dictionary<string, double[]> x", """{"title":"x","position":0,"type":"object","additionalProperties":{"type":"array","items":{"type":"number"}}}""")]
    [InlineData("int? x", """{"title":"x","position":0,"anyOf":[{"type":"integer"},{"type":"null"}]}""")]
    [InlineData("string? x", """{"title":"x","position":0,"anyOf":[{"type":"string"},{"type":"null"}]}""")]
    [InlineData("List<string?> x", """{"title":"x","position":0,"type":"array","items":{"anyOf":[{"type":"string"},{"type":"null"}]}}""")]
    public void Type_has_its_schema(string parameter, string expected)
    {
        var schema = Snippet.Compile($"static class A {{ [Flow] static void Go({parameter}) {{ }} }}").Schema();

        AssertJson(expected, schema.GetProperty("properties").GetProperty("x"));
        Assert.Equal("x", Assert.Single(schema.GetProperty("required").EnumerateArray()).GetString());
    }

    [Theory]
    [InlineData("int x = -3", "-3")]
    [InlineData("double x = 1e300", "1E+300")]
    [InlineData("decimal x = 1.10m", "1.10")]
    [InlineData("bool x = true", "true")]
    [InlineData("string? x = null", "null")]
    [InlineData("int? x = null", "null")]
    [InlineData("int? x = 4", "4")]
    [InlineData("DayOfWeek x = DayOfWeek.Friday", "\"Friday\"")]
    [InlineData("DayOfWeek? x = DayOfWeek.Friday", "\"Friday\"")]
    [InlineData("char x = '\\''", "\"'\"")]
    [InlineData("params string[] x", "[]")]
    [InlineData("DateTime x = default", null)]
    [InlineData("double x = double.NaN", null)]
    public void Default_stands_in_the_schema_and_makes_it_optional(string parameter, string? expected)
    {
        var schema = Snippet.Compile($"static class A {{ [Flow] static void Go({parameter}) {{ }} }}").Schema();

        Assert.Equal(expected is not null, schema.GetProperty("properties").GetProperty("x").TryGetProperty("default", out var value));
        if (expected is not null)
            Assert.Equal(expected, value.GetRawText());
        Assert.False(schema.TryGetProperty("required", out _));
    }

    [Fact]
    public void Own_types_are_definitions()
    {
        var schema = Snippet.Compile("""
            using System.Text.Json.Serialization;
            enum Color { Red, Green }
            [Flags] enum Rights { Read = 1, Write = 2 }
            /// <param name="Street">Where.</param>
            record Address(string Street, int Number = 1, Color? Paint = null);
            class Person : Named
            {
                public required Address Home { get; set; }
                /// <summary>Who is near.</summary>
                public List<Person> Friends { get; init; } = [];
                [JsonPropertyName("born")] public DateOnly Birthday { get; set; }
                [JsonIgnore] public int Hidden { get; set; }
                public int Computed => 1;
                public Rights Rights { get; set; }
            }
            abstract class Named { public string? Name { get; set; } }
            static class A { [Flow] static void Go(Person who, CancellationToken ct, (int From, int To) range, Color color = Color.Green) { } }
            """).Schema();

        AssertJson(
            """
            {"title":"Parameters","type":"object","properties":{
               "who":{"title":"who","position":0,"allOf":[{"$ref":"#/definitions/Person"}]},
               "range":{"title":"range","position":1,"allOf":[{"$ref":"#/definitions/Tuple"}]},
               "color":{"title":"color","default":"Green","position":2,"allOf":[{"$ref":"#/definitions/Color"}]}},
             "required":["who","range"],
             "definitions":{
               "Address":{"title":"Address","type":"object","properties":{
                  "Street":{"title":"Street","description":"Where.","type":"string"},
                  "Number":{"title":"Number","default":1,"type":"integer"},
                  "Paint":{"title":"Paint","anyOf":[{"allOf":[{"$ref":"#/definitions/Color"}]},{"type":"null"}]}},"required":["Street"]},
               "Color":{"title":"Color","enum":["Red","Green"],"type":"string"},
               "Person":{"title":"Person","type":"object","properties":{
                  "Name":{"title":"Name","anyOf":[{"type":"string"},{"type":"null"}]},
                  "Home":{"title":"Home","allOf":[{"$ref":"#/definitions/Address"}]},
                  "Friends":{"title":"Friends","description":"Who is near.","type":"array","items":{"allOf":[{"$ref":"#/definitions/Person"}]}},
                  "born":{"title":"born","type":"string","format":"date"},
                  "Rights":{"title":"Rights","allOf":[{"$ref":"#/definitions/Rights"}]}},"required":["Home"]},
               "Rights":{"title":"Rights","type":"string"},
               "Tuple":{"title":"ValueTuple","type":"object","properties":{
                  "Item1":{"title":"Item1","type":"integer"},"Item2":{"title":"Item2","type":"integer"}}}}}
            """,
            schema);
    }

    // Order matters here: it is the order in which people see the parameters.
    private static void AssertJson(string expected, JsonElement actual) =>
        Assert.Equal(JsonSerializer.Serialize(Protocol.WireJson.Parse(expected)), JsonSerializer.Serialize(actual));
}
