using System.ComponentModel;
using System.Globalization;

namespace Reeve.Engine;

/// <summary>Names of runs made of their arguments.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class RunNames
{
    // What the server's column and people's eyes take.
    private const int Longest = 200;

    /// <summary>A part of a name. Generated code calls it; people do not.</summary>
    public static string Text(object? value, string? format) => value switch
    {
        null => "",
        IFormattable formattable => formattable.ToString(format, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    /// <summary>The name that the options make; null when there are none, or when they fail: a run does not fall by its name.</summary>
    internal static string? Of(RunDescriptor run, object?[] arguments)
    {
        if (run.RunName is not { } make)
            return null;
        try
        {
            var name = make(arguments);
            return name.Length == 0 ? null : name.Length <= Longest ? name : name[..Longest];
        }
        catch (Exception e)
        {
            (TaskRunContext.Current?.Logger ?? FlowRunContext.Current?.Logger)?.Warning($"The name of a run of '{run.Name}' could not be made, so it has the usual one: {e.Message}");
            if (FlowRunContext.Current is null)
                Console.Error.WriteLine($"The name of a run of '{run.Name}' could not be made, so it has the usual one: {e.Message}");
            return null;
        }
    }
}
