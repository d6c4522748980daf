using System.Text.Json;

namespace Reeve.Tests.Inputs;

public sealed class InputSchemaTests
{
    [Fact]
    public void Record_is_asked_for_by_its_members_and_a_plain_type_as_value()
    {
        Assert.Equal(
            """{"title":"Approval","type":"object","properties":{"is_approved":{"type":"boolean","title":"Is Approved"},"note":{"anyOf":[{"type":"string"},{"type":"null"}],"title":"Note","default":null}},"required":["is_approved"]}""",
            InputSchema.Of<Approval>(null).GetRawText());
        Assert.Equal("integer", InputSchema.Of(0).GetProperty("properties").GetProperty("value").GetProperty("type").GetString());
    }

    [Fact]
    public void Proposed_answer_is_the_default_of_each_member() =>
        Assert.Equal("later", InputSchema.Of(new Approval(true, "later")).GetProperty("properties").GetProperty("note").GetProperty("default").GetString());

    [Fact]
    public void What_is_written_is_read_back()
    {
        Assert.Equal(new Approval(true, "ok"), InputSchema.Read<Approval>(InputSchema.Write(new Approval(true, "ok")), "x"));
        Assert.Equal("""{"value":"hello"}""", InputSchema.Write("hello"));
        Assert.Equal("hello", InputSchema.Read<string>("""{"value":"hello"}""", "x"));
        Assert.Equal([1, 2], InputSchema.Read<List<int>>(InputSchema.Write(new List<int> { 1, 2 }), "x"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"is_approved":"perhaps"}""")]
    [InlineData("null")]
    public void Answer_that_does_not_fit_is_told_so(string json) =>
        Assert.StartsWith("The answer is no Approval: ", Assert.Throws<InvalidOperationException>(() => InputSchema.Read<Approval>(json, "The answer")).Message, StringComparison.Ordinal);

    private sealed record Approval(bool IsApproved, string? Note = null);
}
