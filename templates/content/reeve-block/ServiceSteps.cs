using System.Net.Http.Headers;
using Reeve;

namespace MyFlows;

/// <summary>Steps for flows that speak to the service.</summary>
public static class ServiceSteps
{
    /// <summary>Fetches a document of the service; tried again when the service is away.</summary>
    /// <param name="login">The name of a <see cref="ServiceLogin"/>.</param>
    /// <param name="path">The document.</param>
    /// <param name="cancellationToken">Filled by the engine.</param>
    [Task(Retries = 3, RetryDelaySeconds = 2)]
    public static async Task<string> FetchDocument(string login, string path, CancellationToken cancellationToken = default)
    {
        var service = await Blocks.LoadAsync<ServiceLogin>(login, cancellationToken);
        using var http = new HttpClient { BaseAddress = new Uri(service.Address) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", service.Token.Reveal());
        return await http.GetStringAsync(path, cancellationToken);
    }
}
