namespace Reeve.Server.Templates;

/// <summary>An expression of a template.</summary>
internal abstract record TemplateNode(int Line)
{
    internal sealed record Constant(object? Value, int Line) : TemplateNode(Line);

    internal sealed record Variable(string Text, int Line) : TemplateNode(Line);

    internal sealed record Member(TemplateNode Of, string Name, int Line) : TemplateNode(Line);

    internal sealed record Item(TemplateNode Of, TemplateNode Key, int Line) : TemplateNode(Line);

    internal sealed record Part(TemplateNode Of, TemplateNode? From, TemplateNode? To, TemplateNode? Step, int Line) : TemplateNode(Line);

    internal sealed record Call(TemplateNode Of, IReadOnlyList<TemplateArgument> Arguments, int Line) : TemplateNode(Line);

    /// <summary>A filter. Of is null for the first one of a statement, which stands for the statement's text.</summary>
    internal sealed record Filter(TemplateNode? Of, string Name, IReadOnlyList<TemplateArgument> Arguments, int Line) : TemplateNode(Line);

    internal sealed record Test(TemplateNode Of, string Name, IReadOnlyList<TemplateArgument> Arguments, int Line) : TemplateNode(Line);

    internal sealed record Not(TemplateNode Of, int Line) : TemplateNode(Line);

    internal sealed record Sign(string Operator, TemplateNode Of, int Line) : TemplateNode(Line);

    internal sealed record Binary(string Operator, TemplateNode Left, TemplateNode Right, int Line) : TemplateNode(Line);

    internal sealed record Comparison(TemplateNode Left, IReadOnlyList<(string Operator, TemplateNode Right)> Others, int Line) : TemplateNode(Line);

    internal sealed record Condition(TemplateNode Then, TemplateNode If, TemplateNode? Else, int Line) : TemplateNode(Line);

    internal sealed record Sequence(IReadOnlyList<TemplateNode> Items, bool IsTuple, int Line) : TemplateNode(Line);

    internal sealed record Map(IReadOnlyList<(TemplateNode Key, TemplateNode Value)> Entries, int Line) : TemplateNode(Line);
}

/// <summary>An argument of a call. Spread: "*" or "**" stands before it.</summary>
internal sealed record TemplateArgument(string? Name, TemplateNode Value, string? Spread);

/// <summary>A piece of a template: text, or a statement with the pieces inside.</summary>
internal abstract record TemplatePiece(int Line)
{
    internal sealed record Text(string Value, int Line) : TemplatePiece(Line);

    internal sealed record Print(TemplateNode Value, int Line) : TemplatePiece(Line);

    internal sealed record If(IReadOnlyList<(TemplateNode? When, TemplateBody Then)> Branches, int Line) : TemplatePiece(Line);

    internal sealed record For(TemplateTarget Target, TemplateNode In, TemplateNode? Where, TemplateBody Body, TemplateBody? Else, bool IsRecursive, int Line) : TemplatePiece(Line);

    internal sealed record Set(TemplateTarget Target, TemplateNode Value, int Line) : TemplatePiece(Line);

    internal sealed record SetText(TemplateTarget Target, TemplateNode? Filters, TemplateBody Body, int Line) : TemplatePiece(Line);

    internal sealed record With(IReadOnlyList<(string Name, TemplateNode Value)> Names, TemplateBody Body, int Line) : TemplatePiece(Line);

    internal sealed record Macro(string Name, IReadOnlyList<(string Name, TemplateNode? Default)> Parameters, TemplateBody Body, int Line) : TemplatePiece(Line);

    internal sealed record CallMacro(TemplateNode Call, IReadOnlyList<(string Name, TemplateNode? Default)> Parameters, TemplateBody Body, int Line) : TemplatePiece(Line);

    internal sealed record Filtered(TemplateNode Filters, TemplateBody Body, int Line) : TemplatePiece(Line);

    /// <summary>A part with a name, or one in which escaping is set: its pieces are its meaning, since templates here extend none and escape nothing.</summary>
    internal sealed record Inner(TemplateBody Body, int Line) : TemplatePiece(Line);
}

/// <summary>Pieces in their order.</summary>
internal sealed record TemplateBody(IReadOnlyList<TemplatePiece> Pieces);

/// <summary>What a value is given to: a name, a member of one ("space.name"), or several.</summary>
internal sealed record TemplateTarget(string? Name, string? Member, IReadOnlyList<TemplateTarget> Parts);
