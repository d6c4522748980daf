namespace Reeve.Server.Templates;

/// <summary>Whether a text is a template that can be filled in (the Jinja language): its parts, statements and their ends, expressions, filters and tests.</summary>
internal sealed class TemplateSyntax : TemplateExpressions
{
    // bounds that clients know: a template must not become a program
    private const int MostLoops = 10;
    private const int DeepestLoop = 2;
    private const int DeepestStatement = 50;

    private readonly Stack<(string Tag, int Line)> open = new();
    private int loops;

    private TemplateSyntax(List<TemplateToken> tokens)
        : base(tokens)
    {
    }

    /// <summary>The template's first fault; null where there is none.</summary>
    internal static TemplateFault? Fault(string template)
    {
        try
        {
            new TemplateSyntax(TemplateLexer.Read(template)).ReadAll();
            return null;
        }
        catch (TemplateSyntaxException fault)
        {
            return fault.Fault;
        }
    }

    /// <summary>True for a text that may hold template parts.</summary>
    internal static bool MayBe(string text) => text.Contains("{{", StringComparison.Ordinal) || text.Contains("{%", StringComparison.Ordinal);

    private void ReadAll()
    {
        while (Current.Kind != TokenKind.End)
        {
            if (Take().Kind == TokenKind.PrintStart)
            {
                ReadTuple();
                ExpectEnd(TokenKind.PrintEnd);
            }
            else
            {
                ReadStatement();
                ExpectEnd(TokenKind.BlockEnd);
            }
        }
        if (open.TryPeek(out var left))
            throw new TemplateSyntaxException(Current.Line, $"the template ends, but '{left.Tag}' of line {left.Line} is not ended by 'end{left.Tag}'");
    }

    private void ReadStatement()
    {
        var line = Current.Line;
        var tag = ExpectName();
        switch (tag)
        {
            case "if":
                Open(tag, line);
                ReadTuple();
                break;
            case "elif":
                Inside(tag, line, "if");
                ReadTuple();
                break;
            case "else":
                Inside(tag, line, "if", "for");
                break;
            case "for":
                ReadLoop(line);
                break;
            case "set":
                ReadSet(line);
                break;
            case "with":
                Open(tag, line);
                if (Current.Kind != TokenKind.BlockEnd)
                    ReadAssignments();
                break;
            case "macro":
                Open(tag, line);
                ExpectName();
                ReadSignature();
                break;
            case "call":
                Open(tag, line);
                if (Current.Text == "(")
                    ReadSignature();
                ReadExpression();
                break;
            case "filter":
                Open(tag, line);
                ReadFilters(isBegun: true);
                break;
            case "block":
                Open(tag, line);
                ExpectName();
                Skip("scoped");
                Skip("required");
                break;
            case "autoescape":
                Open(tag, line);
                ReadExpression();
                break;
            case "print":
                ReadTuple();
                break;
            case ['e', 'n', 'd', .. var name] when name.Length > 0:
                Close(name, line);
                break;
            default:
                throw new TemplateSyntaxException(line, $"there is no statement '{tag}' in templates of this server");
        }
    }

    private void ReadLoop(int line)
    {
        if (++loops > MostLoops)
            throw new TemplateSyntaxException(line, $"the template has more than {MostLoops} loops");
        Open("for", line);
        if (open.Count(o => o.Tag == "for") > DeepestLoop)
            throw new TemplateSyntaxException(line, $"loops are nested more than {DeepestLoop} deep");
        ReadTargets();
        Expect("in");
        do
            ReadExpression(withCondition: false);
        while (Skip(","));
        if (Skip("if"))
            ReadExpression();
        Skip("recursive");
    }

    private void ReadTargets()
    {
        do
        {
            if (Skip("("))
            {
                ReadTargets();
                Expect(")");
                continue;
            }
            ExpectName();
            while (Skip("."))
                ExpectName();
        }
        while (Skip(","));
    }

    private void ReadSet(int line)
    {
        ReadTargets();
        if (Skip("="))
        {
            ReadTuple();
            return;
        }
        Open("set", line);
        ReadFilters();
    }

    private void ReadAssignments()
    {
        do
        {
            ExpectName();
            Expect("=");
            ReadExpression();
        }
        while (Skip(","));
    }

    private void ReadSignature()
    {
        Expect("(");
        while (!Skip(")"))
        {
            ExpectName();
            if (Skip("="))
                ReadExpression();
            if (!Skip(",") && Current.Text != ")")
                throw Unexpected("',' or ')'");
        }
    }

    private void Open(string tag, int line)
    {
        if (open.Count >= DeepestStatement)
            throw new TemplateSyntaxException(line, $"statements are nested more than {DeepestStatement} deep");
        open.Push((tag, line));
    }

    private void Inside(string tag, int line, params ReadOnlySpan<string> tags)
    {
        if (!open.TryPeek(out var around) || !tags.Contains(around.Tag))
            throw new TemplateSyntaxException(line, $"'{tag}' stands outside of what it belongs to");
    }

    private void Close(string tag, int line)
    {
        if (!open.TryPeek(out var around) || around.Tag != tag)
            throw new TemplateSyntaxException(line, around.Tag is null ? $"'end{tag}' ends nothing" : $"'end{tag}' stands where 'end{around.Tag}' was expected");
        open.Pop();
        if (tag == "block" && Current.Kind == TokenKind.Name)
            ExpectName();
    }
}
