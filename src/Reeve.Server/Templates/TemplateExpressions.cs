using System.Globalization;

namespace Reeve.Server.Templates;

using Node = TemplateNode;

/// <summary>Reads the expressions of a template's language from its tokens.</summary>
internal class TemplateExpressions(List<TemplateToken> tokens)
{
    // deeper expressions are no templates of people, and each level costs stack
    private const int Deepest = 100;
    private static readonly string[] Words = ["and", "or", "not", "in", "is", "if", "else"];
    // a chain of operations is a deep tree too
    private const int Longest = 400;
    private int next;
    private int depth;
    private int length;

    protected TemplateToken Current => tokens[next];

    protected TemplateToken Next => tokens[Math.Min(next + 1, tokens.Count - 1)];

    protected TemplateToken Take() => tokens[next++];

    protected bool Skip(string text)
    {
        if (!Is(text))
            return false;
        next++;
        return true;
    }

    private bool Is(string text) => (Current.Kind is TokenKind.Operator or TokenKind.Name) && Current.Text == text;

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
    protected Node ReadTuple(bool withCondition = true)
    {
        var line = Current.Line;
        var first = ReadExpression(withCondition);
        if (!Is(","))
            return first;
        List<Node> items = [first];
        while (Skip(","))
        {
            if (Current.Kind is TokenKind.PrintEnd or TokenKind.BlockEnd || Current.Text is ")" or "=" or "in")
                break;
            items.Add(ReadExpression(withCondition));
        }
        return new Node.Sequence(items, IsTuple: true, line);
    }

    protected Node ReadExpression(bool withCondition = true)
    {
        if (++depth > Deepest)
            throw new TemplateSyntaxException(Current.Line, "the expression is nested too deeply");
        var read = ReadOr();
        while (withCondition && Current.Line is var line && Skip("if"))
        {
            CountOperation();
            var condition = ReadOr();
            read = new Node.Condition(read, condition, Skip("else") ? ReadExpression() : null, line);
        }
        depth--;
        return read;
    }

    protected void BeginExpression() => length = 0;

    private void CountOperation()
    {
        if (++length > Longest)
            throw new TemplateSyntaxException(Current.Line, $"the expression has more than {Longest} operations");
    }

    private Node ReadOr() => ReadBinary(ReadAnd, static token => token is { Kind: TokenKind.Name, Text: "or" });

    private Node ReadAnd() => ReadBinary(ReadNot, static token => token is { Kind: TokenKind.Name, Text: "and" });

    private Node ReadNot()
    {
        var (line, isNot, isSaid) = (Current.Line, false, false);
        while (Skip("not"))
            (isNot, isSaid) = (!isNot, true);
        var read = ReadComparison();
        return !isSaid ? read : isNot ? new Node.Not(read, line) : new Node.Not(new Node.Not(read, line), line);
    }

    private Node ReadComparison()
    {
        var line = Current.Line;
        var left = ReadSum();
        List<(string, Node)> others = [];
        while (TakeComparison() is { } comparison)
            others.Add((comparison, ReadSum()));
        return others.Count == 0 ? left : new Node.Comparison(left, others, line);
    }

    private string? TakeComparison()
    {
        if (Current is { Kind: TokenKind.Operator, Text: "==" or "!=" or "<" or "<=" or ">" or ">=" })
            return Take().Text;
        if (Skip("in"))
            return "in";
        if (Current is not { Kind: TokenKind.Name, Text: "not" } || tokens[next + 1] is not { Kind: TokenKind.Name, Text: "in" })
            return null;
        next += 2;
        return "not in";
    }

    private Node ReadSum() => ReadBinary(ReadJoined, static token => token is { Kind: TokenKind.Operator, Text: "+" or "-" });

    private Node ReadJoined() => ReadBinary(ReadProduct, static token => token is { Kind: TokenKind.Operator, Text: "~" });

    private Node ReadProduct() => ReadBinary(ReadPower, static token => token is { Kind: TokenKind.Operator, Text: "*" or "/" or "//" or "%" });

    private Node ReadPower() => ReadBinary(() => ReadUnary(), static token => token is { Kind: TokenKind.Operator, Text: "**" });

    private Node ReadBinary(Func<Node> read, Func<TemplateToken, bool> belongs)
    {
        var left = read();
        while (belongs(Current))
        {
            CountOperation();
            var token = Take();
            left = new Node.Binary(token.Text, left, read(), token.Line);
        }
        return left;
    }

    private Node ReadUnary(bool withFilters = true)
    {
        if (++depth > Deepest)
            throw new TemplateSyntaxException(Current.Line, "the expression is nested too deeply");
        var read = Current is { Kind: TokenKind.Operator, Text: "-" or "+" } ? Signed(Take()) : ReadPrimary();
        read = ReadWhatFollows(read, withFilters);
        depth--;
        return read;
    }

    private Node.Sign Signed(TemplateToken sign) => new(sign.Text, ReadUnary(withFilters: false), sign.Line);

