using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Reeve.Tests.PublicApi;

/// <summary>Every public member says what it is. The compiler's own warning would do, but does not see what inherits its text from nowhere, nor units.</summary>
public sealed partial class DocumentationTests
{
    public static TheoryData<string> Assemblies => ["Reeve", "Reeve.Protocol"];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Every_public_type_and_member_is_documented(string assembly)
    {
        var docs = Read(assembly);

        var missing = Documented(Assembly.Load(assembly)).Where(id => !docs.TryGetValue(id, out var doc) || IsEmpty(doc)).ToList();

        Assert.True(missing.Count == 0, $"Without documentation:\n{string.Join('\n', missing)}");
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Numbers_of_seconds_say_so(string assembly)
    {
        var docs = Read(assembly);

        var silent = docs.Where(doc => SecondsProperty().IsMatch(doc.Key) && doc.Value.Descendants("summary").FirstOrDefault() is { } summary
            && !Flat(summary).Contains("second", StringComparison.OrdinalIgnoreCase)).Select(doc => doc.Key).ToList();

        Assert.True(silent.Count == 0, $"No word of the unit:\n{string.Join('\n', silent)}");
    }

    private static bool IsEmpty(XElement doc) =>
        doc.Element("inheritdoc") is null && (doc.Element("summary") is not { } summary || Flat(summary).Length == 0);

    // A reference to another member counts as a word.
    private static string Flat(XElement element) => string.Concat(element.DescendantNodes().Select(node => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" or "seealso" or "paramref" or "c" } reference => reference.Attributes().FirstOrDefault()?.Value ?? "",
        _ => "",
    })).Trim();

    private static Dictionary<string, XElement> Read(string assembly) =>
        XDocument.Load(Path.Combine(AppContext.BaseDirectory, assembly + ".xml")).Descendants("member").ToDictionary(member => member.Attribute("name")!.Value);

    private static IEnumerable<string> Documented(Assembly assembly)
    {
        foreach (var type in assembly.GetExportedTypes())
        {
            var name = type.FullName!.Replace('+', '.');
            yield return "T:" + name;
            var parametersOfRecord = type.GetConstructors().FirstOrDefault(c => c.GetParameters().Length > 0)?.GetParameters().Select(p => p.Name).ToHashSet() ?? [];
            foreach (var member in PublicApiText.VisibleMembers(type))
            {
                // Methods are left to the compiler (CS1591): their ids hold the types of all parameters. Properties of positional records are documented as parameters.
                if (member is PropertyInfo property && property.GetIndexParameters().Length == 0 && !(type.GetMethod("<Clone>$") is not null && parametersOfRecord.Contains(property.Name)) && !IsPositional(type, property))
                    yield return $"P:{name}.{property.Name}";
                else if (member is FieldInfo { IsSpecialName: false })
                    yield return $"F:{name}.{member.Name}";
            }
        }
    }

    private static bool IsPositional(Type type, PropertyInfo property) =>
        type.IsValueType && type.GetConstructors().Any(c => c.GetParameters().Any(parameter => parameter.Name == property.Name));

    [GeneratedRegex(@"^P:.*Seconds$", RegexOptions.None, 1000)]
    private static partial Regex SecondsProperty();
}
