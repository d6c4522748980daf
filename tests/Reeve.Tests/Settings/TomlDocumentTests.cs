using Reeve.Settings;

namespace Reeve.Tests.Settings;

public sealed class TomlDocumentTests
{
    [Theory]
    [InlineData("a = 1", "a=1")]
    [InlineData("a.b = 'x' # why", "a.b=x")]
    [InlineData("[t]\na = true\n[t.u]\nb = 2.5", "t.a=true|t.u.b=2.5")]
    [InlineData("[ t . \"u v\" ]\n'k' = \"v\"", "t.u v.k=v")]
    [InlineData("a = \"tab\\tquote\\\" \\u00e9\"", "a=tab\tquote\" é")]
    [InlineData("a = 'no \\escape'", "a=no \\escape")]
    [InlineData("a = [\n  'x', # one\n  \"y\",\n]", "a=x,y")]
    [InlineData("a = { b = 1, c = { d = 'x' } }", "a.b=1|a.c.d=x")]
    [InlineData("a = \"\"\"\nfirst\nsecond\"\"\"\nb = 1", "a=first\nsecond|b=1")]
    [InlineData("a = '''it''s'''", "a=it''s")]
    [InlineData("a = \"\"\"one \\\n   two\"\"\"", "a=one two")]
    [InlineData("[[list]]\na = 1\n[t]\nb = 2", "t.b=2")]
    [InlineData("when = 1979-05-27T07:32:00Z\n", "when=1979-05-27T07:32:00Z")]
    [InlineData("when = [1979-05-27 07:32:00, 07:32:00] # two", "when=1979-05-27 07:32:00,07:32:00")]
    [InlineData("", "")]
    [InlineData("\uFEFFa = 1\r\nb = 2\r\n", "a=1|b=2")]
    public void Values_are_found_by_the_names_that_lead_to_them(string text, string expected) =>
        Assert.Equal(expected, string.Join('|', TomlDocument.Read(text, "f").Select(v => $"{string.Join('.', v.Path)}={v.Value}")));

    [Theory]
    [InlineData("a", "f:1: '=' is expected")]
    [InlineData("a = 1\nb = x", "f:2: 'x' is no value")]
    [InlineData("a = 'x", "f:1: the quote is not closed")]
    [InlineData("a = \"\"\"x", "f:1: the quotes are not closed")]
    [InlineData("a = 1 b = 2", "f:1: the line should end here")]
    [InlineData("a = 1979-05-27 b", "f:1: the line should end here")]
    [InlineData("[t\na = 1", "f:1: ']' is expected")]
    [InlineData("a = [1 2]", "f:1: ',' or ']' is expected")]
    [InlineData("a = \"\\q\"", "f:1: '\\q' is no escape")]
    [InlineData("a =", "f:1: a value is expected")]
    public void What_is_no_TOML_is_named_with_its_line(string text, string message) =>
        Assert.Contains(message, Assert.Throws<SettingsException>(() => TomlDocument.Read(text, "f")).Message, StringComparison.Ordinal);
}
