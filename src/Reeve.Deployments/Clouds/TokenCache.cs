namespace Reeve.Deployments.Clouds;

/// <summary>Tokens by their scope, each kept until shortly before it ends; many who ask at once wait for one request.</summary>
internal sealed class TokenCache(TimeProvider time, Func<string, CancellationToken, Task<CloudToken>> fetch)
{
    // A token that ends while a request is under way helps nobody.
    private static readonly TimeSpan s_margin = TimeSpan.FromMinutes(3);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Task<CloudToken>> _tokens = [];

    public async Task<string> GetAsync(string scope, CancellationToken ct)
    {
        while (true)
        {
            Task<CloudToken>? pending;
            lock (_gate)
                if (!_tokens.TryGetValue(scope, out pending) || IsOver(pending))
                    _tokens[scope] = pending = fetch(scope, ct);
            try
            {
                return (await pending.WaitAsync(ct)).Value;
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                // whose request it was has given up; the next turn makes an own one
            }
        }
    }

    private bool IsOver(Task<CloudToken> task) =>
        task.IsFaulted || task.IsCanceled || (task.IsCompletedSuccessfully && task.GetAwaiter().GetResult().ExpiresAt - s_margin <= time.GetUtcNow());
}

/// <summary>An access token and when it ends.</summary>
internal sealed record CloudToken(string Value, DateTimeOffset ExpiresAt);
