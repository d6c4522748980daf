using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Reeve;

/// <summary>
/// Runs one <see cref="StepAttribute">step</see> of this program: inputs as JSON come on its standard input, outputs go where
/// <c>REEVE_STEP_OUTPUTS</c> says. By hand, <c>dotnet run --file steps.cs -- PushReport '{"bucket": "b"}'</c> takes the inputs from the command line and
/// prints the outputs.
/// </summary>
public static class StepProgram
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter() },
        RespectNullableAnnotations = true,
    };

    /// <summary>Runs the step that the first argument names and gives the program's exit code: 0, or 1 when it failed and said why.</summary>
    /// <param name="args">The program's arguments: the step's name, then perhaps its inputs as JSON.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        using var stop = new CancellationTokenSource();
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, stop));
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, stop));
        var destination = Environment.GetEnvironmentVariable("REEVE_STEP_OUTPUTS");
        var answer = new JsonObject();
        try
        {
            var method = Find(args.FirstOrDefault(), Assembly.GetEntryAssembly()!);
            var text = args.Length > 1 ? args[1] : Console.IsInputRedirected ? await Console.In.ReadToEndAsync(stop.Token) : "";
            var inputs = text.Trim().Length == 0 ? [] : JsonNode.Parse(text) as JsonObject ?? throw new StepFailure("the inputs should be a JSON object");
            answer["outputs"] = await CallAsync(method, Bind(method, inputs, stop.Token));
        }
        catch (Exception exception) when (exception is StepFailure or JsonException)
        {
            answer["error"] = exception.Message;
        }
#pragma warning disable CA1031 // Whatever the author's code throws is told, with its trace, to the log of the step.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            answer["error"] = $"{exception.GetType().Name}: {exception.Message}";
            await Console.Error.WriteLineAsync(exception.ToString());
        }

        if (destination is { Length: > 0 })
            await File.WriteAllTextAsync(destination, answer.ToJsonString(), CancellationToken.None);
        else if (answer["error"] is { } error)
            await Console.Error.WriteLineAsync(error.ToString());
        else
            Console.WriteLine(answer["outputs"]?.ToJsonString());
        return answer.ContainsKey("error") ? 1 : 0;
    }

    private static void Stop(PosixSignalContext signal, CancellationTokenSource stop)
    {
        signal.Cancel = true; // the step's token tells it
        stop.Cancel();
    }

    private static MethodInfo Find(string? name, Assembly program)
    {
        const BindingFlags Static = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        var steps = program.GetTypes().SelectMany(type => type.GetMethods(Static))
            .Select(method => (Method: method, Step: method.GetCustomAttribute<StepAttribute>()))
            .Where(pair => pair.Step is not null)
            .Select(pair => (pair.Method, Name: pair.Step!.Name ?? NameOf(pair.Method)))
            .ToList();
        var found = steps.Where(step => step.Name == name || $"{step.Method.DeclaringType!.Name}.{step.Name}" == name || $"{step.Method.DeclaringType.FullName}.{step.Name}" == name).ToList();
        return found switch
        {
            [var only] => only.Method,
            [] => throw new StepFailure($"there is no step '{name}' in this program; {(steps.Count == 0 ? "a step is a static method with [Step]" : "there are: " + string.Join(", ", steps.Select(step => step.Name)))}"),
            _ => throw new StepFailure($"'{name}' is the name of {found.Count} steps: {string.Join(", ", found.Select(step => $"{step.Method.DeclaringType!.FullName}.{step.Name}"))}"),
        };
    }

    // The compiler calls a function inside Main "<<Main>$>g__PushReport|0_0".
    private static string NameOf(MethodInfo method)
    {
        var start = method.Name.IndexOf(">g__", StringComparison.Ordinal);
        var end = method.Name.IndexOf('|', StringComparison.Ordinal);
        return start >= 0 && end > start ? method.Name[(start + 4)..end] : method.Name;
    }

    // Every fault at once; bucket_name, bucketName and BucketName are one name.
    private static object?[] Bind(MethodInfo method, JsonObject inputs, CancellationToken ct)
    {
        List<string> faults = [];
        var parameters = method.GetParameters();
        var arguments = new object?[parameters.Length];
        var rest = inputs.ToDictionary(entry => Plain(entry.Key), StringComparer.Ordinal);
        for (var i = 0; i < parameters.Length; i++)
        {
            var parameter = parameters[i];
            if (parameter.ParameterType == typeof(CancellationToken))
                arguments[i] = ct;
            else if (!rest.Remove(Plain(parameter.Name!), out var input))
            {
                if (parameter.HasDefaultValue)
                    arguments[i] = parameter.DefaultValue;
                else
                    faults.Add($"the input '{JsonNamingPolicy.SnakeCaseLower.ConvertName(parameter.Name!)}' is missing");
            }
            else
                arguments[i] = Read(input, parameter, faults);
        }
        faults.AddRange(rest.Values.Select(input => $"there is no input '{input.Key}'"));
        return faults.Count == 0 ? arguments : throw new StepFailure(string.Join("; ", faults));
    }

    private static object? Read(KeyValuePair<string, JsonNode?> input, ParameterInfo parameter, List<string> faults)
    {
        try
        {
            return input.Value.Deserialize(parameter.ParameterType, Json);
        }
        catch (JsonException)
        {
            // Not the value: it may be a secret.
            faults.Add($"the input '{input.Key}' cannot be read as {parameter.ParameterType.Name}");
            return null;
        }
    }

    private static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();

    private static async Task<JsonNode?> CallAsync(MethodInfo method, object?[] arguments)
    {
        object? result;
        try
        {
            result = method.Invoke(null, arguments);
        }
        catch (TargetInvocationException exception) when (exception.InnerException is { } thrown)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(thrown);
            throw;
        }
        if (result is ValueTask plain)
            result = plain.AsTask();
        else if (result?.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(ValueTask<>))
            result = type.GetMethod("AsTask")!.Invoke(result, null);
        if (result is Task task)
        {
            await task;
            result = method.ReturnType.IsGenericType ? task.GetType().GetProperty("Result")!.GetValue(task) : null;
        }
        return JsonSerializer.SerializeToNode(result, Json);
    }

    private sealed class StepFailure(string message) : Exception(message);
}
