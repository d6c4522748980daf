namespace Reeve.Server.Templates;

using Map = Dictionary<string, object?>;
using Node = TemplateNode;

internal sealed partial class TemplateRendering
{
    /// <summary>What a filter makes of a value.</summary>
    internal object? Filter(string name, object? value, TemplateArguments given) =>
        TemplateFilters.All.TryGetValue(name, out var filter) ? Bounded(filter(this, value, given)) : throw new TemplateException($"there is no filter '{name}'");

    /// <summary>Whether a value passes a test.</summary>
    internal bool Test(string name, object? value, TemplateArguments given)
    {
        Step();
        return TemplateTests.All.TryGetValue(name, out var test) ? test(value, given) : throw new TemplateException($"there is no test '{name}'");
    }

    private static object? Bounded(object? value) => value switch
    {
        string text => TemplateBounds.Bounded(text),
        List<object?> list => TemplateBounds.Bounded(list),
        _ => value,
    };

    private object? Value(Node node)
    {
        Step();
        return node switch
        {
            Node.Constant constant => constant.Value,
            Node.Variable variable => Find(variable.Text),
            Node.Member member => TemplateMembers.Find(Value(member.Of), member.Name),
            Node.Item item => TemplateMembers.Item(Value(item.Of), Value(item.Key)),
            Node.Part part => TemplateMembers.Slice(Value(part.Of), Bound(part.From), Bound(part.To), Bound(part.Step) ?? 1),
            Node.Call call => Call(call),
            Node.Filter filter => Filter(filter.Name, filter.Of is null ? filtered : Value(filter.Of), Arguments(filter.Name, filter.Arguments)),
            Node.Test test => Test(test.Name, Value(test.Of), Arguments(test.Name, test.Arguments)),
            Node.Not not => !TemplateValues.IsTrue(Value(not.Of)),
            Node.Sign sign => Signed(sign),
            Node.Binary binary => Calculate(binary),
            Node.Comparison comparison => Compare(comparison),
            Node.Condition condition => TemplateValues.IsTrue(Value(condition.If)) ? Value(condition.Then) : condition.Else is { } otherwise ? Value(otherwise) : TemplateValues.Undefined,
            Node.Sequence sequence => sequence.Items.Select(Value).ToList(),
            Node.Map map => Entries(map),
            _ => throw new InvalidOperationException($"No value for {node}."),
        };
    }

    // what a statement's first filter stands behind
    private object? filtered;

    private object? Filtered(Node? filters, string text)
    {
        if (filters is null)
            return text;
        filtered = text;
        return Value(filters);
    }

    private long? Bound(Node? node) => node is null || Value(node) is not { } value ? null
        : TemplateValues.Whole(value) ?? throw new TemplateException($"the bounds of a part are whole numbers; {TemplateValues.Kind(value)} was given");

    private object? Call(Node.Call call)
    {
        var of = Value(call.Of);
        var given = Arguments(Label(call.Of), call.Arguments);
        return of switch
        {
            TemplateFunction function => Bounded(function(given)),
            TemplateMacro macro => macro.With((TemplateFunction?)null)(given),
            Map map when map.GetValueOrDefault("__call") is TemplateFunction function => function(given),
            _ => throw new TemplateException($"'{Label(call.Of)}' cannot be called: it is {TemplateValues.Kind(of)}"),
        };
    }

    private static string Label(Node node) => node switch { Node.Variable variable => variable.Text, Node.Member member => member.Name, _ => "the value" };

    private TemplateArguments Arguments(string of, IReadOnlyList<TemplateArgument> given)
    {
        if (given.Count == 0)
            return TemplateArguments.None;
        List<object?> values = [];
        var named = new Map(StringComparer.Ordinal);
        foreach (var (name, node, spread) in given)
        {
            var value = Value(node);
            if (spread == "*")
                values.AddRange(TemplateValues.Items(value));
            else if (spread == "**" && value is Map map)
                foreach (var (key, one) in map)
                    named[key] = one;
            else if (name is not null)
                named[name] = value;
            else
                values.Add(value);
        }
        return new(of, values, named);
    }

    private object? Signed(Node.Sign sign) => (sign.Operator, Value(sign.Of)) switch
    {
        ("-", long number) => number == long.MinValue ? -(double)number : (object)-number,
        ("-", var value) when TemplateValues.Number(value) is { } number => -number,
        (_, var value) when TemplateValues.Number(value) is not null => value,
        (_, var value) => throw new TemplateException($"{TemplateValues.Kind(value)} has no sign"),
    };

    private object? Calculate(Node.Binary binary)
    {
        var left = Value(binary.Left);
        return binary.Operator switch
        {
            "and" => TemplateValues.IsTrue(left) ? Value(binary.Right) : left,
            "or" => TemplateValues.IsTrue(left) ? left : Value(binary.Right),
            "~" => Bounded(Joined(TemplateValues.Text(left), TemplateValues.Text(Value(binary.Right)))),
            _ => TemplateValues.Calculate(binary.Operator, left, Value(binary.Right)),
        };
    }

    private static string Joined(string left, string right) => TemplateBounds.Bounded(left, right.Length) + right;

    private object Compare(Node.Comparison comparison)
    {
        var left = Value(comparison.Left);
        foreach (var (operation, node) in comparison.Others)
        {
            var right = Value(node);
            var holds = operation switch
            {
                "==" => TemplateValues.AreEqual(left, right),
                "!=" => !TemplateValues.AreEqual(left, right),
                "in" => Contains(right, left),
                "not in" => !Contains(right, left),
                "<" => TemplateValues.Compare(left, right) < 0,
                "<=" => TemplateValues.Compare(left, right) <= 0,
                ">" => TemplateValues.Compare(left, right) > 0,
                _ => TemplateValues.Compare(left, right) >= 0,
            };
            if (!holds)
                return false;
            left = right;
        }
        return true;
    }

    internal static bool Contains(object? of, object? value) => of switch
    {
        string text => value is string part && text.Contains(part, StringComparison.Ordinal),
        Map map => value is string key && map.ContainsKey(key),
        _ => TemplateValues.Items(of).Exists(item => TemplateValues.AreEqual(item, value)),
    };

    private Map Entries(Node.Map map)
    {
        var entries = new Map(StringComparer.Ordinal);
        foreach (var (key, value) in map.Entries)
            entries[TemplateValues.Text(Value(key))] = Value(value);
        return entries;
    }
}
