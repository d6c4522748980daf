namespace Reeve;

/// <summary>The outermost transactions that a flow run has begun and not ended: what is still here when its code ends, nobody will end.</summary>
internal sealed class OpenTransactions
{
    private readonly List<Transaction> _open = [];
    private readonly Lock _gate = new();

    public void Add(Transaction transaction)
    {
        lock (_gate)
            _open.Add(transaction);
    }

    public void Remove(Transaction transaction)
    {
        lock (_gate)
            _open.Remove(transaction);
    }

    public async Task RollBackAllAsync()
    {
        while (true)
        {
            Transaction last;
            lock (_gate)
            {
                if (_open.Count == 0)
                    return;
                last = _open[^1];
                _open.RemoveAt(_open.Count - 1);
            }

            await last.RollbackAsync();
        }
    }
}
