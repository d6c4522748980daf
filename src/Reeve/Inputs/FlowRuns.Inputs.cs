using Reeve.Client;
using Reeve.Protocol.Runs;

namespace Reeve;

public static partial class FlowRuns
{
    private const string Sender = "prefect.flow-run.";

    /// <summary>Lets a paused or suspended flow run go on.</summary>
    /// <param name="flowRunId">The run.</param>
    /// <param name="ct">Cancels the request.</param>
    /// <exception cref="InvalidOperationException">The run is not paused, or the answer does not fit.</exception>
    /// <exception cref="ApiException">There is no such run, or the API does not answer.</exception>
    public static Task ResumeAsync(Guid flowRunId, CancellationToken ct = default) => GoOnAsync(flowRunId, null, ct);

    /// <summary>Lets a paused or suspended flow run go on with the answer that it waits for.</summary>
    /// <param name="flowRunId">The run.</param>
    /// <param name="input">The answer.</param>
    /// <param name="ct">Cancels the request.</param>
    /// <exception cref="InvalidOperationException">The run is not paused, or the answer does not fit.</exception>
    /// <exception cref="ApiException">There is no such run, or the API does not answer.</exception>
    public static Task ResumeAsync<T>(Guid flowRunId, T input, CancellationToken ct = default) =>
        GoOnAsync(flowRunId, Protocol.WireJson.Parse(InputSchema.Write(input)).EnumerateObject().ToDictionary(member => member.Name, member => member.Value), ct);

    /// <summary>Says something to a flow run, which hears it by <see cref="ReceiveInputAsync{T}"/>.</summary>
    /// <typeparam name="T">What is said; the receiver asks for the same type.</typeparam>
    /// <param name="input">A value with a JSON form.</param>
    /// <param name="flowRunId">The run that is to hear it.</param>
    /// <param name="keyPrefix">Separates conversations: letters, digits and dashes; default the type's name.</param>
    /// <param name="ct">Cancels the request.</param>
    /// <exception cref="ApiException">There is no such run, or the API does not answer.</exception>
    public static async Task SendInputAsync<T>(T input, Guid flowRunId, string? keyPrefix = null, CancellationToken ct = default)
    {
        var here = Surroundings.Current;
        using var either = here.Linked(ct);
        var key = $"{Prefix<T>(keyPrefix)}-{Protocol.Ids.New(here.Time.GetUtcNow())}";
        // A repeated request finds its own key taken, which is as good as stored.
        await here.Client.CreateFlowRunInputAsync(flowRunId, new FlowRunInputCreate(key, InputSchema.Write(input), here.FlowRunId is { } id ? Sender + id : null), either.Token);
    }

    /// <summary>
    /// Waits for the next thing of type <typeparamref name="T"/> that is said to this flow run, the oldest first, each once. A run that is started anew hears all of it again, in the
    /// same order.
    /// </summary>
    /// <param name="timeout">How long to wait; null: for as long as the run lives.</param>
    /// <param name="keyPrefix">The conversation; default the type's name.</param>
    /// <param name="ct">Cancels the waiting.</param>
    /// <exception cref="TimeoutException">Nothing was said in time.</exception>
    /// <exception cref="InvalidOperationException">This code runs in no flow, or what was said is no <typeparamref name="T"/>.</exception>
    /// <exception cref="ApiException">The API does not answer.</exception>
    public static async Task<ReceivedInput<T>> ReceiveInputAsync<T>(TimeSpan? timeout = null, string? keyPrefix = null, CancellationToken ct = default)
    {
        var run = FlowRunContext.Required;
        var prefix = Prefix<T>(keyPrefix);
        using var either = Surroundings.Current.Linked(ct);
        var start = run.Session.Time.GetTimestamp();
        while (true)
        {
            // Asked anew after another receiver of this run took the same input first.
            while (await NextAsync(run, prefix, either.Token) is { } input)
            {
                if (run.Hear(input.Key))
                    return new ReceivedInput<T>(InputSchema.Read<T>(input.Value, $"The input '{input.Key}'"), SenderOf(input));
            }

            if (timeout - run.Session.Time.GetElapsedTime(start) is { Ticks: <= 0 })
                throw new TimeoutException($"Nothing of type {typeof(T).Name} was said to the flow run within {timeout!.Value.TotalSeconds:0.###} second(s).");
            await Task.Delay(run.Session.PausePoll, run.Session.Time, either.Token);
        }
    }

    private static async Task<FlowRunInput?> NextAsync(FlowRunContext run, string prefix, CancellationToken ct) =>
        await run.Client.FindFlowRunInputsAsync(run.Id, new FlowRunInputFilter(prefix + "-", 1, run.Heard()), ct) is [var next, ..] ? next : null;

    private static async Task GoOnAsync(Guid flowRunId, Dictionary<string, System.Text.Json.JsonElement>? input, CancellationToken ct)
    {
        var here = Surroundings.Current;
        using var either = here.Linked(ct);
        var answer = await here.Session.Client.ResumeFlowRunAsync(flowRunId, new FlowRunResume(input), either.Token);
        if (answer.Status != OrchestrationStatus.Accept)
            throw new InvalidOperationException($"Flow run {flowRunId} does not go on: {answer.Details.Reason ?? answer.Status.ToString()}");
    }

    private static string Prefix<T>(string? keyPrefix)
    {
        var prefix = keyPrefix ?? string.Concat(typeof(T).Name.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant() + "-auto";
        return prefix.Length is > 0 and <= 200 && prefix.All(sign => char.IsAsciiLetterOrDigit(sign) || sign == '-')
            ? prefix
            : throw new ArgumentException($"The name of a conversation has letters, digits and dashes only; '{prefix}' has not.", nameof(keyPrefix));
    }

    private static Guid? SenderOf(FlowRunInput input) =>
        input.Sender?.StartsWith(Sender, StringComparison.Ordinal) == true && Guid.TryParse(input.Sender[Sender.Length..], out var id) ? id : null;
}

/// <summary>Something that was said to a flow run.</summary>
/// <param name="Value">What was said.</param>
/// <param name="SenderFlowRunId">The flow run that said it, to be answered; null when it was none.</param>
public sealed record ReceivedInput<T>(T Value, Guid? SenderFlowRunId);
