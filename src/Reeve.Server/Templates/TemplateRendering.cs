using System.Text;

namespace Reeve.Server.Templates;

using Map = Dictionary<string, object?>;
using Piece = TemplatePiece;

/// <summary>One filling in of a template: its statements, and the names that they see.</summary>
internal sealed partial class TemplateRendering
{
    private readonly List<Map> scopes = [];
    private StringBuilder output = new();
    private int steps;
    private int calls;

    internal TemplateRendering(IReadOnlyDictionary<string, object?> names, TemplateConsole? console)
    {
        Console = console;
        scopes.Add(new(StringComparer.Ordinal)
        {
            ["range"] = new TemplateFunction(Range),
            ["dict"] = new TemplateFunction(static given => new Map(given.Named, StringComparer.Ordinal)),
            ["namespace"] = new TemplateFunction(static given => new TemplateSpace(given.Named)),
        });
        scopes.Add(new(names, StringComparer.Ordinal));
    }

    internal TemplateConsole? Console { get; }

    internal string Render(TemplateBody body)
    {
        Write(body);
        return output.ToString();
    }

    private void Write(TemplateBody body)
    {
        foreach (var piece in body.Pieces)
            Write(piece);
    }

    private void Write(Piece piece)
    {
        Step();
        switch (piece)
        {
            case Piece.Text text:
                Write(text.Value);
                break;
            case Piece.Print print:
                Write(TemplateValues.Text(Value(print.Value)));
                break;
            case Piece.If choice:
                foreach (var (when, then) in choice.Branches)
                {
                    if (when is not null && !TemplateValues.IsTrue(Value(when)))
                        continue;
                    Write(then);
                    break;
                }
                break;
            case Piece.For loop:
                WriteLoop(loop, Value(loop.In), depth: 1);
                break;
            case Piece.Set set:
                Assign(set.Target, Value(set.Value));
                break;
            case Piece.SetText set:
                Assign(set.Target, Filtered(set.Filters, Text(set.Body)));
                break;
            case Piece.With with:
                Inside(Names(with.Names), () => Write(with.Body));
                break;
            case Piece.Macro macro:
                scopes[^1][macro.Name] = Function(macro.Name, macro.Parameters, macro.Body);
                break;
            case Piece.CallMacro call:
                WriteCall(call);
                break;
            case Piece.Filtered filtered:
                Write(TemplateValues.Text(Filtered(filtered.Filters, Text(filtered.Body))));
                break;
            case Piece.Inner inner:
                Inside([], () => Write(inner.Body));
                break;
        }
    }

    private void Write(string text)
    {
        TemplateBounds.Check(output.Length + (long)text.Length);
        output.Append(text);
    }

    private void Step()
    {
        if (++steps > TemplateBounds.Steps)
            throw new TemplateException($"the template takes more than {TemplateBounds.Steps} steps");
    }

    private Map Names(IReadOnlyList<(string Name, TemplateNode Value)> names)
    {
        var given = new Map(StringComparer.Ordinal);
        foreach (var (name, value) in names)
            given[name] = Value(value);
        return given;
    }

    private void WriteLoop(Piece.For loop, object? over, int depth)
    {
        var items = TemplateValues.Items(over);
        if (loop.Where is { } condition)
            items = items.FindAll(item => Inside(Bound(loop.Target, item), () => TemplateValues.IsTrue(Value(condition))));
        if (items.Count == 0 && loop.Else is { } otherwise)
            Write(otherwise);
        for (var at = 0; at < items.Count; at++)
        {
            Step();
            var names = Bound(loop.Target, items[at]);
            names["loop"] = Loop(items, at, depth, loop);
            Inside(names, () => Write(loop.Body));
        }
    }

    private Map Loop(List<object?> items, int at, int depth, Piece.For loop) => new(StringComparer.Ordinal)
    {
        ["index"] = at + 1L,
        ["index0"] = (long)at,
        ["revindex"] = (long)items.Count - at,
        ["revindex0"] = items.Count - at - 1L,
        ["first"] = at == 0,
        ["last"] = at == items.Count - 1,
        ["length"] = (long)items.Count,
        ["depth"] = (long)depth,
        ["depth0"] = depth - 1L,
        ["previtem"] = at > 0 ? items[at - 1] : TemplateValues.Undefined,
        ["nextitem"] = at < items.Count - 1 ? items[at + 1] : TemplateValues.Undefined,
        ["cycle"] = new TemplateFunction(given => given.Values is { Count: > 0 } values ? values[at % values.Count] : throw new TemplateException("'cycle' needs values")),
        ["__call"] = loop.IsRecursive ? new TemplateFunction(given => Called(() => Text(() => WriteLoop(loop, given.Needed(0, "items"), depth + 1)))) : null,
    };

