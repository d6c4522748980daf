using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Reeve.Engine;

namespace Reeve;

/// <summary>
/// Groups what a flow does, so that all of it stands or all of it is undone. Tasks called inside join it: their hooks, and those given to <see cref="OnCommit"/> and
/// <see cref="OnRollback"/>, run when it commits or rolls back. Begun by <see cref="BeginAsync"/>, it is rolled back when it is disposed without having been committed, as by an
/// exception; <see cref="RunAsync(Func{Transaction, Task}, string?, TransactionOptions?, CancellationToken)"/> commits by itself. Transactions nest. With a key it keeps its value, and is skipped when that key was committed before.
/// </summary>
public sealed partial class Transaction : IAsyncDisposable
{
    private static readonly AsyncLocal<Transaction?> Ambient = new();
    private readonly Surroundings _here;
    private readonly TransactionOptions _options;
    private readonly TransactionStore _store;
    private readonly Dictionary<string, object?> _data = new(StringComparer.Ordinal);
    private readonly List<Step> _steps = [];
    private readonly Lock _gate = new();
    private JsonElement? _value;
    private IDisposable? _lock;

    private Transaction(Surroundings here, Transaction? parent, string? key, TransactionOptions options)
    {
        (_here, Parent, Key, _options) = (here, parent, key, options);
        _store = new TransactionStore(here.Session.Home, here.Time);
    }

    /// <summary>The transaction that this code runs in, or whose hook it is; null outside of one.</summary>
    public static Transaction? Current
    {
        get
        {
            var current = Ambient.Value;
            while (current is { HasEnded: true, _isInHooks: false })
                current = current.Parent;
            return current;
        }
    }

    /// <summary>The transaction that takes what this code does. What hooks do belongs to none: theirs is at its end.</summary>
    internal static Transaction? Open => Current is { _isInHooks: false } open ? open : null;

    /// <summary>The transaction around this one; null for the outermost.</summary>
    public Transaction? Parent { get; }

    /// <summary>The name under which its value is kept; null: none is.</summary>
    public string? Key { get; }

    /// <summary>True when it is committed: by this code, or under its key before this code ran.</summary>
    public bool IsCommitted { get; private set; }

    /// <summary>True when it is rolled back.</summary>
    public bool IsRolledBack { get; private set; }

    internal bool HasEnded { get; private set; }

    /// <summary>Begins a transaction. Dispose of it with <c>await using</c>, after <see cref="CommitAsync"/>.</summary>
    /// <param name="key">Keeps the transaction's value under this name; when it was committed before, <see cref="IsCommitted"/> is true at once. Null: nothing is kept.</param>
    /// <param name="options">When it commits, how it keeps away from others; null: the defaults.</param>
    /// <param name="ct">Cancels the waiting for the lock.</param>
    /// <exception cref="TimeoutException">The lock was held elsewhere for the whole of <see cref="TransactionOptions.LockTimeout"/>.</exception>
    /// <exception cref="IOException">The storage folder cannot be read or written.</exception>
    public static Task<Transaction> BeginAsync(string? key = null, TransactionOptions? options = null, CancellationToken ct = default)
    {
        // No asynchronous method: what one sets as the ambient value its caller does not see.
        var begun = Enter(key, options);
        return begun.OpenAsync(ct);
    }

    /// <summary>Runs code in a transaction: commits it when the code returns, rolls it back when it throws. Skips code whose key was committed before.</summary>
    /// <param name="code">What belongs together.</param>
    /// <param name="key">As for <see cref="BeginAsync"/>.</param>
    /// <param name="options">As for <see cref="BeginAsync"/>. With <see cref="CommitMode.Off"/> the code commits itself.</param>
    /// <param name="ct">Cancels the waiting for the lock.</param>
    public static Task RunAsync(Func<Transaction, Task> code, string? key = null, TransactionOptions? options = null, CancellationToken ct = default) =>
        RunAsync<Nothing>(async tx => { await code(tx); return default; }, key, options, ct);

    /// <summary>Runs code in a transaction and keeps its value under the key. Hands the kept value back where that key was committed before.</summary>
    /// <inheritdoc cref="RunAsync(Func{Transaction, Task}, string?, TransactionOptions?, CancellationToken)"/>
    /// <returns>The value of the code, or the kept one.</returns>
    public static async Task<T> RunAsync<T>(Func<Transaction, Task<T>> code, string? key = null, TransactionOptions? options = null, CancellationToken ct = default)
    {
        await using var transaction = await BeginAsync(key, options, ct);
        if (transaction.IsCommitted)
        {
            if (typeof(T) == typeof(Nothing))
                return default!;
            if (transaction.TryRead(out T? kept))
                return kept!;
            transaction.IsCommitted = false; // its value is of another type than the code's is now
        }

        var value = await code(transaction);
        if (typeof(T) != typeof(Nothing))
            transaction.Stage(value);
        if (transaction._options.CommitMode != CommitMode.Off)
            await transaction.CommitAsync(ct);
        return value;
    }