    private Node ReadPrimary()
    {
        var line = Current.Line;
        switch (Current)
        {
            case { Kind: TokenKind.Name }:
                return Words.Contains(Current.Text) ? throw Unexpected("a value") : Named(Take().Text, line);
            case { Kind: TokenKind.Number }:
                return new Node.Constant(Number(Take().Text), line);
            case { Kind: TokenKind.Text }:
                var text = "";
                while (Current.Kind == TokenKind.Text)
                    text += Take().Text;
                return new Node.Constant(text, line);
            case { Kind: TokenKind.Operator, Text: "(" }:
                next++;
                if (Skip(")"))
                    return new Node.Sequence([], IsTuple: true, line);
                var inner = ReadTuple();
                Expect(")");
                return inner;
            case { Kind: TokenKind.Operator, Text: "[" }:
                next++;
                return new Node.Sequence(ReadList("]", () => ReadExpression()), IsTuple: false, line);
            case { Kind: TokenKind.Operator, Text: "{" }:
                next++;
                return new Node.Map(ReadList("}", ReadEntry), line);
            default:
                throw Unexpected("a value");
        }
    }

    private static Node Named(string name, int line) => name switch
    {
        "true" or "True" => new Node.Constant(true, line),
        "false" or "False" => new Node.Constant(false, line),
        "none" or "None" => new Node.Constant(null, line),
        _ => new Node.Variable(name, line),
    };

    private static object Number(string text) =>
        text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hexadecimal) ? (object)hexadecimal
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var whole) ? (object)whole
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) ? real
        : double.PositiveInfinity;

    private (Node, Node) ReadEntry()
    {
        var key = ReadExpression();
        Expect(":");
        return (key, ReadExpression());
    }

    private List<T> ReadList<T>(string end, Func<T> item)
    {
        List<T> read = [];
        while (!Skip(end))
        {
            read.Add(item());
            if (!Skip(",") && Current.Text != end)
                throw Unexpected($"',' or '{end}'");
        }
        return read;
    }

    private Node ReadWhatFollows(Node read, bool withFilters)
    {
        for (; ; CountOperation())
        {
            var line = Current.Line;
            if (Skip("."))
                read = new Node.Member(read, ReadMember(), line);
            else if (Skip("["))
                read = ReadSubscript(read, line);
            else if (Skip("("))
                read = new Node.Call(read, ReadArguments(), line);
            else if (withFilters && Current is { Kind: TokenKind.Operator, Text: "|" })
                read = ReadFilters(read)!;
            else if (withFilters && Skip("is"))
                read = ReadTest(read, line);
            else
                return read;
        }
    }

    private string ReadMember() => Current.Kind is TokenKind.Name or TokenKind.Number ? Take().Text : throw Unexpected("a name");

    private Node ReadSubscript(Node of, int line)
    {
        List<Node> read = [];
        do
            read.Add(ReadOneSubscript(of, line));
        while (Skip(",") && !Is("]"));
        Expect("]");
        // several keys are one key of several values
        return read.Count == 1 ? read[0] : new Node.Item(of, new Node.Sequence([.. read.Select(one => one is Node.Item item ? item.Key : one)], IsTuple: true, line), line);
    }

    private Node ReadOneSubscript(Node of, int line)
    {
        var from = Is(":") ? null : ReadExpression();
        if (from is not null && !Is(":"))
            return new Node.Item(of, from, line);
        Expect(":");
        var to = IsBound() ? ReadExpression() : null;
        var step = Skip(":") && IsBound() ? ReadExpression() : null;
        return new Node.Part(of, from, to, step, line);
    }

    private bool IsBound() => Current.Text is not ("]" or ":" or ",") && Current.Kind != TokenKind.End;

    protected List<TemplateArgument> ReadArguments() => ReadList(")", () =>
    {
        var spread = Current is { Kind: TokenKind.Operator, Text: "*" or "**" } ? Take().Text : null;
        string? name = null;
        if (Current.Kind == TokenKind.Name && tokens[next + 1] is { Kind: TokenKind.Operator, Text: "=" })
            (name, next) = (Current.Text, next + 2);
        return new TemplateArgument(name, ReadExpression(), spread);
    });

    /// <summary>"| name(arguments)", any number of times; a statement's first filter has no bar before it, and no value.</summary>
    protected Node? ReadFilters(Node? of, bool isBegun = false)
    {
        while (isBegun || Skip("|"))
        {
            isBegun = false;
            CountOperation();
            var line = Current.Line;
            var name = ReadDotted();
            if (!TemplateNames.Filters.Contains(name))
                throw new TemplateSyntaxException(line, $"there is no filter '{name}'");
            of = new Node.Filter(of, name, Skip("(") ? ReadArguments() : [], line);
        }
        return of;
    }

    private Node ReadTest(Node of, int line)
    {
        var isNot = Skip("not");
        var name = ReadDotted();
        if (!TemplateNames.Tests.Contains(name))
            throw new TemplateSyntaxException(line, $"there is no test '{name}'");
        List<TemplateArgument> arguments = [];
        if (Skip("("))
        {
            arguments = ReadArguments();
        }
        else if ((Current.Kind is TokenKind.Name or TokenKind.Number or TokenKind.Text || Current is { Kind: TokenKind.Operator, Text: "[" or "{" }) && !(Current.Kind == TokenKind.Name && Words.Contains(Current.Text)))
        {
            var argument = ReadPrimary();
            while (Skip("."))
                argument = new Node.Member(argument, ReadMember(), line);
            arguments.Add(new(null, argument, null));
        }
        Node test = new Node.Test(of, name, arguments, line);
        return isNot ? new Node.Not(test, line) : test;
    }

    private string ReadDotted()
    {
        var name = ExpectName();
        while (Skip("."))
            name += "." + ExpectName();
        return name;
    }
}
