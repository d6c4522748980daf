using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Reeve.Server.Hosting.OpenApi;

/// <summary>The words of the XML documentation of wire types, for their schemas.</summary>
internal static partial class WireDescriptions
{
    private const string Resource = "Reeve.Protocol.xml";
    private static readonly Lazy<Dictionary<string, string>> Texts = new(Read);

    internal static string? Of(Type type) => Texts.Value.GetValueOrDefault("T:" + type.FullName);

    internal static string? Of(JsonPropertyInfo property) => property.AttributeProvider is PropertyInfo { DeclaringType: { } owner } member
        ? Texts.Value.GetValueOrDefault($"P:{owner.FullName}.{member.Name}") ?? Texts.Value.GetValueOrDefault($"param:{owner.FullName}.{member.Name}")
        : null;

    private static Dictionary<string, string> Read()
    {
        using var stream = typeof(WireDescriptions).Assembly.GetManifestResourceStream(Resource)!;
        Dictionary<string, string> texts = new(StringComparer.Ordinal);
        foreach (var member in XDocument.Load(stream).Descendants("member"))
        {
            var name = (string)member.Attribute("name")!;
            if (member.Element("summary") is { } summary)
                texts[name] = Plain(summary);
            // a positional record's properties are described as its parameters
            foreach (var parameter in member.Elements("param").Where(_ => name.StartsWith("T:", StringComparison.Ordinal)))
                texts[$"param:{name[2..]}.{(string)parameter.Attribute("name")!}"] = Plain(parameter);
        }
        return texts;
    }

    private static string Plain(XElement element) => Blanks().Replace(string.Concat(element.Nodes().Select(node => node switch
    {
        XText text => text.Value,
        XElement inner => inner.Attribute("cref")?.Value.Split('.')[^1] ?? inner.Attribute("name")?.Value ?? inner.Value,
        _ => "",
    })), " ").Trim();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
