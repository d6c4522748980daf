namespace Reeve.Server.Templates;

/// <summary>Reads the expressions of a template's language from its tokens. They are checked, not kept.</summary>
internal class TemplateExpressions(List<TemplateToken> tokens)
{
    // deeper expressions are no templates of people, and each level costs stack
    private const int Deepest = 100;
    private int next;
    private int depth;

    protected TemplateToken Current => tokens[next];

    protected TemplateToken Take() => tokens[next++];

    protected bool Skip(string text)
    {
        if (Current.Text != text || Current.Kind is not (TokenKind.Operator or TokenKind.Name))
            return false;
        next++;
        return true;
    }

    protected void Expect(string text)
    {
        if (!Skip(text))
            throw Unexpected($"'{text}'");
    }

    protected void ExpectEnd(TokenKind kind)
    {
        if (Current.Kind != kind)
            throw Unexpected($"'{(kind == TokenKind.PrintEnd ? "}}" : "%}")}'");
        next++;
    }

    protected string ExpectName()
    {
        if (Current.Kind != TokenKind.Name)
            throw Unexpected("a name");
        return Take().Text;
    }

    protected TemplateSyntaxException Unexpected(string expected) => new(
        Current.Line, Current.Kind == TokenKind.End ? $"the template ends where {expected} was expected" : $"expected {expected}, got '{Current.Text}'");

    /// <summary>One expression, or several with commas between them.</summary>
    protected void ReadTuple()
    {
        ReadExpression();
        while (Skip(","))
        {
            if (Current.Kind is TokenKind.PrintEnd or TokenKind.BlockEnd || Current.Text is ")" or "=" or "in")
                return;
            ReadExpression();
        }
    }

    protected void ReadExpression(bool withCondition = true)
    {
        if (++depth > Deepest)
            throw new TemplateSyntaxException(Current.Line, "the expression is nested too deeply");
        ReadOr();
        while (withCondition && Skip("if"))
        {
            ReadOr();
            if (Skip("else"))
                ReadExpression();
        }
        depth--;
    }

    private void ReadOr()
    {
        do
            ReadAnd();
        while (Skip("or"));
    }

    private void ReadAnd()
    {
        do
            ReadNot();
        while (Skip("and"));
    }

    private void ReadNot()
    {
        while (Skip("not"))
        {
            // several of them are allowed
        }
        ReadSum();
        while (SkipComparison())
            ReadSum();
    }

    private bool SkipComparison()
    {
        if (Current.Kind == TokenKind.Operator && Current.Text is "==" or "!=" or "<" or "<=" or ">" or ">=")
            return Skip(Current.Text);
        if (Skip("in"))
            return true;
        if (Current is not { Kind: TokenKind.Name, Text: "not" } || tokens[next + 1] is not { Kind: TokenKind.Name, Text: "in" })
            return false;
        next += 2;
        return true;
    }

    private void ReadSum()
    {
        do
            ReadUnary();
        while (Current.Kind == TokenKind.Operator && Current.Text is "+" or "-" or "*" or "/" or "//" or "%" or "**" or "~" && Skip(Current.Text));
    }

    private void ReadUnary()
    {
        while (Current.Kind == TokenKind.Operator && Current.Text is "-" or "+")
            next++;
        ReadPrimary();
        ReadWhatFollows();
    }

    private void ReadPrimary()
    {
        switch (Current)
        {
            case { Kind: TokenKind.Name or TokenKind.Number }:
                if (Current.Text is "and" or "or" or "not" or "in" or "is" or "if" or "else")
                    throw Unexpected("a value");
                next++;
                break;
            case { Kind: TokenKind.Text }:
                while (Current.Kind == TokenKind.Text)
                    next++;
                break;
            case { Kind: TokenKind.Operator, Text: "(" }:
                next++;
                if (!Skip(")"))
                {
                    ReadTuple();
                    Expect(")");
                }
                break;
            case { Kind: TokenKind.Operator, Text: "[" }:
                next++;
                ReadList("]", () => ReadExpression());
                break;
            case { Kind: TokenKind.Operator, Text: "{" }:
                next++;
                ReadList("}", ReadEntry);
                break;
            default:
                throw Unexpected("a value");
        }
    }

    private void ReadEntry()
    {
        ReadExpression();
        Expect(":");
        ReadExpression();
    }

    private void ReadList(string end, Action item)
    {
        while (!Skip(end))
        {
            item();
            if (!Skip(",") && Current.Text != end)
                throw Unexpected($"',' or '{end}'");
        }
    }

    private void ReadWhatFollows()
    {
        while (true)
        {
            if (Skip("."))
                ReadMember();
            else if (Skip("["))
                ReadSubscript();
            else if (Skip("("))
                ReadArguments();
            else if (Current is { Kind: TokenKind.Operator, Text: "|" })
                ReadFilters();
            else if (Skip("is"))
                ReadTest();
            else
                return;
        }
    }

    private void ReadMember()
    {
        if (Current.Kind is not (TokenKind.Name or TokenKind.Number))
            throw Unexpected("a name");
        next++;
    }

    private void ReadSubscript()
    {
        do
        {
            if (!Skip(":"))
                ReadExpression();
            while (Skip(":"))
            {
                if (Current.Text is not ("]" or ":" or ","))
                    ReadExpression();
            }
            if (Current.Text is not ("]" or ",") && Current.Kind != TokenKind.End)
                ReadExpression();
        }
        while (Skip(","));
        Expect("]");
    }

    protected void ReadArguments() => ReadList(")", () =>
    {
        while (Current.Kind == TokenKind.Operator && Current.Text is "*" or "**")
            next++;
        if (Current.Kind == TokenKind.Name && tokens[next + 1] is { Kind: TokenKind.Operator, Text: "=" })
            next += 2;
        ReadExpression();
    });

    /// <summary>"| name(arguments)", any number of times; a statement's first filter has no bar before it.</summary>
    protected void ReadFilters(bool isBegun = false)
    {
        while (isBegun || Skip("|"))
        {
            isBegun = false;
            var line = Current.Line;
            var name = ReadDotted();
            if (!TemplateNames.Filters.Contains(name))
                throw new TemplateSyntaxException(line, $"there is no filter '{name}'");
            if (Skip("("))
                ReadArguments();
        }
    }

    private void ReadTest()
    {
        Skip("not");
        var line = Current.Line;
        var name = ReadDotted();
        if (!TemplateNames.Tests.Contains(name))
            throw new TemplateSyntaxException(line, $"there is no test '{name}'");
        if (Skip("("))
        {
            ReadArguments();
        }
        else if (Current.Kind is TokenKind.Name or TokenKind.Number or TokenKind.Text && Current.Text is not ("else" or "or" or "and" or "is" or "if" or "in" or "not"))
        {
            ReadPrimary();
            while (Skip("."))
                ReadMember();
        }
    }

    private string ReadDotted()
    {
        var name = ExpectName();
        while (Skip("."))
            name += "." + ExpectName();
        return name;
    }
}