    /// <summary>Keeps something for hooks and for transactions inside this one.</summary>
    public void Set<T>(string name, T value)
    {
        lock (_gate)
            _data[name] = value;
    }

    /// <summary>What was set here, or in a transaction around this one.</summary>
    /// <exception cref="KeyNotFoundException">Nothing was set under that name.</exception>
    /// <exception cref="InvalidCastException">It is of another type.</exception>
    public T Get<T>(string name) =>
        TryFind(name, out var value) ? (T)value! : throw new KeyNotFoundException($"Nothing was set under '{name}' in this transaction, or in one around it.");

    /// <summary>What was set here, or in a transaction around this one; else <paramref name="missing"/>.</summary>
    /// <exception cref="InvalidCastException">It is of another type.</exception>
    public T Get<T>(string name, T missing) => TryFind(name, out var value) ? (T)value! : missing;

    /// <summary>The value that is kept under the key when this commits.</summary>
    /// <exception cref="InvalidOperationException">The transaction has no key, or has ended.</exception>
    public void Stage<T>(T value)
    {
        ThrowIfEnded();
        if (Key is not null)
            _value = AuthorJson.Element(writer => ParameterJson.Write(writer, value));
    }

    /// <summary>Reads the value that was committed under the key, or staged here.</summary>
    /// <returns>False when there is none, or it is no <typeparamref name="T"/>.</returns>
    public bool TryRead<T>([MaybeNullWhen(false)] out T value)
    {
        value = default;
        if (_value is not { } json)
            return false;
        try
        {
            value = json.ValueKind == JsonValueKind.Null ? default : ParameterJson.Read<T>(json);
            return value is not null || default(T) is null;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or NotSupportedException)
        {
            _here.Logger?.Warning($"What transaction '{Key}' has committed is no {typeof(T).Name} and is not used: {e.Message}");
            return false;
        }
    }

    /// <summary>Runs code when the transaction commits, in the order of the calls.</summary>
    /// <param name="hook">What to do. When it throws, the transaction is rolled back.</param>
    public void OnCommit(Func<Task> hook) => Add(new Step(hook, null, null));

    /// <summary>Runs code when the transaction rolls back, the last call first.</summary>
    /// <param name="hook">What undoes the work. When it throws, that is logged and the others run all the same.</param>
    public void OnRollback(Func<Task> hook) => Add(new Step(null, hook, null));

    private static Transaction Enter(string? key, TransactionOptions? options)
    {
        var here = Surroundings.Current;
        var begun = new Transaction(here, Open, key, options ?? new TransactionOptions());
        Ambient.Value = begun;
        if (begun.Parent is null)
            here.FlowRun?.Transactions.Add(begun);
        return begun;
    }

    private async Task<Transaction> OpenAsync(CancellationToken ct)
    {
        try
        {
            if (Key is null)
                return this;
            using var either = _here.Linked(ct);
            if (_options.Isolation == TransactionIsolation.Serializable)
                _lock = await _store.LockAsync(Key, _options.LockTimeout, either.Token);
            if (!_options.Overwrite && await _store.FindAsync(Key, either.Token) is { } kept)
            {
                (_value, IsCommitted) = (kept, true);
                _here.Logger?.Info($"Transaction '{Key}' was committed before");
                Unlock();
            }

            return this;
        }
        catch
        {
            End();
            throw;
        }
    }

    private void Add(Step step)
    {
        lock (_gate)
        {
            ThrowIfEnded();
            _steps.Add(step);
        }
    }

    private bool TryFind(string name, out object? value)
    {
        lock (_gate)
        {
            if (_data.TryGetValue(name, out value))
                return true;
        }

        return Parent is not null && Parent.TryFind(name, out value);
    }

    private void ThrowIfEnded()
    {
        if (HasEnded)
            throw new InvalidOperationException("The transaction has ended.");
    }

    /// <summary>One thing that was done in the transaction: hooks, or a whole transaction inside it.</summary>
    private sealed record Step(Func<Task>? Commit, Func<Task>? Rollback, Transaction? Inner);
}
