using System.Globalization;
using System.Text.Json.Nodes;
using Reeve.Deployments.Clouds;
using Reeve.Deployments.Running;
using Reeve.Deployments.Storage;

namespace Reeve.Deployments.Steps.Storage;

/// <summary>Pushes the working directory to an object store, or pulls it from there: one step for each store and direction.</summary>
internal sealed class TransferStep : IStep
{
    private readonly ObjectStoreKind _kind;
    private readonly bool _pushes;

    private TransferStep(ObjectStoreKind kind, bool pushes)
    {
        (_kind, _pushes) = (kind, pushes);
        var direction = pushes ? "push" : "pull";
        var join = pushes ? "to" : "from";
        List<StepInput> inputs = [new(kind.Container, StepInputKind.Text, Required: true), new("folder", StepInputKind.Text), new("credentials", StepInputKind.Any), .. kind.Inputs];
        if (pushes)
            inputs.AddRange([new("ignore_file", StepInputKind.Text), new("delete", StepInputKind.Flag), new("skip_unchanged", StepInputKind.Flag)]);
        inputs.Add(new("max_parallel", StepInputKind.Whole));
        Signature = new StepSignature($"{direction}_{join}_{kind.Name}", inputs, pushes ? [kind.Container, "folder"] : [kind.Container, "folder", "directory"])
        {
            Package = kind.Package,
            OldNames = [$"{direction}_project_{join}_{kind.Name}"],
        };
    }

    public StepSignature Signature { get; }

    public static TransferStep Push(ObjectStoreKind kind) => new(kind, pushes: true);

    public static TransferStep Pull(ObjectStoreKind kind) => new(kind, pushes: false);

    public async Task<JsonObject> RunAsync(JsonObject inputs, StepContext context, CancellationToken ct)
    {
        var container = inputs.RequiredText(_kind.Container);
        var folder = inputs.Text("folder") ?? "";
        var options = StoreTransfer.Options(context) with
        {
            Parallel = Parallel(inputs),
            IgnoreFile = inputs.Text("ignore_file"),
            Deletes = inputs.Flag("delete", false),
            SkipsUnchanged = inputs.Flag("skip_unchanged", true),
        };
        if (_pushes && options.Deletes && ObjectNames.Prefix(folder).Length == 0)
            throw new StepException($"{Signature.Name}: 'delete: true' without a folder would empty the whole {_kind.Container} of what is not here; name a folder");
        await StoreTransfer.RunAsync(Signature.Name, async () =>
        {
            using var store = _kind.Open(container, inputs, Credentials(inputs), options.Parallel, context);
            var prefix = ObjectNames.Prefix(folder);
            _ = _pushes ? await new FolderPush(store, prefix, options).RunAsync(context.WorkingDirectory, ct) : await new FolderPull(store, prefix, options).RunAsync(context.WorkingDirectory, ct);
        });
        var outputs = new JsonObject { [_kind.Container] = container, ["folder"] = folder };
        if (!_pushes)
            outputs["directory"] = context.WorkingDirectory;
        return outputs;
    }

    private int Parallel(JsonObject inputs)
    {
        if (inputs.Text("max_parallel") is not { } text)
            return TransferOptions.DefaultParallel;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 256 ? number
            : throw new StepException($"{Signature.Name}: 'max_parallel' is a number from 1 to 256, and this is '{text}'");
    }

    private JsonObject? Credentials(JsonObject inputs) => inputs["credentials"] switch
    {
        null => null,
        JsonObject map => map,
        _ => throw new StepException($"{Signature.Name}: 'credentials' should be a block of the type {_kind.CredentialsBlock}, or a mapping with its fields"),
    };
}

/// <summary>What a transfer to or from a store has of the step it runs for, and what a failure is to its user.</summary>
internal static class StoreTransfer
{
    public static TransferOptions Options(StepContext context) => new()
    {
        Say = message => context.Log(LineLevel.Information, message),
        Warn = message => context.Log(LineLevel.Warning, message),
        Time = context.Time,
    };

    /// <exception cref="StepException">Whatever goes wrong for the user.</exception>
    public static async Task RunAsync(string name, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception exception) when (exception is StoreException or LocalFileException or CloudIdentityException or FileNotFoundException or UnauthorizedAccessException or IOException)
        {
            throw new StepException($"{name}: {exception.Message}", exception);
        }
    }
}
