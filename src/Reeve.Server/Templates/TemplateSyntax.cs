namespace Reeve.Server.Templates;

using Piece = TemplatePiece;
using Target = TemplateTarget;

/// <summary>Reads a text as a template (the Jinja language): its parts, statements and their ends, expressions, filters and tests.</summary>
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
            Read(template);
            return null;
        }
        catch (TemplateSyntaxException fault)
        {
            return fault.Fault;
        }
    }

    /// <summary>The template's pieces.</summary>
    /// <exception cref="TemplateSyntaxException">It is none.</exception>
    internal static TemplateBody Read(string template)
    {
        var syntax = new TemplateSyntax(TemplateLexer.Read(template));
        var body = syntax.ReadBody();
        return syntax.Current.Kind == TokenKind.End ? body : throw syntax.Misplaced();
    }

    /// <summary>True for a text that may hold template parts.</summary>
    internal static bool MayBe(string text) => text.Contains("{{", StringComparison.Ordinal) || text.Contains("{%", StringComparison.Ordinal);

    /// <summary>Reads pieces up to the template's end, or to an "end", "else" or "elif", which is left to whoever it belongs to.</summary>
    private TemplateBody ReadBody()
    {
        List<TemplatePiece> pieces = [];
        while (Current.Kind != TokenKind.End)
        {
            var line = Current.Line;
            BeginExpression();
            if (Current.Kind == TokenKind.Literal)
            {
                pieces.Add(new Piece.Text(Take().Text, line));
                continue;
            }
            if (Current.Kind == TokenKind.BlockStart && Next is { Kind: TokenKind.Name, Text: "else" or "elif" or ['e', 'n', 'd', _, ..] })
                break;
            if (Take().Kind == TokenKind.PrintStart)
            {
                pieces.Add(new Piece.Print(ReadTuple(), line));
                ExpectEnd(TokenKind.PrintEnd);
            }
            else
            {
                pieces.Add(ReadStatement());
            }
        }
        return new(pieces);
    }

    private Piece ReadStatement()
    {
        var line = Current.Line;
        var tag = ExpectName();
        switch (tag)
        {
            case "if":
                return ReadIf(line);
            case "for":
                return ReadLoop(line);
            case "set":
                return ReadSet(line);
            case "with":
                var names = Current.Kind == TokenKind.BlockEnd ? [] : ReadAssignments();
                return new Piece.With(names, ReadInside(tag, line), line);
            case "macro":
                var (name, parameters) = (ExpectName(), ReadSignature());
                return new Piece.Macro(name, parameters, ReadInside(tag, line), line);
            case "call":
                var given = Current.Text == "(" ? ReadSignature() : [];
                var call = ReadExpression();
                return new Piece.CallMacro(call, given, ReadInside(tag, line), line);
            case "filter":
                var filters = ReadFilters(null, isBegun: true)!;
                return new Piece.Filtered(filters, ReadInside(tag, line), line);
            case "block":
                ExpectName();
                Skip("scoped");
                Skip("required");
                return new Piece.Inner(ReadInside(tag, line), line);
            case "autoescape":
                ReadExpression();
                return new Piece.Inner(ReadInside(tag, line), line);
            case "print":
                var printed = ReadTuple();
                ExpectEnd(TokenKind.BlockEnd);
                return new Piece.Print(printed, line);
            default:
                throw new TemplateSyntaxException(line, $"there is no statement '{tag}' in templates of this server");
        }
    }

    private Piece.If ReadIf(int line)
    {
        List<(TemplateNode?, TemplateBody)> branches = [];
        TemplateNode? condition = ReadTuple();
        Open("if", line);
        while (true)
        {
            ExpectEnd(TokenKind.BlockEnd);
            branches.Add((condition, ReadBody()));
            if (condition is null || Next.Text is not ("elif" or "else") || Current.Kind != TokenKind.BlockStart)
                break;
            Take();
            BeginExpression();
            condition = Take().Text == "elif" ? ReadTuple() : null;
        }
        Close();
        return new(branches, line);
    }

    private Piece.For ReadLoop(int line)
    {
        if (++loops > MostLoops)
            throw new TemplateSyntaxException(line, $"the template has more than {MostLoops} loops");
        if (open.Count(o => o.Tag == "for") >= DeepestLoop)
            throw new TemplateSyntaxException(line, $"loops are nested more than {DeepestLoop} deep");
        var target = ReadTargets();
        Expect("in");
        var over = ReadTuple(withCondition: false);
        var condition = Skip("if") ? ReadExpression() : null;
        var isRecursive = Skip("recursive");
        Open("for", line);
        ExpectEnd(TokenKind.BlockEnd);
        var body = ReadBody();
        TemplateBody? otherwise = null;
        if (Current.Kind == TokenKind.BlockStart && Next.Text == "else")
        {
            Take();
            Take();
            ExpectEnd(TokenKind.BlockEnd);
            otherwise = ReadBody();
        }
        Close();
        return new(target, over, condition, body, otherwise, isRecursive, line);
    }

    private Target ReadTargets()
    {
        List<Target> read = [];
        var isTuple = false;
        do
        {
            if (read.Count > 0 && Current.Text is "in" or "=")
                break;
            if (Skip("("))
            {
                read.Add(ReadTargets());
                Expect(")");
            }
            else
            {
                read.Add(new(ExpectName(), Skip(".") ? ExpectName() : null, []));
            }
        }
        while (Skip(",") && (isTuple = true));
        return isTuple ? new(null, null, read) : read[0];
    }

    private Piece ReadSet(int line)
    {
        var target = ReadTargets();
        if (Skip("="))
        {
            var value = ReadTuple();
            ExpectEnd(TokenKind.BlockEnd);
            return new Piece.Set(target, value, line);
        }
        var filters = ReadFilters(null);
        return new Piece.SetText(target, filters, ReadInside("set", line), line);
    }

    private List<(string, TemplateNode)> ReadAssignments()
    {
        List<(string, TemplateNode)> read = [];
        do
        {
            var name = ExpectName();
            Expect("=");
            read.Add((name, ReadExpression()));
        }
        while (Skip(","));
        return read;
    }

    private List<(string, TemplateNode?)> ReadSignature()
    {
        List<(string, TemplateNode?)> read = [];
        Expect("(");
        while (!Skip(")"))
        {
            read.Add((ExpectName(), Skip("=") ? ReadExpression() : null));
            if (!Skip(",") && Current.Text != ")")
                throw Unexpected("',' or ')'");
        }
        return read;
    }

    private TemplateBody ReadInside(string tag, int line)
    {
        Open(tag, line);
        ExpectEnd(TokenKind.BlockEnd);
        var body = ReadBody();
        Close();
        return body;
    }

    private void Open(string tag, int line)
    {
        if (open.Count >= DeepestStatement)
            throw new TemplateSyntaxException(line, $"statements are nested more than {DeepestStatement} deep");
        open.Push((tag, line));
    }

    private void Close()
    {
        var (tag, line) = open.Peek();
        if (Current.Kind == TokenKind.End)
            throw new TemplateSyntaxException(Current.Line, $"the template ends, but '{tag}' of line {line} is not ended by 'end{tag}'");
        if (Next.Text != "end" + tag)
            throw Misplaced();
        open.Pop();
        Take();
        Take();
        if (tag == "block" && Current.Kind == TokenKind.Name)
            Take();
        ExpectEnd(TokenKind.BlockEnd);
    }

    private TemplateSyntaxException Misplaced() => new(Next.Line, Next.Text switch
    {
        "else" or "elif" => $"'{Next.Text}' stands outside of what it belongs to",
        var end when open.TryPeek(out var around) => $"'{end}' stands where 'end{around.Tag}' was expected",
        var end => $"'{end}' ends nothing",
    });
}
