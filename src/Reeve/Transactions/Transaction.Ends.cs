namespace Reeve;

public sealed partial class Transaction
{
    private bool _isHandedOn;
    private bool _isKept;
    private bool _isInHooks;

    /// <summary>
    /// Commits: runs the commit hooks in order and then keeps the value under the key. A lazy transaction inside another one is handed on to that one, which commits it with itself.
    /// </summary>
    /// <exception cref="InvalidOperationException">The transaction was rolled back.</exception>
    /// <exception cref="Exception">What a commit hook has thrown, or the storage; everything is rolled back then.</exception>
    public async Task CommitAsync(CancellationToken ct = default)
    {
        if (IsRolledBack)
            throw new InvalidOperationException("The transaction was rolled back and cannot be committed.");
        if (IsCommitted || _isHandedOn)
            return;
        if (Parent is { HasEnded: false } parent && _options.CommitMode == CommitMode.Lazy)
        {
            _isHandedOn = true;
            parent.Add(new Step(null, null, this));
            return;
        }

        await CommitNowAsync(ct);
    }

    /// <summary>Undoes what was done: runs the rollback hooks, the last first, those of inner transactions in their place. One that was committed or rolled back stays so.</summary>
    public async Task RollbackAsync()
    {
        if (IsCommitted || IsRolledBack)
            return;
        IsRolledBack = true;
        Surroundings.IsEnding = true; // for the hooks below only: a cancelled run must be able to undo its work
        if (_isKept)
            await UndoAsync("The value of a transaction could not be removed", RemoveAsync);
        using (EnterHooks())
        {
            foreach (var step in Enumerable.Reverse(Steps()))
            {
                if (step.Inner is { } inner)
                    await inner.RollbackAsync();
                else if (step.Rollback is { } hook)
                    await UndoAsync("A rollback hook failed", hook);
            }
        }

        End();
    }

    /// <summary>Ends the transaction: what was neither committed nor handed on to the one around it is rolled back.</summary>
    public ValueTask DisposeAsync()
    {
        // Set here and not in an asynchronous method, so that the caller sees it.
        if (Ambient.Value == this)
            Ambient.Value = Parent;
        return new ValueTask(EndAsync());
    }

    /// <summary>The hooks of a task that was completed inside this transaction.</summary>
    internal void Join(Func<Task>? commit, Func<Task>? rollback)
    {
        if (commit is not null || rollback is not null)
            Add(new Step(commit, rollback, null));
    }

    private async Task EndAsync()
    {
        if (!_isHandedOn)
            await RollbackAsync();
        HasEnded = true;
        if (!_isHandedOn)
            End();
    }

    // First every hook of the whole tree, then every value, and only then is any of it committed: what fails on the way is undone whole.
    private async Task CommitNowAsync(CancellationToken ct)
    {
        try
        {
            await RunCommitHooksAsync();
            await KeepValuesAsync(ct);
            EndCommitted();
        }
        catch (Exception e)
        {
            _here.Logger?.Error($"The transaction{(Key is null ? "" : $" '{Key}'")} could not be committed and is rolled back: {e.GetType().Name}: {e.Message}");
            await RollbackAsync();
            throw;
        }
    }

    private async Task RunCommitHooksAsync()
    {
        using var hooks = EnterHooks();
        foreach (var step in Steps())
        {
            if (step.Inner is { } inner)
                await inner.RunCommitHooksAsync();
            else if (step.Commit is { } hook)
                await hook();
        }
    }

    // Hooks read what was set in the transaction. Called in asynchronous methods, outside of which the ambient value is what it was.
    private HookScope EnterHooks()
    {
        Ambient.Value = this;
        _isInHooks = true;
        return new HookScope(this);
    }

    private async Task KeepValuesAsync(CancellationToken ct)
    {
        foreach (var inner in Steps().Select(step => step.Inner).OfType<Transaction>())
            await inner.KeepValuesAsync(ct);
        if (Key is null)
            return;
        _isKept = true;
        await _store.KeepAsync(Key, _value, ct);
    }

    private void EndCommitted()
    {
        foreach (var inner in Steps().Select(step => step.Inner).OfType<Transaction>())
            inner.EndCommitted();
        IsCommitted = true;
        End();
    }

    private async Task UndoAsync(string failure, Func<Task> hook)
    {
        try
        {
            await hook();
        }
        catch (Exception e)
        {
            // What else is to be undone matters more than how this one failed.
            if (_here.Logger is { } logger)
                logger.Error(e, failure + ":");
            else
                await Console.Error.WriteLineAsync($"{failure}: {e}");
        }
    }

    private Task RemoveAsync()
    {
        _store.Remove(Key!);
        return Task.CompletedTask;
    }

    private List<Step> Steps()
    {
        lock (_gate)
            return [.. _steps];
    }

    private void End()
    {
        HasEnded = true;
        Unlock();
        if (Parent is null)
            _here.FlowRun?.Transactions.Remove(this);
    }

    private void Unlock()
    {
        _lock?.Dispose();
        _lock = null;
    }

    private readonly struct HookScope(Transaction of) : IDisposable
    {
        public void Dispose() => of._isInHooks = false;
    }
}