    private static Map Bound(TemplateTarget target, object? value)
    {
        var names = new Map(StringComparer.Ordinal);
        Bind(target, value, (one, part) => names[one.Name!] = part);
        return names;
    }

    private static void Bind(TemplateTarget target, object? value, Action<TemplateTarget, object?> bind)
    {
        if (target.Name is not null)
        {
            bind(target, value);
            return;
        }
        var items = TemplateValues.Items(value);
        if (items.Count != target.Parts.Count)
            throw new TemplateException($"{target.Parts.Count} names were to be given {items.Count} values");
        foreach (var (part, item) in target.Parts.Zip(items))
            Bind(part, item, bind);
    }

    private void Assign(TemplateTarget target, object? value) => Bind(target, value, (one, part) =>
    {
        if (one.Member is null)
            scopes[^1][one.Name!] = part;
        else if (Find(one.Name!) is TemplateSpace space)
            space[one.Member] = part;
        else
            throw new TemplateException($"'{one.Name}' is no namespace, so it is given no '{one.Member}'");
    });

    private void WriteCall(Piece.CallMacro call)
    {
        if (call.Call is not TemplateNode.Call { Of: { } of } node || Value(of) is not TemplateMacro macro)
            throw new TemplateException("'call' calls a macro");
        var caller = Function("caller", call.Parameters, call.Body);
        Write(TemplateValues.Text(macro.With(caller)(Arguments("call", node.Arguments))));
    }

    // a macro sees what is set where it stands, not where it is called
    private TemplateMacro Function(string name, IReadOnlyList<(string Name, TemplateNode? Default)> parameters, TemplateBody body)
    {
        List<Map> seen = [.. scopes];
        return new(caller => given => Called(() =>
        {
            var called = new List<Map>(scopes);
            scopes.Clear();
            scopes.AddRange(seen);
            try
            {
                var names = new Map(StringComparer.Ordinal) { ["caller"] = caller ?? TemplateValues.Undefined, ["varargs"] = given.After(parameters.Count).Values, ["kwargs"] = new Map(given.Named, StringComparer.Ordinal) };
                for (var at = 0; at < parameters.Count; at++)
                    names[parameters[at].Name] = given.Has(at, parameters[at].Name) ? given.Find(at, parameters[at].Name) : parameters[at].Default is { } standard ? Value(standard) : TemplateValues.Undefined;
                return Inside(names, () => Text(body));
            }
            finally
            {
                scopes.Clear();
                scopes.AddRange(called);
            }
        }));
    }

    private T Called<T>(Func<T> call)
    {
        if (++calls > TemplateBounds.Calls)
            throw new TemplateException($"calls are nested more than {TemplateBounds.Calls} deep");
        var result = call();
        calls--;
        return result;
    }

    private string Text(TemplateBody body) => Text(() => Inside([], () => Write(body)));

    private string Text(Action write)
    {
        var outer = output;
        output = new();
        write();
        var text = output.ToString();
        output = outer;
        return text;
    }

    private void Inside(Map names, Action work) => Inside(names, () =>
    {
        work();
        return true;
    });

    private T Inside<T>(Map names, Func<T> work)
    {
        scopes.Add(names);
        var result = work();
        scopes.RemoveAt(scopes.Count - 1);
        return result;
    }

    private object? Find(string name)
    {
        for (var at = scopes.Count - 1; at >= 0; at--)
            if (scopes[at].TryGetValue(name, out var value))
                return value;
        return TemplateValues.Undefined;
    }

    private static object? Range(TemplateArguments given)
    {
        var (from, to) = given.Values.Count > 1 ? (given.Whole(0, "start", 0), given.Whole(1, "stop", 0)) : (0, given.Whole(0, "stop", 0));
        var step = given.Whole(2, "step", 1);
        if (step == 0)
            throw new TemplateException("a range has no step of zero");
        List<object?> range = [];
        for (long at = from; step > 0 ? at < to : at > to; at += step)
        {
            range.Add(at);
            if (range.Count > TemplateBounds.Range)
                throw new TemplateException($"a range has at most {TemplateBounds.Range} items");
        }
        return range;
    }
}

/// <summary>A map whose members a template may set.</summary>
internal sealed class TemplateSpace(Map names) : Map(names, StringComparer.Ordinal);

/// <summary>A function that a template has written; with a caller it is one that can call back what stands inside of a "call".</summary>
internal sealed class TemplateMacro(Func<TemplateFunction?, TemplateFunction> make)
{
    internal TemplateFunction With(TemplateFunction? caller) => make(caller);

    internal TemplateFunction With(TemplateMacro caller) => make(caller.With((TemplateFunction?)null));
}
