using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading;
using System.Xml;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;

namespace Reeve.Generators.Reading;

/// <summary>
/// The summary and parameter texts of a symbol's XML comment. Read from the trivia's text: a project that writes no documentation file
/// (every file-based program) is parsed without documentation comments, so the symbol itself knows none.
/// </summary>
internal sealed class DocComment
{
    private static readonly Regex Spaces = new(@"\s+", RegexOptions.Compiled);

    public string? Summary { get; private set; }

    public Dictionary<string, string> Parameters { get; } = [];

    public static DocComment Of(ISymbol symbol, CancellationToken cancellationToken)
    {
        var comment = new DocComment();
        foreach (var reference in symbol.DeclaringSyntaxReferences)
        {
            var node = reference.GetSyntax(cancellationToken);
            var lines = node.GetLeadingTrivia().ToFullString().Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith("///", System.StringComparison.Ordinal));
            comment.Read(string.Join("\n", lines.Select(line => line.Substring(3))));
        }

        return comment;
    }

    private void Read(string xml)
    {
        if (xml.Length == 0)
            return;
        XElement root;
        try
        {
            root = XElement.Parse("<doc>" + xml + "</doc>");
        }
        catch (XmlException)
        {
            return; // the compiler itself warns of malformed comments where documentation is wanted
        }

        Summary ??= Text(root.Element("summary"));
        foreach (var parameter in root.Elements("param"))
        {
            if (parameter.Attribute("name")?.Value is { } name && Text(parameter) is { } text)
                Parameters[name] = text;
        }
    }

    private static string? Text(XElement? element)
    {
        if (element is null)
            return null;
        foreach (var reference in element.Descendants().Where(e => e.IsEmpty).ToList())
        {
            var target = reference.Attribute("cref") ?? reference.Attribute("name") ?? reference.Attribute("langword");
            if (target is not null)
                reference.ReplaceWith(target.Value.Split('.', ':').Last());
        }

        var text = Spaces.Replace(element.Value, " ").Trim();
        return text.Length == 0 ? null : text;
    }
}
