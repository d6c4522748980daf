using System.CommandLine;
using System.Text;
using System.Text.Json;
using Reeve.Protocol;

namespace Reeve.Cli.Output;

/// <summary><c>--output json</c> for scripts: the API's own form, indented.</summary>
internal sealed class OutputOption : Option<string?>
{
    public OutputOption()
        : base("--output", "-o")
    {
        Description = "\"json\": the answer as JSON";
        HelpName = "json";
        Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } format && format != "json")
                result.AddError($"--output is '{format}'; only 'json' is known");
        });
    }

    public bool IsJson(ParseResult parse) => parse.GetValue(this) == "json";
}

/// <summary>Writes wire types as indented JSON.</summary>
internal static class JsonOutput
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write<T>(T value, TextWriter output)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Indented))
            JsonSerializer.Serialize(writer, value, WireJson.TypeInfo<T>());
        output.WriteLine(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
    }
}
